/** Weights of the inferred linker, as training writes them. */
export interface LinkerWeights {
  readonly version: number;
}

export const shippedWeights: LinkerWeights = { version: 1 };
