import { stepped } from '../../kernel/index.ts';
import type { Embedder } from '../../ingest/ports.ts';
import { NEUTRAL } from './neutral.ts';

/** Stands in the model's id: vectors with another origin are of another space. */
export const CENTRED = 'c1';

/**
 * The same embedder with its common part taken out: the mean over neutral sentences becomes the origin, and vectors are made
 * unit again. Similarities of all models then lie alike, which the linker's weights and the topics' radius rely on. Asked
 * once, at the first call.
 */
export function centred(embedder: Embedder): Embedder {
  let origin: Promise<Float32Array> | undefined;
  const originOf = (): Promise<Float32Array> => {
    origin ??= embedder.embed(NEUTRAL).then(meanOf);
    // A service that was away is asked again.
    origin.catch(() => (origin = undefined));
    return origin;
  };
  return {
    modelId: `${embedder.modelId}:${CENTRED}`,
    get dimensions() {
      return embedder.dimensions;
    },
    async embed(texts) {
      if (texts.length === 0) return [];
      const mean = await originOf();
      return (await embedder.embed(texts)).map((vector) => stepped(unit(vector.map((value, d) => value - (mean[d] ?? 0)))));
    },
  };
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) vector.forEach((value, d) => (mean[d] = (mean[d] ?? 0) + value / vectors.length));
  return mean;
}

/** All zero where nothing is left: such a vector is like none. */
function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return norm > 1e-6 ? vector.map((value) => value / norm) : vector.fill(0);
}
