// How fast one person works, and whether on one thing at a time. Read from raw pauses and similarities, never from the
// linker's own decisions, so that a wrong link does not breed more of them.
import { SESSION_SECONDS } from '../limits.ts';
import type { TurnRecord } from '../record.ts';
import type { TurnInput } from '../types.ts';

export interface Pace {
  /** Typical natural log of the pause in seconds, of pauses under an hour. */
  readonly logPause: number;
  /** Share of pauses over half an hour. */
  readonly longPauses: number;
  readonly alternation: number;
}

const PAUSES = 40;
const MARGINS = 30;
const HOUR = 3600;
const SWITCHES = 8;
const ANSWERS = 120;
/** Turns by which is told whether answers are captured, and the share without one from which on they may not be, and are not. */
const LATELY = 20;
const UNHEARD = { from: 0.5, over: 0.3 };
/** Logs of words: about 20, and about 400. */
const WRITTEN_ANSWER = 3;
const LONGEST_ANSWER = 6;
/** Log of words: about 7. Real prompts, with what people paste into them, have some 20. */
const WRITTEN_PROMPT = 2;
/** What is assumed of someone unknown, and how many observations that weighs. */
const PRIOR = { logPause: Math.log(210), pauses: 5, longPauses: 0.2, longWeight: 2, marginWeight: 4, answers: 2, prompts: 4 };

/** The pace up to the request's arrival, the pause before it included. */
export function paceAt(turn: TurnInput, records: readonly TurnRecord[]): Pace {
  const last = records[records.length - 1];
  const short: number[] = [];
  let [pauses, long] = [0, 0];
  const see = (pause: number | undefined): void => {
    if (pause === undefined) return;
    pauses++;
    if (pause > SESSION_SECONDS) long++;
    if (pause < HOUR) short.push(pause);
  };
  for (let i = Math.max(1, records.length - PAUSES + 1); i < records.length; i++) see(records[i]?.pace.pause);
  if (last !== undefined) see(turn.at - last.at);
  return {
    logPause: (medianOfLogs(short) * short.length + PRIOR.pauses * PRIOR.logPause) / (short.length + PRIOR.pauses),
    longPauses: (long + PRIOR.longWeight * PRIOR.longPauses) / (pauses + PRIOR.longWeight),
    alternation: alternationOf(records),
  };
}

function alternationOf(records: readonly TurnRecord[]): number {
  let [sum, margins] = [0, 0];
  for (let i = Math.max(0, records.length - MARGINS); i < records.length; i++) {
    const margin = records[i]?.pace.earlierMargin;
    if (margin === undefined) continue;
    sum += margin;
    margins++;
  }
  return sum / (margins + PRIOR.marginWeight);
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
  let sum = PRIOR.answers * WRITTEN_ANSWER;
  let count = 0;
  for (let i = Math.max(0, records.length - ANSWERS); i < records.length; i++) {
    const answer = records[i]?.answer;
    if (answer === undefined) continue;
    sum += Math.min(LONGEST_ANSWER, answer.cues.logLength);
    count++;
  }
  return Math.max(0, sum / (count + PRIOR.answers) - WRITTEN_ANSWER);
}

/** 0…1: whether the answers that this person gets go uncaptured, so that their absence from a thread says nothing of it. */
export function unheardBy(records: readonly TurnRecord[]): number {
  const first = Math.max(0, records.length - LATELY);
  let missing = 0;
  for (let i = first; i < records.length; i++) if (records[i]?.answer === undefined) missing++;
  return Math.max(0, Math.min(1, (missing / (records.length - first + 0.5) - UNHEARD.from) / UNHEARD.over));
}

/** How long this person's prompts are: the mean log of their words over what written conversations have. */
export function promptLengthOf(records: readonly TurnRecord[]): number {
  const first = Math.max(0, records.length - ANSWERS);
  let sum = PRIOR.prompts * WRITTEN_PROMPT;
  for (let i = first; i < records.length; i++) sum += records[i]?.prompt.cues.logLength ?? 0;
  return Math.max(0, sum / (records.length - first + PRIOR.prompts) - WRITTEN_PROMPT);
}

/** The median of the natural logs; sorts the pauses. */
function medianOfLogs(pauses: number[]): number {
  if (pauses.length === 0) return 0;
  pauses.sort((a, b) => a - b);
  const middle = pauses.length >> 1;
  const log = (index: number): number => Math.log(Math.max(1, pauses[index] ?? 1));
  return pauses.length % 2 === 1 ? log(middle) : (log(middle - 1) + log(middle)) / 2;
}
