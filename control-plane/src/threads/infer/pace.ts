// How fast one person works, and whether on one thing at a time. Read from raw pauses and similarities, never from the
// linker's own decisions, so that a wrong link does not breed more of them.
import type { TurnRecord } from '../record.ts';
import type { TurnInput } from '../types.ts';
import { cosine } from '../vector.ts';

/** What one request adds to the statistics. */
export interface PaceSample {
  /** Seconds since the principal's previous turn. */
  readonly pause: number | undefined;
  /** By how much an earlier turn is more similar than the previous one: above zero for people who work in parallel. */
  readonly earlierMargin: number | undefined;
}

export interface Pace {
  /** Typical natural log of the pause in seconds, of pauses under an hour. */
  readonly logPause: number;
  /** Share of pauses over half an hour. */
  readonly longPauses: number;
  readonly alternation: number;
}

const PAUSES = 40;
const MARGINS = 30;
const EARLIER_TURNS = 8;
const SESSION_SECONDS = 1800;
const HOUR = 3600;
const SWITCHES = 8;
const ANSWERS = 120;
/** Logs of words: about 20, and about 400. */
const WRITTEN_ANSWER = 3;
const LONGEST_ANSWER = 6;
/** What is assumed of someone unknown, and how many observations that weighs. */
const PRIOR = { logPause: Math.log(210), pauses: 5, longPauses: 0.2, longWeight: 2, marginWeight: 4, answers: 2 };

export function observePace(turn: TurnInput, previous: readonly TurnRecord[]): PaceSample {
  const last = previous[previous.length - 1];
  if (last === undefined) return { pause: undefined, earlierMargin: undefined };
  const pause = turn.at - last.at;
  if (pause >= SESSION_SECONDS || turn.vector === undefined) return { pause, earlierMargin: undefined };
  const earlier = previous.slice(-EARLIER_TURNS, -1).filter((record) => turn.at - record.at < 2 * HOUR);
  const best = Math.max(...earlier.map((record) => closeness(turn, record)));
  return { pause, earlierMargin: earlier.length === 0 ? 0 : Math.max(0, best - closeness(turn, last)) };
}

/** The pace up to the request's arrival, the pause before it included. */
export function paceAt(turn: TurnInput, records: readonly TurnRecord[]): Pace {
  const recent = records.slice(-PAUSES);
  const last = recent[recent.length - 1];
  const pauses = recent.slice(1).flatMap(({ pace: { pause } }) => (pause === undefined ? [] : [pause]));
  if (last !== undefined) pauses.push(turn.at - last.at);
  const logs = pauses.filter((pause) => pause < HOUR).map((pause) => Math.log(Math.max(1, pause)));
  const margins = records.slice(-MARGINS).flatMap(({ pace: { earlierMargin } }) => (earlierMargin === undefined ? [] : [earlierMargin]));
  const long = pauses.filter((pause) => pause > SESSION_SECONDS).length;
  return {
    logPause: (median(logs) * logs.length + PRIOR.pauses * PRIOR.logPause) / (logs.length + PRIOR.pauses),
    longPauses: (long + PRIOR.longWeight * PRIOR.longPauses) / (pauses.length + PRIOR.longWeight),
    alternation: margins.reduce((sum, margin) => sum + margin, 0) / (margins.length + PRIOR.marginWeight),
  };
}

/** Changes of thread without a pause among the last few turns. */
export function switchesIn(records: readonly TurnRecord[]): number {
  const recent = records.slice(-SWITCHES - 1);
  return recent.filter((record, i) => {
    const before = recent[i - 1];
    return before !== undefined && before.entry.threadId !== record.entry.threadId && record.at - before.at < SESSION_SECONDS;
  }).length;
}

/** How long the answers are that this person gets: the mean log of their words over what written conversations have. */
export function answerLengthOf(records: readonly TurnRecord[]): number {
  const lengths = records
    .slice(-ANSWERS)
    .flatMap(({ answer }) => (answer === undefined ? [] : [Math.min(LONGEST_ANSWER, answer.cues.logLength)]));
  const sum = lengths.reduce((total, length) => total + length, PRIOR.answers * WRITTEN_ANSWER);
  return Math.max(0, sum / (lengths.length + PRIOR.answers) - WRITTEN_ANSWER);
}

const closeness = (turn: TurnInput, record: TurnRecord): number =>
  Math.max(cosine(turn.vector, record.vector) ?? 0, cosine(turn.vector, record.answerVector) ?? 0);

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
