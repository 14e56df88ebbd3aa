// What the linker measures of a request against each thread that it could belong to. Training reads the same numbers
// through the same code as serving.
import { lastOf } from '../last.ts';
import { SESSION_SECONDS, WINDOW_SECONDS } from '../limits.ts';
import { wordsOf, type TurnRecord } from '../record.ts';
import type { Thread } from '../remembered.ts';
import type { PrincipalState } from '../state.ts';
import { traitsOf, type Cues, type TextTraits } from '../text/traits.ts';
import type { TurnInput } from '../types.ts';
import type { Backgrounds } from './background.ts';
import { factsOf } from './facts.ts';
import { measureKinship, NO_KINSHIP, type Kinship } from './kinship.ts';
import { measureManner, NO_MANNER, type Manner } from './manner.ts';
import { measureMeaning, NO_MEANING, type Meaning } from './meaning.ts';
import { answerLengthOf, paceAt, promptLengthOf, switchesIn, unheardBy, type Pace } from './pace.ts';
import type { Projection } from './projection.ts';
import { measureWording, NO_WORDING, type Wording } from './wording.ts';

/** Pauses shorter than this count as this long: people hardly make them, so that nothing is known of what they mean. */
const SHORTEST_PAUSE_SECONDS = 10;
/** More than this many threads, or threads of this session, count as this many; so with ranks. */
const MOST_THREADS = 12;
const MOST_IN_SESSION = 6;
const LAST_RANK = 6;

/** A thread that may be joined, as numbers. Times are natural logs of seconds unless their name says otherwise. */
export interface Features extends Meaning, Wording, Manner, Kinship {
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
  /** 0…1: this person's answers go uncaptured. */
  readonly unheard: number;
  /** How much longer the prompts are than written ones, as the mean log of their words: 0 or more; 0 where answers are captured. */
  readonly promptLength: number;
  // the threads beside each other, by their closest prompt or answer
  readonly lead: number;
  readonly best: number;
  readonly isBest: number;
  /** By how much the thread's `kinThread` leads the others', or lags behind the best. */
  readonly kinLead: number;
  // the request itself
  readonly cues: Cues;
  /** Probability that the text is a follow-up at all, whatever it follows. */
  readonly followUp: number;
  /** Probability that it cannot be understood without what was said before. */
  readonly dependent: number;
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
  /** Probability that it cannot be understood alone. Absent: 0. */
  readonly dependent?: (turn: TurnInput, traits: TextTraits) => number;
  readonly projection: (turn: TurnInput) => Projection | undefined;
  /** Absent: closeness counts alike in all languages. */
  readonly backgrounds?: Backgrounds | undefined;
}

/** Numbers while they are measured: all candidates have one shape, which is what makes the sums over them fast. */
type Draft = { -readonly [Name in keyof Features]: Features[Name] };

const NOTHING = {
  ...{ rank: 0, logGap: 0, logGapToPace: 0, logGapToNewest: 0, logTurns: 0, logTurnsSince: 0 },
  ...NO_MEANING,
  ...{ lead: 0, best: 0, isBest: 0, kinLead: 0 },
  ...NO_KINSHIP,
  ...NO_WORDING,
  ...NO_MANNER,
};

/** The threads active within the window, newest first, each with its features. */
export function candidatesFor(turn: TurnInput, state: PrincipalState, reader: Reader): ThreadCandidate[] {
  const active = activeThreads(turn, state);
  if (active.length === 0) return [];
  const traits = traitsOf(turn);
  const words = wordsOf(traits);
  const pace = paceAt(turn, state.turns);
  const projection = reader.projection(turn);
  const { backgrounds } = reader;
  const blank: Draft = { ...NOTHING, ...requestAlone(turn, state, active, pace, traits, reader) };
  const newestOrdinal = lastOf(state.turns)?.ordinal ?? 0;
  const drafts = active.map(({ thread, last }, rank) => {
    const draft = { ...blank };
    const facts = factsOf(thread, last);
    draft.rank = Math.min(LAST_RANK, rank);
    draft.logGap = Math.log(Math.max(SHORTEST_PAUSE_SECONDS, turn.at - last.lastAt));
    draft.logGapToPace = draft.logGap - pace.logPause;
    draft.logTurns = Math.log1p(thread.turns.length);
    draft.logTurnsSince = Math.log1p(newestOrdinal - last.ordinal);
    measureMeaning(draft, turn, traits.language, facts, backgrounds?.cosine);
    measureKinship(draft, turn, traits.language, facts.tail, projection, backgrounds?.kin);
    measureWording(draft, traits, words, facts);
    measureManner(draft, traits, words, facts);
    return draft;
  });
  compare(drafts);
  return active.map(({ thread, last }, rank) => ({ thread, last, features: drafts[rank] ?? blank }));
}

type Active = Omit<ThreadCandidate, 'features'>;

function activeThreads(turn: TurnInput, state: PrincipalState): Active[] {
  const active: Active[] = [];
  for (const thread of state.threads.values()) {
    const last = lastOf(thread.turns);
    if (last !== undefined && turn.at - last.lastAt <= WINDOW_SECONDS) active.push({ thread, last });
  }
  return active.sort((a, b) => b.last.lastAt - a.last.lastAt);
}

type OfRequest =
  | 'longPauses'
  | 'alternation'
  | 'activeThreads'
  | 'activeInSession'
  | 'cues'
  | 'followUp'
  | 'dependent'
  | 'recentSwitches'
  | 'answerLength'
  | 'unheard'
  | 'promptLength';

/** What is the same for all candidates. */
function requestAlone(
  turn: TurnInput,
  state: PrincipalState,
  active: readonly Active[],
  pace: Pace,
  traits: TextTraits,
  reader: Reader,
): Pick<Features, OfRequest> {
  const unheard = unheardBy(state.turns);
  return {
    longPauses: pace.longPauses,
    alternation: pace.alternation,
    activeThreads: Math.min(MOST_THREADS, active.length),
    activeInSession: Math.min(MOST_IN_SESSION, active.filter(({ last }) => turn.at - last.lastAt <= SESSION_SECONDS).length),
    cues: traits.cues,
    followUp: reader.followUp(turn, traits),
    dependent: reader.dependent?.(turn, traits) ?? 0,
    recentSwitches: switchesIn(state.turns),
    answerLength: answerLengthOf(state.turns),
    unheard,
    promptLength: unheard > 0 ? promptLengthOf(state.turns) : 0,
  };
}

/** How the threads stand to each other: the best one to the runner-up, the others to the best. */
function compare(drafts: readonly Draft[]): void {
  const closest = standing(drafts, (one) => Math.max(one.toBestPrompt, one.toBestAnswer));
  const kin = standing(drafts, (one) => one.kinThread);
  const logGapOfNewest = drafts[0]?.logGap ?? 0;
  for (const draft of drafts) {
    draft.logGapToNewest = draft.logGap - logGapOfNewest;
    const value = Math.max(draft.toBestPrompt, draft.toBestAnswer);
    draft.best = closest.best;
    draft.lead = draft === closest.winner ? closest.best - closest.second : value - closest.best;
    draft.isBest = value === closest.best ? 1 : 0;
    draft.kinLead = draft === kin.winner ? kin.best - kin.second : draft.kinThread - kin.best;
  }
}

/** The first of those with the highest value, that value, and the next one below it; 0 where there is no second. */
function standing(
  drafts: readonly Draft[],
  valueOf: (one: Draft) => number,
): { readonly winner: Draft | undefined; readonly best: number; readonly second: number } {
  let [winner, best, second]: [Draft | undefined, number, number] = [undefined, -Infinity, -Infinity];
  for (const one of drafts) {
    const value = valueOf(one);
    if (value > best) [winner, second, best] = [one, best, value];
    else if (value > second) second = value;
  }
  return { winner, best, second: drafts.length > 1 ? second : 0 };
}
