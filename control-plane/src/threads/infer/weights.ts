import type { CUE_NAMES } from '../text/traits.ts';
import shipped from '../weights/linker.json' with { type: 'json' };

/** A logistic model over an embedding and the cues of a text. */
export interface TextModel {
  readonly bias: number;
  readonly cues: Readonly<Record<(typeof CUE_NAMES)[number], number>>;
  readonly vector: readonly number[];
}

/** Weights of the inferred linker, as training writes them. Terms are named as in terms.ts. */
export interface LinkerWeights {
  readonly version: number;
  readonly time: Readonly<Record<string, number>>;
  readonly content: Readonly<Record<string, number>>;
  /** Usual value of each term, for the reasons: only what departs from it is named. */
  readonly means: Readonly<Record<string, number>>;
  readonly followUp: TextModel;
  /** How much content may hold against the newest thread, in log-odds: see `Linker`. */
  readonly caution: {
    readonly base: number;
    readonly perAlternation: number;
    readonly perLogGap: number;
    readonly fromSeconds: number;
  };
  /** Pull towards a gap rule, for people who do not work on several matters at once: see `Linker`. */
  readonly gapRule: { readonly strength: number; readonly gapSeconds: number; readonly upToAlternation: number };
  /** Probability of being a follow-up from which a request that joins no thread counts as orphaned. */
  readonly orphanedFrom: number;
  /** Platt scaling of the log-odds of the decision taken. */
  readonly calibration: { readonly slope: number; readonly offset: number };
}

export const shippedWeights: LinkerWeights = shipped;
