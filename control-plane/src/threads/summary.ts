// Compaction: a client has its conversation summarised and then sends the summary in place of the messages. That call is seen
// too, and what it answered stands in front of the next request, by keyed hashes of both.
import type { Entry } from './entry.ts';
import type { Remembered } from './remembered.ts';
import type { TurnInput } from './types.ts';

/** The request that the conversation had come to when it was summarised, where the summary is that of one thread and no other. */
export function summarisedBefore(turn: TurnInput, state: Remembered): Entry | undefined {
  const { kind, summaries } = turn.call ?? {};
  if (summaries === undefined || kind === 'auxiliary') return undefined;
  const ahead = new Set(summaries);
  const calls = state.entries.filter(
    ({ turn: { call } }) => call?.auxiliary === 'summary' && (call.summaries?.some((summary) => ahead.has(summary)) ?? false),
  );
  const newest = calls[calls.length - 1];
  if (newest === undefined || calls.some(({ threadId }) => threadId !== newest.threadId)) return undefined;
  return state.threads.get(newest.threadId)?.entries.findLast((entry) => entry.turn.at <= newest.turn.at && entry.turn.id !== turn.id);
}

/** Messages of the whole conversation when the request's answer was given, as far as history shows. */
export const saidUntil = ({ origin, chain }: Entry): number =>
  origin + (chain === undefined ? 0 : chain.messages.length + (chain.answer === undefined ? 0 : 1));
