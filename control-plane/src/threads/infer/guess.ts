// What inference found for one request: enough to decide it anew under another tuning.
import type { Guess } from '../judged.ts';
import { lastOf } from '../last.ts';
import type { Linker, Scored } from './linker.ts';
import { logOdds, sigmoid } from './tuning.ts';

/** Candidates that are kept: the seventh of a person's threads is never the one that is joined. */
const MOST = 6;

export function guessOf(scored: readonly Scored[], linker: Linker, decision: Pick<Guess, 'joined' | 'confidence' | 'model'>): Guess {
  const [kept, left] = [scored.slice(0, MOST), scored.slice(MOST)];
  const highest = Math.max(...left.map(({ score }) => score));
  const first = scored[0];
  const offset = first === undefined ? 0 : logOdds(linker.calibrated(0.5, first.features));
  const slope = first === undefined ? 1 : logOdds(linker.calibrated(sigmoid(1), first.features)) - offset;
  return {
    linker: linker.id,
    model: decision.model,
    candidates: kept.map(({ thread, last, score, features }) => ({
      threadId: thread.id,
      last: (lastOf(thread.turns) ?? last).entry.turn.id,
      score,
      rank: features.rank,
      logGap: features.logGap,
    })),
    ...(left.length > 0 && { rest: highest + Math.log(left.reduce((sum, { score }) => sum + Math.exp(score - highest), 0)) }),
    joined: decision.joined,
    confidence: decision.confidence,
    certainty: { slope, offset },
  };
}
