// What inference said of a request, and whether it proved right: in numbers, without any word of the request.
import type { Tunable } from './infer/tuning.ts';

interface GuessCandidate extends Tunable {
  readonly threadId: string;
  /** The newest turn of the thread at that moment. */
  readonly last: string;
}

export interface Guess {
  /** Id of the weights that scored. */
  readonly linker: string;
  /** Model of the vectors; absent where it is not known. */
  readonly model?: string | undefined;
  /** Best first, at most `MOST` (infer/guess.ts); scores are as the weights gave them, without any tuning. */
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

/**
 * Of requests that begin a thread: `true_new`, and `false_join` where one was joined. Of requests that go on with one:
 * `true_join`, `missed_join` where another one was joined, `false_new` where one was begun.
 */
export type VerdictKind = 'true_join' | 'false_join' | 'missed_join' | 'true_new' | 'false_new';

/** A guess beside what is right. */
export interface Verdict {
  readonly requestId: string;
  /** Epoch seconds of the request. */
  readonly at: number;
  readonly evidence: 'declared' | 'history' | 'person';
  readonly kind: VerdictKind;
  /** Index of the right one among the guess's candidates; −1 where it is none of them. */
  readonly right: number;
  /** It goes on with a thread, be it among the candidates or not. */
  readonly goesOn: boolean;
  readonly guess: Guess;
}
