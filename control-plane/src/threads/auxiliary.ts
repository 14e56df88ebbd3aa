// Titles, summaries, embeddings: calls that a client makes beside the conversation. They hang on a thread, never shape one.
import { chainOf } from './chain.ts';
import { inOneSession, previousResponse } from './declared.ts';
import type { Entry } from './entry.ts';
import { threadsSharing } from './history.ts';
import { lastOf } from './last.ts';
import type { Link } from './link.ts';
import type { Thread } from './remembered.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

const SAME_TEXT_SECONDS = 600;
const BESIDE_SECONDS = 15;
const QUOTED_UNITS = 200;

/** The thread that the call names, quotes, or ran beside. */
export function linkAuxiliary(turn: TurnInput, state: PrincipalState): Link {
  const declared = state.entries.filter((entry) => inOneSession(entry.turn, turn));
  const named = previousResponse(turn, state) ?? lastOf(declared);
  const quoted = quotedThread(turn, state);
  // A session may hold several threads: of these the one that is quoted.
  const within = quoted !== undefined && declared.some(({ threadId }) => threadId === quoted.id) ? lastOf(quoted.entries) : undefined;
  if (named !== undefined) return attach(within ?? named, 'declared', 1, 'declared_session', 'The client named the conversation.');
  if (quoted !== undefined) return attach(lastOf(quoted.entries), 'history', 0.95, 'quotes_thread', 'It carries messages of the thread.');
  const newest = state.newest();
  if (turn.inferable && newest !== undefined && turn.at - newest.turn.at <= BESIDE_SECONDS) {
    return attach(newest, 'inferred', 0.7, 'runs_beside', 'It ran within seconds of a request of the thread.');
  }
  return { threadId: undefined, method: 'new', confidence: 0.5, reasons: [{ code: 'auxiliary', text: 'No conversation goes with it.' }] };
}

function quotedThread(turn: TurnInput, state: PrincipalState): Thread | undefined {
  const chain = chainOf(turn.history);
  const sharing = chain === undefined ? undefined : threadsSharing({ ...chain, messages: Float64Array.of(...chain.messages, 0) }, state);
  const recent = [...state.threads.values()]
    .filter((thread) => turn.at - (lastOf(thread.entries)?.turn.at ?? 0) <= SAME_TEXT_SECONDS)
    .toSorted((a, b) => (lastOf(b.entries)?.turn.at ?? 0) - (lastOf(a.entries)?.turn.at ?? 0));
  return recent.find(
    (thread) =>
      (sharing?.has(thread.id) ?? false) ||
      thread.turns.some(({ entry }) => entry.turn.text.length >= 12 && turn.text.includes(entry.turn.text.slice(0, QUOTED_UNITS))),
  );
}

function attach(entry: Entry | undefined, method: Link['method'], confidence: number, code: string, text: string): Link {
  return { threadId: entry?.threadId, predecessor: entry, method, confidence, reasons: [{ code, text }] };
}
