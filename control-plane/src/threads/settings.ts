import { Linker } from './infer/linker.ts';
import { linkerFor } from './infer/shipped.ts';
import type { LinkerTuning } from './infer/tuning.ts';
import type { LinkingOptions } from './options.ts';

/** The options with what was left out, and the linker that they ask for. */
export interface Settings {
  readonly seed: string;
  readonly minConfidence: number | undefined;
  readonly sessionGapSeconds: number;
  readonly inference: boolean;
  readonly vectorModel: string | undefined;
  readonly linker: Linker;
  readonly tuning: LinkerTuning | undefined;
  readonly judge: boolean;
}

export function settingsOf(options: LinkingOptions): Settings {
  const linker = options.weights === undefined ? linkerFor(options.vectorModel) : new Linker(options.weights);
  return {
    seed: options.threadIdSeed,
    minConfidence: options.minConfidence,
    sessionGapSeconds: options.sessionGapSeconds ?? 1800,
    inference: options.inference ?? true,
    linker,
    vectorModel: options.vectorModel,
    tuning: fits(options, linker.id) ? options.tuning : undefined,
    judge: options.judge ?? false,
  };
}

/** Scores of other weights, or of vectors of another model, are other scores. */
const fits = ({ tuning, vectorModel }: LinkingOptions, linker: string): boolean =>
  tuning?.linker === linker && (tuning.model === undefined || vectorModel === undefined || tuning.model === vectorModel);
