// What the linker needs to know of a thread whatever the request is: worked out once for each state of the thread, because
// most threads do not change from one decision to the next.
import type { TurnRecord } from '../record.ts';
import type { Thread } from '../remembered.ts';
import type { AnswerTraits } from '../text/traits.ts';
import { cosine, dot } from '../vector.ts';

/** Turns of a thread that are looked at; for the manner of speech, and for its length. */
const TAIL = 12;
const TAIL_FOR_MANNER = 6;
const TAIL_FOR_LENGTH = 5;
const CENTROID_DECAY = 0.8;
/** Classes of referents: him, her, it, them. */
export const CLASSES = 4;

export interface ThreadFacts {
  /** The newest turns, oldest first, and the newest of these. */
  readonly tail: readonly TurnRecord[];
  readonly manners: readonly TurnRecord[];
  readonly last: TurnRecord;
  /** Cosine of the last prompt and its answer; 0 where one is missing. */
  readonly promptToAnswer: number;
  /** Sum of the prompts, older ones weighing less, and its length; of the newest vector's size. */
  readonly centroid: Float32Array;
  readonly centroidLength: number;
  /** Mean log of the length of the last prompts, in words. */
  readonly meanLength: number;
  /** How many of `manners` are questions, in the first person, in lower case, end with each mark, have no known answer. */
  readonly questions: ReadonlyMap<number, number>;
  readonly firstPerson: number;
  readonly lowerCase: ReadonlyMap<number, number>;
  readonly endings: ReadonlyMap<string, number>;
  readonly unanswered: number;
  /** Mentions by class in the prompts and answers of `manners`, and in the last turn. */
  readonly inPrompts: readonly number[];
  readonly inAnswers: readonly number[];
  readonly inLast: readonly number[];
}

interface Known {
  readonly oldest: TurnRecord | undefined;
  readonly revision: number;
  readonly facts: ThreadFacts;
}

/** By a thread's newest turn, as it stood when its newest answer had come. */
const known = new WeakMap<TurnRecord, Known>();

export function factsOf(thread: Thread, last: TurnRecord): ThreadFacts {
  const oldest = thread.turns[Math.max(0, thread.turns.length - TAIL)];
  const before = known.get(last);
  if (before !== undefined && before.oldest === oldest && before.revision === last.revision) return before.facts;
  const facts = workedOut(thread.turns.slice(-TAIL), last);
  known.set(last, { oldest, revision: last.revision, facts });
  return facts;
}

function workedOut(tail: readonly TurnRecord[], last: TurnRecord): ThreadFacts {
  const manners = tail.slice(-TAIL_FOR_MANNER);
  const prompts = manners.map(({ prompt }) => prompt);
  const lengths = tail.slice(-TAIL_FOR_LENGTH).map(({ prompt }) => prompt.cues.logLength);
  const centroid = centroidOf(tail);
  return {
    tail,
    manners,
    last,
    promptToAnswer: cosine(last.vector, last.answerVector) ?? 0,
    centroid,
    centroidLength: Math.sqrt(dot(centroid, centroid)),
    meanLength: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    questions: countsOf(prompts.map(({ cues }) => cues.question)),
    firstPerson: prompts.filter(({ referents }) => referents.firstPerson).length,
    lowerCase: countsOf(prompts.map(({ cues }) => cues.lowerCase)),
    endings: countsOf(prompts.map(({ referents }) => referents.ending)),
    unanswered: manners.filter(({ answer }) => answer === undefined).length,
    inPrompts: mentionsIn(prompts),
    inAnswers: mentionsIn(manners.flatMap(({ answer }) => answer ?? [])),
    inLast: mentionsIn(last.answer === undefined ? [last.prompt] : [last.prompt, last.answer]),
  };
}

/** Of the size of the newest prompt's vector; those of another count as missing. Goes on from what it was a turn before. */
function centroidOf(tail: readonly TurnRecord[]): Float32Array {
  const size = tail.findLast(({ vector }) => vector !== undefined)?.vector?.length ?? 0;
  const earlier = tail[tail.length - 2];
  const before = earlier === undefined ? undefined : known.get(earlier);
  const goesOn = before !== undefined && before.oldest === tail[0] && before.facts.centroid.length === size;
  const centroid = goesOn ? before.facts.centroid.slice() : new Float32Array(size);
  for (const { vector } of goesOn ? tail.slice(-1) : tail) {
    if (vector?.length !== size) continue;
    for (let i = 0; i < size; i++) centroid[i] = (centroid[i] ?? 0) * CENTROID_DECAY + (vector[i] ?? 0);
  }
  return centroid;
}

const mentionsIn = (texts: readonly Pick<AnswerTraits, 'referents'>[]): number[] =>
  Array.from({ length: CLASSES }, (_, i) => texts.reduce((sum, { referents: { mentions } }) => sum + (mentions[i] ?? 0), 0));

function countsOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
