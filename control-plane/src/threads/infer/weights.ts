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
  readonly followUp: TextModel;
  /** How far the gap rule pulls the time score of the newest thread: 0 not at all, 1 replaces it. */
  readonly gapRule: { readonly share: number; readonly seconds: number; readonly strength: number };
  /** Platt scaling of the log-odds of the decision taken. */
  readonly calibration: { readonly slope: number; readonly offset: number };
}

export const shippedWeights: LinkerWeights = shipped;
