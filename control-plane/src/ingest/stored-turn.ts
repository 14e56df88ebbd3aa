// Between the wire's sample, what the linker sees and what the store keeps.
import type { Price, Sample } from '#contract';
import type { Scope } from '../kernel/index.ts';
import type { TurnInput } from '../threads/index.ts';
import { costOf } from './cost.ts';
import type { StoredTurn } from './ports.ts';
import type { Incoming, Processed } from './processor.ts';

/** What the processor is asked about a sample. */
export function incomingOf(scope: Scope, sample: Sample): Incoming {
  const { principal, session, history, call, prompt, answer } = sample;
  const turn: TurnInput = {
    id: sample.id,
    at: Date.parse(sample.startedAt) / 1000,
    ...(sample.endedAt !== undefined && { endedAt: Date.parse(sample.endedAt) / 1000 }),
    inferable: principal !== undefined && principal.trust !== 'shared',
    text: prompt?.text ?? '',
    ...(answer && { answer: answer.text }),
    ...(session && { session }),
    ...(history && { history }),
    ...(call && { call }),
  };
  return { scope, principal: principal?.id ?? null, mode: sample.mode ?? 'full', turn };
}

/** What is kept of a processed sample. `topic_only` keeps vectors and drops the words they were made from. */
export function storedTurnOf(sample: Sample, processed: Processed, prices: readonly Price[], embeddingModel: string): StoredTurn {
  const { incoming, placement, counts } = processed;
  const keepsText = incoming.mode === 'full';
  const { text, answer, ...bare } = processed.turn;
  const turn: TurnInput = keepsText ? processed.turn : { ...bare, text: '' };
  const { prompt: givenPrompt, answer: givenAnswer, ...rest } = sample;
  const kept: Sample = {
    ...rest,
    ...(keepsText && givenPrompt && { prompt: { ...givenPrompt, text } }),
    ...(keepsText && givenAnswer && { answer: { ...givenAnswer, text: answer ?? '' } }),
    redaction: { ...sample.redaction, counts: addCounts(sample.redaction?.counts ?? {}, counts) },
  };
  const hasVector = turn.vector !== undefined || turn.answerVector !== undefined;
  return {
    scope: incoming.scope,
    sample: kept,
    turn,
    principal: incoming.principal,
    placement,
    embeddingModel: hasVector ? embeddingModel : null,
    costUsd: costOf(sample, prices),
    fixedTopic: processed.fixedTopic,
  };
}

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...a };
  for (const [type, count] of Object.entries(b)) total[type] = (total[type] ?? 0) + count;
  return total;
}
