import type { Link } from './link.ts';
import type { PrincipalState } from './state.ts';
import type { Position, TurnInput } from './types.ts';

/**
 * Where a request stands in its principal's work. A shift is a change of thread within a session: to a new one, or back to
 * another one. After a pause a new thread is a first, and a return is a continuation.
 */
export function positionOf(turn: TurnInput, link: Link, state: PrincipalState, inSession: boolean): Position {
  if (link.threadId === undefined && link.orphaned === true) return 'orphaned';
  const newest = state.newest();
  const changed = inSession && turn.inferable && newest !== undefined && newest.threadId !== link.threadId;
  if (changed) return 'topic_shift';
  return link.threadId === undefined ? 'first' : 'continuation';
}
