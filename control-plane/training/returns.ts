// A real log in which nobody ever went back to an earlier chat, with returns put in: what is said and how long people pause
// within a chat stays as it was.
import { WINDOW_SECONDS } from '../src/threads/index.ts';
import type { Labelled, Log } from './corpus.ts';

/** Conversations of so many turns are torn in two; one to three others come between the halves. */
const TORN_FROM = 4;
const BETWEEN = 3;
/** Pauses between conversations are cut to this many seconds, so that the first half is still within the linker's window. */
const LONGEST_PAUSE = 7200;

interface Stretch {
  readonly turns: readonly Labelled[];
  readonly pause: number;
}

export function withReturns(log: Log, minutes: number): Log {
  const order: Stretch[] = [];
  const waiting: { readonly after: number; readonly half: Stretch }[] = [];
  stretchesOf(log).forEach(({ turns, pause }, i) => {
    const torn = turns.length >= TORN_FROM;
    const middle = torn ? turns.length >> 1 : turns.length;
    order.push({ turns: turns.slice(0, middle), pause: Math.min(LONGEST_PAUSE, pause) });
    if (torn) waiting.push({ after: i + 1 + (i % BETWEEN), half: { turns: turns.slice(middle), pause: minutes * 60 } });
    while (waiting[0] !== undefined && waiting[0].after <= i) order.push(...waiting.splice(0, 1).map(({ half }) => half));
  });
  return retimed([...order, ...waiting.map(({ half }) => half)]);
}

/** Runs of one conversation, with the pause before each. */
function stretchesOf(log: Log): Stretch[] {
  const stretches: { turns: Labelled[]; pause: number }[] = [];
  log.forEach((one, i) => {
    const before = log[i - 1];
    const pause = before === undefined ? 0 : one.turn.at - before.turn.at;
    if (before?.truth === one.truth && pause <= WINDOW_SECONDS) stretches[stretches.length - 1]?.turns.push(one);
    else stretches.push({ turns: [one], pause });
  });
  return stretches;
}

function retimed(stretches: readonly Stretch[]): Log {
  let now = stretches[0]?.turns[0]?.turn.at ?? 0;
  return stretches.flatMap(({ turns, pause }) =>
    turns.map((one, i): Labelled => {
      now += i === 0 ? pause : one.turn.at - (turns[i - 1]?.turn.at ?? one.turn.at);
      return { ...one, row: { ...one.row, ts: now }, turn: { ...one.turn, at: now } };
    }),
  );
}
