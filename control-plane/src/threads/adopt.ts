// Calls beside a conversation can come before it: the question is embedded and searched for, or a title asked for, while
// the answer is still being written. Placed alone, they wait for their turn.
import { inOneSession, sessionOf } from './declared.ts';
import type { Entry } from './entry.ts';
import type { PrincipalState } from './state.ts';
import type { Relink, TurnInput } from './types.ts';

const BESIDE_SECONDS = 15;
const SAME_TEXT_SECONDS = 60;
/** Shorter texts stand in many others. */
const SHORTEST = 12;
const QUOTED_UNITS = 200;

/**
 * Auxiliary calls without a conversation that were made for this turn; they go to its thread.
 * @param isBelieved whether the turn's declared session is what placed it: then calls of other sessions are not its own
 */
export function adoptedBy(turn: TurnInput, threadId: string, state: PrincipalState, isBelieved: boolean): readonly Relink[] {
  const adopted: Relink[] = [];
  for (let i = state.entries.length - 1; i >= 0; i--) {
    const entry = state.entries[i];
    if (entry === undefined || turn.at - entry.turn.at > SAME_TEXT_SECONDS) break;
    if (entry.kind !== 'auxiliary' || entry.method !== 'new' || entry.threadId === threadId || !isFor(entry, turn, isBelieved)) continue;
    const { turn: call, threadId: from, position } = entry;
    adopted.push({ requestId: call.id, from, into: threadId, evidence: 'history', predecessorId: turn.id, position, follows: true });
  }
  return adopted;
}

function isFor({ turn: call }: Entry, turn: TurnInput, isBelieved: boolean): boolean {
  if (inOneSession(call, turn)) return true;
  if (isBelieved && sessionOf(call) !== undefined) return false;
  const [shorter, longer] = call.text.length < turn.text.length ? [call.text, turn.text] : [turn.text, call.text];
  if (shorter.length >= SHORTEST && longer.includes(shorter.slice(0, QUOTED_UNITS))) return true;
  return turn.inferable && turn.at - call.at <= BESIDE_SECONDS;
}
