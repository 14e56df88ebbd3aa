// Inferred evidence: time first, then meaning.
import { WINDOW_SECONDS, type Settings } from '../options.ts';
import { lastOf, type PrincipalState } from '../state.ts';
import type { Link } from '../link.ts';
import type { TurnInput } from '../types.ts';

/** Joins the most likely thread of the last 24 hours, or starts a new one. `among` restricts the threads that may be joined. */
export function inferLink(turn: TurnInput, state: PrincipalState, settings: Settings, among?: ReadonlySet<string>): Link {
  const newest = state.newest();
  const fresh: Link = {
    threadId: undefined,
    method: 'new',
    confidence: 0.8,
    reasons: [{ code: 'no_candidate', text: 'No earlier request of the last 24 hours goes with it.' }],
  };
  if (newest === undefined || turn.at - newest.turn.at > Math.min(settings.sessionGapSeconds, WINDOW_SECONDS)) return fresh;
  if (among !== undefined && !among.has(newest.threadId)) return fresh;
  const predecessor = lastOf(state.threads.get(newest.threadId)?.entries ?? []);
  return {
    threadId: newest.threadId,
    predecessor,
    method: 'inferred',
    confidence: 0.8,
    reasons: [{ code: 'short_gap', text: 'It follows the previous request within a session.', weight: 1.4 }],
  };
}
