// The file of word vectors: a float32 for each token, the worth of one step, then its numbers, a signed byte each.

export interface StaticTable {
  /** Unit length; all zero where no token means anything. */
  embed(tokens: readonly number[]): Float32Array;
}

/** Throws where the file has another size than so many dimensions make. */
export function createStaticTable(file: Uint8Array, dimensions: number): StaticTable {
  const row = 4 + dimensions;
  const tokens = file.byteLength / row;
  if (!Number.isInteger(tokens)) throw new Error('The file of word vectors does not fit its dimensions');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const steps = Float32Array.from({ length: tokens }, (_, token) => view.getFloat32(token * 4, true));
  const numbers = new Int8Array(file.buffer, file.byteOffset + tokens * 4, tokens * dimensions);
  return {
    embed(ids) {
      const sum = new Float32Array(dimensions);
      for (const id of ids) {
        const step = steps[id] ?? 0;
        if (step === 0) continue;
        const start = id * dimensions;
        for (let d = 0; d < dimensions; d += 1) sum[d] = (sum[d] as number) + step * (numbers[start + d] as number);
      }
      let square = 0;
      for (const value of sum) square += value * value;
      if (square > 0) {
        const scale = 1 / Math.sqrt(square);
        for (let d = 0; d < dimensions; d += 1) sum[d] = (sum[d] as number) * scale;
      }
      return sum;
    },
  };
}

/** Rounds vectors to such a file. @param vectors one after the other */
export function staticTableOf(vectors: Float32Array, dimensions: number): Uint8Array {
  const tokens = vectors.length / dimensions;
  const file = new Uint8Array(tokens * (4 + dimensions));
  const view = new DataView(file.buffer);
  const numbers = new Int8Array(file.buffer, tokens * 4);
  for (let token = 0; token < tokens; token += 1) {
    const vector = vectors.subarray(token * dimensions, (token + 1) * dimensions);
    const step = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    view.setFloat32(token * 4, step, true);
    if (step > 0) vector.forEach((value, d) => (numbers[token * dimensions + d] = Math.round(value / step)));
  }
  return file;
}
