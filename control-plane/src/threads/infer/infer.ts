// Inferred evidence: time and meaning.
import type { Link } from '../link.ts';
import type { Settings } from '../options.ts';
import { lastOf, type PrincipalState } from '../state.ts';
import type { TurnInput } from '../types.ts';
import { reasonsFor } from './reasons.ts';

const ALTERNATIVES = 3;

/** Joins the most likely thread of the last 24 hours, or starts a new one. `among` restricts the threads that may be joined. */
export function inferLink(turn: TurnInput, state: PrincipalState, { linker, minConfidence }: Settings, among?: ReadonlySet<string>): Link {
  const scored = linker.score(turn, state, among);
  const alternatives = scored.map(({ thread, probability }) => ({ threadId: thread.id, probability }));
  const best = scored[0];
  if (best === undefined) {
    return {
      threadId: undefined,
      method: 'new',
      confidence: 1,
      reasons: [{ code: 'no_candidate', text: 'No thread was active in the last 24 hours.' }],
    };
  }
  if (best.probability <= (minConfidence ?? linker.joinFrom)) {
    const confidence = linker.calibrated(1 - scored.reduce((sum, { probability }) => sum + probability, 0), best.features);
    return {
      threadId: undefined,
      method: 'new',
      confidence,
      reasons: reasonsFor(best, 'new'),
      orphaned: linker.looksOrphaned(best.features),
      alternatives: alternatives.slice(0, ALTERNATIVES),
    };
  }
  return {
    threadId: best.thread.id,
    predecessor: lastOf(best.thread.entries),
    method: 'inferred',
    confidence: linker.calibrated(best.probability, best.features),
    reasons: reasonsFor(best, 'joined'),
    alternatives: alternatives.slice(1, ALTERNATIVES + 1),
  };
}
