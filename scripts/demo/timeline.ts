// When each turn of each conversation takes place, relative to the start of live traffic.
import type { Conversation, When } from './types.ts';

export interface Event {
  /** Milliseconds after the start of live traffic; below zero in the past. */
  readonly atMs: number;
  readonly conversation: Conversation;
  readonly turn: number;
}

const MINUTE_MS = 60_000;

/** Over how long each kind is spread (starts only), and the usual pause between two turns. */
const SPREAD: Readonly<
  Record<When, { readonly fromMs: number; readonly toMs: number; readonly pauseMs: number; readonly unitMs: number }>
> = {
  past: { fromMs: -420 * MINUTE_MS, toMs: -22 * MINUTE_MS, pauseMs: 75_000, unitMs: MINUTE_MS },
  live: { fromMs: 500, toMs: 48_000, pauseMs: 6_500, unitMs: 1000 },
  later: { fromMs: 80_000, toMs: 800_000, pauseMs: 21_000, unitMs: 1000 },
};

/** All turns in the order in which they take place. Nothing in the past comes later than half a minute before live traffic. */
export function timelineOf(conversations: readonly Conversation[]): Event[] {
  return (['past', 'live', 'later'] as const)
    .flatMap((when) => {
      const some = conversations.filter((conversation) => conversation.when === when);
      return some.flatMap((conversation, index) => eventsOf(conversation, index / Math.max(1, some.length)));
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function eventsOf(conversation: Conversation, share: number): Event[] {
  const { fromMs, toMs, pauseMs, unitMs } = SPREAD[conversation.when];
  const { start } = conversation;
  const spread = fromMs + (toMs - fromMs) * share;
  let atMs = start === undefined ? spread : conversation.when === 'past' ? -start * unitMs : start * unitMs;
  let unit = unitMs;
  let usual = pauseMs;
  return conversation.turns.map(([ask, , how = {}], turn) => {
    if (how.resumeLive !== undefined) {
      ({ pauseMs: usual, unitMs: unit } = SPREAD.live);
      atMs = how.resumeLive * unit;
    } else if (turn > 0) {
      // People need longer for longer questions.
      atMs += how.pause === undefined ? usual * (0.6 + Math.min(1, ask.length / 150)) : how.pause * unit;
    }
    if (atMs < 0) atMs = Math.min(atMs, -30_000);
    return { atMs, conversation, turn };
  });
}
