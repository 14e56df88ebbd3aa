// One stored request: the row that is written, and what is read back from it.
import type { Selectable } from 'kysely';
import type { Sample } from '#contract';
import type { StoredTurn } from '../../ingest/ports.ts';
import type { Intent, LinkMethod, Move, PlacedTurn, Placement, Position, RequestView, TurnInput } from '../../threads/index.ts';
import type { RequestTable } from './schema.ts';
import { heldIn, packedColumns, wordsIn } from './request-record.ts';
import { keyOf } from './scope.ts';

export type RequestRow = Selectable<RequestTable>;
/** As it is stored. */
export type NewRequest = Omit<RequestRow, 'seq'>;
/** A request on its way in: as it is stored, and its words. */
export interface Incoming {
  readonly stored: NewRequest;
  readonly words: Pick<NewRequest, 'prompt' | 'answer'>;
}

type PlacementRest = Pick<Placement, 'reasons' | 'alternatives' | 'truncation' | 'fork' | 'isNew'>;
/** What the linker saw where it differs from the sample, so that nothing is stored twice. */
type TurnRest = Partial<Pick<TurnInput, 'session' | 'isCommonSession' | 'history' | 'call'>> & {
  readonly inferable: boolean;
};

/** Length and truncation of a text whose words stand in a column. */
const withoutText = (text: Sample['prompt']): object | undefined =>
  text === undefined ? undefined : { truncated: text.truncated, length: text.length };

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function turnRest({ turn, sample }: StoredTurn): TurnRest {
  return {
    inferable: turn.inferable,
    ...(turn.session === undefined || same(turn.session, sample.session) ? {} : { session: turn.session }),
    ...(turn.isCommonSession === true ? { isCommonSession: true } : {}),
    ...(turn.history === undefined || same(turn.history, sample.history) ? {} : { history: turn.history }),
    ...(turn.call === undefined || same(turn.call, sample.call) ? {} : { call: turn.call }),
  };
}

const seconds = (time: string | undefined): number | null => {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? null : ms / 1_000;
};

export function toRow(stored: StoredTurn): Incoming {
  const { scope, sample, turn, placement, principal } = stored;
  const rest: PlacementRest = {
    reasons: placement.reasons,
    alternatives: placement.alternatives,
    truncation: placement.truncation,
    fork: placement.fork,
    isNew: placement.isNew,
  };
  const blocked = sample.status?.outcome === 'blocked' || (sample.guardrails ?? []).some(({ verdict }) => verdict === 'block');
  const columns = {
    scope: keyOf(scope),
    id: turn.id,
    at: turn.at,
    ended_at: seconds(sample.endedAt),
    principal,
    thread_id: placement.threadId,
    session_id: placement.sessionId,
    kind: turn.call?.kind ?? sample.call?.kind ?? 'turn',
    position: placement.position,
    intent: placement.intent,
    follow_up: placement.followUp ?? null,
    method: placement.method,
    confidence: placement.confidence,
    similarity: placement.similarity ?? null,
    predecessor_id: placement.predecessorId ?? null,
    outcome: sample.status?.outcome ?? null,
    blocked: blocked ? 1 : 0,
    truncated: placement.truncation === undefined ? 0 : 1,
    model: sample.model?.executed ?? sample.model?.requested ?? null,
    embedding_model: stored.embeddingModel,
    run_id: sample.runId ?? null,
    trace_id: sample.trace?.traceId ?? null,
    correlation_id: sample.correlationId ?? null,
    declared_session: sample.session?.id ?? null,
    topic_id: stored.topic?.id ?? null,
    topic_label: stored.topic?.label ?? null,
    fixed_topic: stored.fixedTopic ?? null,
    input_tokens: sample.usage?.inputTokens ?? null,
    output_tokens: sample.usage?.outputTokens ?? null,
    cost_usd: stored.costUsd,
  };
  const words = { prompt: sample.prompt?.text ?? null, answer: sample.answer?.text ?? null };
  const bare = { ...sample, prompt: withoutText(sample.prompt), answer: withoutText(sample.answer) } as Sample;
  const packed = packedColumns(
    columns,
    { sample: bare, placement: rest, turn: turnRest(stored) },
    {
      ...words,
      text: turn.text === (words.prompt ?? '') ? undefined : turn.text,
      turnAnswer: turn.answer === sample.answer?.text ? undefined : turn.answer,
    },
  );
  return { stored: { ...columns, ...packed }, words };
}

const time = (at: number): string => new Date(Math.round(at * 1_000)).toISOString();

/** `turn`: how many user turns the thread had when this request was made, itself included. */
export function toView(row: RequestRow, turn: number, successors: readonly string[]): RequestView {
  const { sample, placement, turn: input } = heldIn<PlacementRest & { readonly moves?: readonly Move[] }, TurnRest>(row);
  const { prompt, answer } = wordsIn(row);
  return {
    id: row.id,
    runId: row.run_id,
    at: time(row.at),
    endedAt: row.ended_at === null ? null : time(row.ended_at),
    user: row.principal,
    thread: row.thread_id,
    session: row.session_id,
    turn,
    position: row.position as Position,
    intent: row.intent as Intent,
    followUp: row.follow_up as RequestView['followUp'],
    method: row.method as LinkMethod,
    confidence: row.confidence,
    similarity: row.similarity,
    predecessor: row.predecessor_id,
    parent: row.kind === 'turn' ? null : row.predecessor_id,
    successors,
    reasons: placement.reasons,
    moves: placement.moves ?? [],
    alternatives: placement.alternatives,
    truncation: placement.truncation ?? null,
    fork: placement.fork ?? false,
    prompt,
    answer,
    model: sample.model ?? null,
    dialect: sample.dialect ?? 'unknown',
    ...(sample.stream === undefined ? {} : { stream: sample.stream }),
    provider: sample.provider ?? null,
    usage: sample.usage ?? null,
    costUsd: row.cost_usd,
    status: sample.status ?? null,
    error: sample.error ?? null,
    guardrails: sample.guardrails ?? [],
    stages: sample.stages ?? null,
    trace: sample.trace ?? null,
    correlationId: row.correlation_id,
    declaredSession: sample.session ?? null,
    call: input.call ?? sample.call ?? null,
    gateway: sample.gateway ?? null,
    sampling: sample.sampling ?? null,
    historyLength: sample.history === undefined ? null : sample.history.messages.length + (sample.history.dropped ?? 0),
    redactions: sample.redaction?.counts ?? {},
  };
}

/** The linker's input back from its row, as it was, with vectors of the given model. */
export function toPlacedTurn(
  row: RequestRow,
  vector: Float32Array | undefined,
  answerVector: Float32Array | undefined,
  vectorModel: string | null,
): PlacedTurn {
  const { sample, turn: rest } = heldIn<unknown, TurnRest>(row);
  const words = wordsIn(row);
  const answer = words.turnAnswer ?? words.answer;
  const session = rest.session ?? sample.session;
  const history = rest.history ?? sample.history;
  const call = rest.call ?? sample.call;
  return {
    turn: {
      id: row.id,
      at: row.at,
      ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
      inferable: rest.inferable,
      text: words.text ?? words.prompt ?? '',
      ...(answer === null ? {} : { answer }),
      ...(vector === undefined ? {} : { vector }),
      ...(answerVector === undefined ? {} : { answerVector }),
      ...((vector ?? answerVector) === undefined || vectorModel === null ? {} : { vectorModel }),
      ...(session === undefined ? {} : { session }),
      ...(rest.isCommonSession === true ? { isCommonSession: true } : {}),
      ...(history === undefined ? {} : { history }),
      ...(call === undefined ? {} : { call }),
    },
    threadId: row.thread_id,
    sessionId: row.session_id,
    position: row.position as Position,
    method: row.method as LinkMethod,
    predecessorId: row.predecessor_id ?? undefined,
  };
}
