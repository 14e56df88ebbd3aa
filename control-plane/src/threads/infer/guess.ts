// What inference found for one request, in numbers: enough to decide it anew under another tuning, without any word of it.
import { lastOf } from '../state.ts';
import type { Linker, Scored } from './linker.ts';
import { logOdds, sigmoid, type Tunable } from './tuning.ts';

export interface GuessCandidate extends Tunable {
  readonly threadId: string;
  /** The newest turn of the thread at that moment. */
  readonly last: string;
}

export interface Guess {
  /** Id of the weights that scored. */
  readonly linker: string;
  /** Model of the vectors; absent where it is not known. */
  readonly model?: string | undefined;
  /** Best first, at most `MOST`; scores are as the weights gave them, without any tuning. */
  readonly candidates: readonly GuessCandidate[];
  /** Natural log of the summed odds of the candidates that were left out; absent where none was. */
  readonly rest?: number | undefined;
  /** The thread that was joined; absent where a new one was begun. */
  readonly joined?: string | undefined;
  /** As it was stated. */
  readonly confidence: number;
  /** How the weights turn log-odds of a decision made in these circumstances into those of the confidence. */
  readonly certainty: { readonly slope: number; readonly offset: number };
}

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
