// Times are RFC 3339 in views and epoch milliseconds elsewhere.
import type { Guess, LinkerTuning, Verdict, VerdictKind } from '../threads/index.ts';

/** A verdict as it is kept, until the data class metadata ends or its principal is erased. */
export interface KeptVerdict {
  readonly requestId: string;
  readonly principal: string;
  /** Epoch seconds of the request. */
  readonly at: number;
  readonly evidence: Verdict['evidence'];
  readonly kind: VerdictKind;
  readonly right: number;
  readonly goesOn: boolean;
  readonly guess: Guess;
}

/** Verdicts of one kind on one day, counted. */
export interface Tally {
  /** Of traffic's own evidence, or of people. */
  readonly source: 'traffic' | 'person';
  readonly evidence: Verdict['evidence'];
  readonly kind: VerdictKind;
  /** Tenth of the stated confidence: 0 … 9. */
  readonly bin: number;
  /** Days since 1970. */
  readonly day: number;
  /** False where there was no thread that could have been joined. */
  readonly hadChoice: boolean;
  readonly count: number;
  /** Sum of the stated confidences. */
  readonly stated: number;
  /** Of those that go on with a thread: how many had it not among the candidates. */
  readonly beyondReach: number;
}

/** A share with its 95% interval (Wilson); null where there is nothing to take it of. */
export interface Share {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Figures {
  /** Judged guesses; the very first requests, which nobody could have guessed otherwise, are left out. */
  readonly n: number;
  readonly trueJoin: number;
  readonly falseJoin: number;
  readonly missedJoin: number;
  readonly trueNew: number;
  readonly falseNew: number;
  /** Of missedJoin and falseNew: the thread was older than inference reaches back. */
  readonly beyondReach: number;
  readonly precision: Share;
  readonly recall: Share;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Mean stated confidence, and share that was right. */
  readonly stated: number | null;
  readonly right: number | null;
}

/** Tuning without the name of the linker that it is for. */
export type TuningView = Pick<LinkerTuning, 'joinFrom' | 'confidence' | 'time'>;

/** How the linker does on a part of the evidence. */
export interface Outcome {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly bCubed: { readonly precision: number; readonly recall: number; readonly f1: number };
  /** Expected calibration error over ten bins; null without decisions. */
  readonly ece: number | null;
  readonly joins: number;
  readonly falseJoins: number;
}

export interface Span {
  readonly n: number;
  readonly from: string;
  readonly to: string;
}

export interface Preview {
  readonly learnedFrom: Span;
  readonly heldOut: Span;
  readonly before: Outcome;
  readonly after: Outcome;
}

export interface Calibration {
  /** 1, 2, …; the highest is in force. */
  readonly version: number;
  readonly action: 'apply' | 'revert';
  /** The version that a revert went back to; 0: the linker as it is shipped. */
  readonly revertedTo: number | null;
  /** Null: the linker as it is shipped. */
  readonly tuning: LinkerTuning | null;
  readonly preview: Preview | null;
  readonly atMs: number;
  /** Id of the token or person. */
  readonly by: string;
}
