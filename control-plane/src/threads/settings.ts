import { Linker } from './infer/linker.ts';
import { linkerFor } from './infer/shipped.ts';
import type { LinkingOptions, Settings } from './options.ts';

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
