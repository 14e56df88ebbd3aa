// The shapes of views.ts for the API's description.
import type { JsonSchema } from '../kernel/index.ts';

const text: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const number: JsonSchema = { type: 'number' };
const orNull = (type: string): JsonSchema => ({ type: [type, 'null'] });
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const INTENT: JsonSchema = { enum: ['information_seeking', 'task_execution', 'conversation_management', 'error_recovery'] };
const FOLLOW_UPS = ['pronoun', 'implicit_subject', 'elaboration', 'correction', 'refinement', 'repeat'];
const FOLLOW_UP: JsonSchema = { enum: [...FOLLOW_UPS, null], description: 'Null where the request can be understood alone' };
const OUTCOME: JsonSchema = { enum: ['ok', 'error', 'blocked', 'aborted', null] };
const USD: JsonSchema = { type: ['number', 'null'], description: 'US dollars; null where no call has a price, which is not zero' };
const turnAt = { requestId: text, turn: integer };

export const THREAD_SCHEMA: JsonSchema = object({
  id: text,
  durationMs: number,
  turns: integer,
  calls: integer,
  topicWords: { ...list(text), description: 'From redacted prompts, at most eight' },
  course: list(
    object({
      ...turnAt,
      at: TIME,
      intent: INTENT,
      followUp: FOLLOW_UP,
      position: { enum: ['first', 'continuation', 'topic_shift', 'orphaned'] },
      models: list(text),
      calls: integer,
      inputTokens: integer,
      outputTokens: integer,
      costUsd: USD,
      outcome: OUTCOME,
      durationMs: orNull('number'),
      up: integer,
      down: integer,
    }),
  ),
  intents: object({
    counts: { type: 'object', additionalProperties: integer },
    course: list(object({ intent: INTENT, fromTurn: integer, toTurn: integer })),
  }),
  followUps: object({ counts: { type: 'object', additionalProperties: integer } }),
  models: list(object({ model: text, calls: integer, inputTokens: integer, outputTokens: integer, costUsd: USD })),
  cost: object({ usd: USD, pricedCalls: integer, unpricedCalls: integer, inputTokens: integer, outputTokens: integer }),
  satisfaction: object({
    verdict: { enum: ['satisfied', 'mixed', 'unsatisfied', 'unknown'] },
    score: { type: ['number', 'null'], description: '1 / (1 + e^-sum of weights); a convention, not a measured probability' },
    signals: list(
      object({
        signal: {
          enum: [
            'thumbs_up',
            'thumbs_down',
            'said_done',
            'said_not_done',
            'thanks',
            'ended_well',
            'recovered',
            'abandoned',
            'last_answer_failed',
            'correction',
            'repeated_correction',
            'rephrasing',
          ],
        },
        weight: { type: 'number', description: 'Log-odds' },
        text,
        requestIds: list(text),
      }),
    ),
  }),
  quality: object({
    score: { type: ['number', 'null'], description: '0 to 1; null where nobody judged and nothing tells' },
    formula: text,
    parts: list(
      object({
        part: { enum: ['evaluators', 'thumbs', 'completion', 'satisfaction', 'reliability'] },
        value: number,
        weight: number,
        count: integer,
        text,
      }),
    ),
    evaluators: list(
      object({
        name: text,
        mean: number,
        count: integer,
        worst: orNull('number'),
        best: orNull('number'),
        value: { type: ['number', 'null'], description: 'Null where the scale is not known: then it does not count' },
      }),
    ),
  }),
  breakdown: {
    ...object({
      ...turnAt,
      kind: text,
      evidence: list(object({ code: text, text })),
      turnsAfter: integer,
      recoveredAt: { ...object(turnAt), type: ['object', 'null'] },
    }),
    type: ['object', 'null'],
  },
  guardrails: object({
    blocks: integer,
    rephrasedUntilPassed: { type: 'boolean' },
    incidents: list(
      object({
        ...turnAt,
        guardrails: list(text),
        path: list(object({ ...turnAt, intent: INTENT, followUp: FOLLOW_UP, outcome: OUTCOME })),
        attempts: list(
          object({
            ...turnAt,
            isBlocked: { type: 'boolean' },
            similarity: orNull('number'),
            evidence: { enum: ['repeat', 'correction', 'refinement', 'similar_prompt', 'shared_words'] },
          }),
        ),
        result: { enum: ['passed', 'stayed_blocked', 'moved_on', 'gave_up'] },
      }),
    ),
  }),
});

const STEPS = [...FOLLOW_UPS, 'self_contained'];
const share = { threads: integer, succeeded: integer, share: number, low: number, high: number };

export const SEQUENCE_SCHEMA: JsonSchema = object({
  from: TIME,
  to: TIME,
  threads: { type: 'integer', description: 'Ended threads of two turns or more' },
  openThreads: integer,
  isCapped: { type: 'boolean', description: 'There were more threads than are read; the newest count' },
  minThreads: integer,
  suppressed: { type: 'integer', description: 'Sequences and repairs of fewer threads, left out' },
  outcomes: { type: 'object', additionalProperties: integer },
  baseline: object(share),
  items: list(
    object({
      id: text,
      sequence: list({ enum: STEPS }),
      users: integer,
      ...share,
      lift: orNull('number'),
      isSmall: { type: 'boolean', description: 'Fewer than 20 threads: read the interval' },
      differs: { enum: ['better', 'worse', null] },
    }),
  ),
  next: { type: 'null' },
  repairs: list(
    object({
      id: text,
      trouble: { enum: ['correction', 'repeat', 'truncation', 'error', 'blocked', 'thumbs_down'] },
      move: { enum: [...STEPS, 'left'] },
      otherModel: { type: 'boolean' },
      users: integer,
      ...share,
      isSmall: { type: 'boolean' },
    }),
  ),
});
