// What became of each thread, in numbers that can be compared.
import { mean } from '../kernel/index.ts';
import type { TrafficRow, TrafficThread } from './ports.ts';

export const MEASURES = {
  firstAnswer: {
    unit: 'share',
    better: 'higher',
    means: 'the first answer was not blocked, failed, corrected, refined or asked for again',
  },
  turns: { unit: 'turns', better: 'lower', means: 'user turns of a thread' },
  corrections: { unit: 'turns', better: 'lower', means: 'corrections and repeated questions of a thread' },
  refinements: { unit: 'turns', better: 'lower', means: 'turns of a thread that ask for the answer in another form' },
  unresolved: { unit: 'share', better: 'lower', means: 'the thread was abandoned or failed' },
  costUsd: { unit: 'USD', better: 'lower', means: 'cost of a thread, all its calls' },
  latencyMs: { unit: 'ms', better: 'lower', means: 'mean time from a turn to the end of its answer' },
  answerTokens: { unit: 'tokens', better: 'lower', means: 'mean length of an answer' },
  repetition: { unit: 'share', better: 'lower', means: 'share of three-word sequences of an answer that stood in it before' },
} as const;
export type Measure = keyof typeof MEASURES;

export interface Conversation {
  readonly threadId: string;
  readonly firstRequest: string;
  readonly startedAtMs: number;
  /** The person, or the thread itself where none is known. */
  readonly person: string;
  /** Null where more than one model answered its turns. */
  readonly model: string | null;
  readonly topic: TrafficThread['topic'];
  readonly outcome: TrafficThread['outcome'];
  /** Null where it was not measured in this thread. */
  readonly values: Readonly<Record<Measure, number | null>>;
}

interface Draft {
  readonly threadId: string;
  readonly turns: TrafficRow[];
  costUsd: number | null;
  readonly repetition: number[];
  /** Of a turn nothing is known but that it was: what people said of the answers cannot be told. */
  isBare: boolean;
}

/** Adds up requests in time order; `ended` gives the threads that have turns. */
export function createConversations() {
  const drafts = new Map<string, Draft>();
  return {
    add(row: TrafficRow): void {
      const draft = drafts.get(row.threadId) ?? { threadId: row.threadId, turns: [], costUsd: null, repetition: [], isBare: false };
      drafts.set(row.threadId, draft);
      if (row.costUsd !== null) draft.costUsd = (draft.costUsd ?? 0) + row.costUsd;
      if (row.kind !== 'turn') return;
      if (row.isBare) draft.isBare = true;
      const repeated = row.answer === null ? null : repetitionOf(row.answer);
      if (repeated !== null) draft.repetition.push(repeated);
      // Texts are long, and nothing reads them any more.
      draft.turns.push({ ...row, answer: null });
    },
    threadIds: (): readonly string[] => [...drafts.keys()],
    ended(threads: ReadonlyMap<string, TrafficThread>): readonly Conversation[] {
      return [...drafts.values()].flatMap((draft) => {
        const [first] = draft.turns;
        const thread = threads.get(draft.threadId);
        return first === undefined || thread === undefined || draft.isBare ? [] : [conversation(draft, first, thread)];
      });
    },
  };
}

function conversation({ threadId, turns, costUsd, repetition }: Draft, first: TrafficRow, { topic, outcome }: TrafficThread): Conversation {
  const models = new Set(turns.map(({ model }) => model));
  const count = (...kinds: readonly string[]): number =>
    turns.filter(({ followUp }) => followUp !== null && kinds.includes(followUp)).length;
  const failed = first.blocked || (first.outcome !== null && first.outcome !== 'ok');
  const asksAgain = ['correction', 'repeat', 'refinement'].includes(turns[1]?.followUp ?? '');
  const known = <T>(values: readonly (T | null)[]): T[] => values.filter((value) => value !== null);
  const meanOr = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));
  return {
    threadId,
    firstRequest: first.id,
    startedAtMs: first.atMs,
    person: first.principal ?? threadId,
    model: models.size === 1 ? first.model : null,
    topic,
    outcome,
    values: {
      firstAnswer: failed || asksAgain ? 0 : 1,
      turns: turns.length,
      corrections: count('correction', 'repeat'),
      refinements: count('refinement'),
      unresolved: outcome === 'open' ? null : Number(outcome === 'abandoned' || outcome === 'failed'),
      costUsd,
      latencyMs: meanOr(known(turns.map(({ atMs, endedAtMs }) => (endedAtMs === null ? null : endedAtMs - atMs)))),
      answerTokens: meanOr(known(turns.map(({ outputTokens }) => outputTokens))),
      repetition: meanOr(repetition),
    },
  };
}

const SEQUENCE = 3;
const LEAST_WORDS = 30;

/** Null for an answer too short to repeat itself. */
export function repetitionOf(answer: string): number | null {
  const words = answer.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < LEAST_WORDS) return null;
  const seen = new Set<string>();
  let repeated = 0;
  const sequences = words.length - SEQUENCE + 1;
  for (let at = 0; at < sequences; at += 1) {
    const sequence = words.slice(at, at + SEQUENCE).join(' ');
    if (seen.has(sequence)) repeated += 1;
    seen.add(sequence);
  }
  return repeated / sequences;
}
