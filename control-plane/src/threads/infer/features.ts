// What the linker measures of a request against each thread that it could belong to. Training reads the same numbers
// through the same code as serving.
import { WINDOW_SECONDS } from '../options.ts';
import { wordsOf, type TurnRecord } from '../record.ts';
import { lastOf, type PrincipalState, type Thread } from '../state.ts';
import { describeText, type Cues, type TextTraits } from '../text/traits.ts';
import type { TurnInput } from '../types.ts';
import { cosine, dot } from '../vector.ts';
import { kinshipOf, NO_KINSHIP, type Kinship } from './kinship.ts';
import { mannerOf, type Manner } from './manner.ts';
import { answerLengthOf, paceAt, switchesIn } from './pace.ts';
import type { Projection } from './projection.ts';
import { wordingOf, type Wording } from './wording.ts';

/** Turns of a thread that are looked at. */
const TAIL = 12;
const ANSWERS = 4;
const CENTROID_DECAY = 0.8;

/** A thread that may be joined, as numbers. Times are natural logs of seconds unless their name says otherwise. */
export interface Features extends Wording, Manner, Kinship {
  // time
  readonly rank: number;
  readonly logGap: number;
  readonly logGapToPace: number;
  /** How much longer ago than the newest thread, as a difference of logs. */
  readonly logGapToNewest: number;
  readonly longPauses: number;
  readonly alternation: number;
  readonly logTurns: number;
  readonly activeThreads: number;
  readonly activeInSession: number;
  /** Log of how many requests of the user came since the thread's last one, and one. */
  readonly logTurnsSince: number;
  /** How often the last few requests changed the thread without a pause. */
  readonly recentSwitches: number;
  /** How much longer the answers are than those of written conversations, as the mean log of their words: 0 or more. */
  readonly answerLength: number;
  // meaning
  readonly toPrompt: number;
  readonly toBestPrompt: number;
  readonly toCentroid: number;
  readonly toAnswer: number;
  readonly toBestAnswer: number;
  readonly toPromptAndAnswer: number;
  readonly answered: number;
  readonly lead: number;
  readonly best: number;
  readonly isBest: number;
  /** By how much the thread's `kinThread` leads the others', or lags behind the best. */
  readonly kinLead: number;
  // the request itself
  readonly cues: Cues;
  /** Probability that the text is a follow-up at all, whatever it follows. */
  readonly followUp: number;
}

export interface ThreadCandidate {
  readonly thread: Thread;
  readonly last: TurnRecord;
  readonly features: Features;
}

/** What learned models read from one request's text. */
export interface Reader {
  /** Probability that the text is a follow-up at all. */
  readonly followUp: (turn: TurnInput, traits: TextTraits) => number;
  readonly projection: (turn: TurnInput) => Projection | undefined;
}

/** The threads active within the window, newest first, each with its features. */
export function candidatesFor(turn: TurnInput, state: PrincipalState, reader: Reader): ThreadCandidate[] {
  const active = [...state.threads.values()]
    .flatMap((thread) => {
      const last = lastOf(thread.turns);
      return last !== undefined && turn.at - last.lastAt <= WINDOW_SECONDS ? [{ thread, last }] : [];
    })
    .toSorted((a, b) => b.last.lastAt - a.last.lastAt);
  const newest = active[0];
  if (newest === undefined) return [];
  const traits = describeText(turn.text);
  const words = wordsOf(traits);
  const pace = paceAt(turn, state.turns);
  const gaps = active.map(({ last }) => Math.log(Math.max(1, turn.at - last.lastAt)));
  const common = {
    longPauses: pace.longPauses,
    alternation: pace.alternation,
    activeThreads: Math.min(12, active.length),
    activeInSession: Math.min(6, active.filter(({ last }) => turn.at - last.lastAt <= 1800).length),
    cues: traits.cues,
    followUp: reader.followUp(turn, traits),
    recentSwitches: switchesIn(state.turns),
    answerLength: answerLengthOf(state.turns),
  };
  const meanings = active.map(({ thread, last }) => meaningOf(turn, thread, last));
  const standings = standingsOf(meanings.map(({ toBestPrompt, toBestAnswer }) => Math.max(toBestPrompt, toBestAnswer)));
  const projection = reader.projection(turn);
  const kinships = active.map(({ thread }) => kinshipOf(turn, thread.turns.slice(-TAIL), projection));
  const kinLeads = standingsOf(kinships.map(({ kinThread }) => kinThread));
  return active.map(({ thread, last }, rank) => {
    const logGap = gaps[rank] ?? 0;
    const time = { rank: Math.min(6, rank), logGap, logGapToPace: logGap - pace.logPause, logGapToNewest: logGap - (gaps[0] ?? 0) };
    const features: Features = {
      ...common,
      ...time,
      logTurns: Math.log1p(thread.turns.length),
      logTurnsSince: Math.log1p(state.turns.length - 1 - state.turns.lastIndexOf(last)),
      ...(meanings[rank] ?? NO_MEANING),
      ...(standings[rank] ?? { lead: 0, best: 0, isBest: 0 }),
      ...(kinships[rank] ?? NO_KINSHIP),
      kinLead: kinLeads[rank]?.lead ?? 0,
      ...wordingOf(traits, words, thread, last),
      ...mannerOf(traits, words, thread, last),
    };
    return { thread, last, features };
  });
}

type Meaning = Pick<Features, 'toPrompt' | 'toBestPrompt' | 'toCentroid' | 'toAnswer' | 'toBestAnswer' | 'toPromptAndAnswer' | 'answered'>;
const NO_MEANING: Meaning = {
  toPrompt: 0,
  toBestPrompt: 0,
  toCentroid: 0,
  toAnswer: 0,
  toBestAnswer: 0,
  toPromptAndAnswer: 0,
  answered: 0,
};

function meaningOf({ vector }: TurnInput, thread: Thread, last: TurnRecord): Meaning {
  if (vector === undefined) return NO_MEANING;
  const tail = thread.turns.slice(-TAIL);
  const prompts = tail.map((record) => cosine(vector, record.vector) ?? 0);
  const answers = tail.slice(-ANSWERS).flatMap((record) => cosine(vector, record.answerVector) ?? []);
  const toPrompt = lastOf(prompts) ?? 0;
  const toAnswer = cosine(vector, last.answerVector);
  const between = cosine(last.vector, last.answerVector) ?? 0;
  return {
    toPrompt,
    toBestPrompt: Math.max(...prompts),
    toCentroid: centroidCosine(vector, tail),
    toAnswer: toAnswer ?? 0,
    toBestAnswer: Math.max(0, ...answers),
    toPromptAndAnswer: toAnswer === undefined ? toPrompt : (toAnswer + toPrompt) / Math.sqrt(2 + 2 * between),
    answered: toAnswer === undefined ? 0 : 1,
  };
}

/** Cosine to the thread's prompts, older ones weighing less. */
function centroidCosine(vector: Float32Array, tail: readonly TurnRecord[]): number {
  const centroid = centroidOf(tail, vector.length);
  const norm = Math.sqrt(dot(centroid, centroid));
  return norm === 0 ? 0 : dot(vector, centroid) / norm;
}

/** Centroids by the newest turn of their tail: most threads do not change from one decision to the next. */
const centroids = new WeakMap<TurnRecord, { readonly oldest: TurnRecord | undefined; readonly centroid: Float32Array }>();

function centroidOf(tail: readonly TurnRecord[], dimensions: number): Float32Array {
  const newest = lastOf(tail);
  const known = newest === undefined ? undefined : centroids.get(newest);
  if (known !== undefined && known.oldest === tail[0] && known.centroid.length === dimensions) return known.centroid;
  const centroid = new Float32Array(dimensions);
  for (const { vector: prompt } of tail) {
    if (prompt?.length !== dimensions) continue;
    for (let i = 0; i < dimensions; i++) centroid[i] = (centroid[i] ?? 0) * CENTROID_DECAY + (prompt[i] ?? 0);
  }
  if (newest !== undefined) centroids.set(newest, { oldest: tail[0], centroid });
  return centroid;
}

/** How each thread's similarity stands to the best one's; the best one's to the runner-up. */
function standingsOf(values: readonly number[]): Pick<Features, 'lead' | 'best' | 'isBest'>[] {
  const [best = 0, second = 0] = values.toSorted((a, b) => b - a);
  const winner = values.indexOf(best);
  return values.map((value, index) => ({ best, lead: index === winner ? best - second : value - best, isBest: value === best ? 1 : 0 }));
}
