import type { LinkerTuning } from './infer/tuning.ts';
import type { LinkerWeights } from './infer/weights.ts';

/** How one principal's requests are linked. Everything has a default but the seed. */
export interface LinkingOptions {
  /** Scope and principal in one string: thread and session ids are derived from it. */
  readonly threadIdSeed: string;
  /** Probability from which an inferred link is made; below it a new thread starts. Default: the weights' own. */
  readonly minConfidence?: number | undefined;
  /** Pause in seconds that ends a session. Default 1800. */
  readonly sessionGapSeconds?: number | undefined;
  /** False: only declared and history evidence links. Default true. */
  readonly inference?: boolean | undefined;
  /**
   * The one model whose vectors count: those of another are left out, and their requests are linked by evidence and time. Absent:
   * all vectors are taken for those of one model.
   */
  readonly vectorModel?: string | undefined;
  /** Another set of weights than the one shipped. */
  readonly weights?: LinkerWeights | undefined;
  /** What was learned from the tenant's own evidence; passed over where it was learned for other weights. */
  readonly tuning?: LinkerTuning | undefined;
  /** True: guesses are compared with what certain evidence says (`Placement.verdicts`). Default false. */
  readonly judge?: boolean | undefined;
}
