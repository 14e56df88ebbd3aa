// Inferred evidence: time and meaning.
import { lastOf } from '../last.ts';
import type { Link } from '../link.ts';
import type { Settings } from '../settings.ts';
import type { PrincipalState } from '../state.ts';
import type { TurnInput } from '../types.ts';
import { guessOf } from './guess.ts';
import type { Scored } from './linker.ts';
import { reasonsFor } from './reasons.ts';
import { rescaled, softmax, tunedScore, type LinkerTuning } from './tuning.ts';

const ALTERNATIVES = 3;

/** Joins the most likely thread of the last 24 hours, or starts a new one. `among` restricts the threads that may be joined. */
export function inferLink(turn: TurnInput, state: PrincipalState, settings: Settings, among?: ReadonlySet<string>): Link {
  const { linker, tuning, vectorModel: model } = settings;
  const asTrained = linker.score(turn, state, among);
  const scored = tuning === undefined ? asTrained : retuned(asTrained, tuning);
  const link = chosen(scored, settings);
  // With threads ruled out by other evidence it is no mere guess.
  if (!settings.judge || among !== undefined) return link;
  return { ...link, guess: guessOf(asTrained, linker, { joined: link.threadId, confidence: link.confidence, model }) };
}

function chosen(scored: readonly Scored[], { linker, minConfidence, tuning }: Settings): Link {
  const alternatives = scored.slice(0, ALTERNATIVES + 1).map(({ thread, probability }) => ({ threadId: thread.id, probability }));
  const best = scored[0];
  if (best === undefined) {
    return {
      threadId: undefined,
      method: 'new',
      confidence: 1,
      reasons: [{ code: 'no_candidate', text: 'No thread was active in the last 24 hours.' }],
    };
  }
  const certainty = (probability: number): number => {
    const calibrated = linker.calibrated(probability, best.features);
    return tuning === undefined ? calibrated : rescaled(calibrated, tuning.confidence);
  };
  const fresh = 1 - scored.reduce((sum, { probability }) => sum + probability, 0);
  if (best.probability <= joinFrom(minConfidence, tuning, linker.joinFrom)) {
    return {
      threadId: undefined,
      method: 'new',
      confidence: certainty(fresh),
      reasons: reasonsFor(best, 'new'),
      orphaned: linker.looksOrphaned(best),
      alternatives: alternatives.slice(0, ALTERNATIVES),
    };
  }
  return {
    threadId: best.thread.id,
    predecessor: lastOf(best.thread.entries),
    method: 'inferred',
    confidence: linker.stated(certainty(best.probability)),
    reasons: reasonsFor(best, 'joined'),
    alternatives: alternatives.slice(1),
  };
}

/** A policy's own threshold is never undercut by what was learned. */
export function joinFrom(policy: number | undefined, tuning: Pick<LinkerTuning, 'joinFrom'> | undefined, trained: number): number {
  return tuning === undefined ? (policy ?? trained) : Math.max(policy ?? 0, tuning.joinFrom);
}

function retuned(scored: readonly Scored[], tuning: LinkerTuning): readonly Scored[] {
  const scores = scored.map(({ score, features: { rank, logGap } }) => tunedScore({ score, rank, logGap }, tuning));
  const probabilities = softmax(scores);
  return scored.map((one, k) => ({ ...one, probability: probabilities[k] ?? 0 })).toSorted((a, b) => b.probability - a.probability);
}
