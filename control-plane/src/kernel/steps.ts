// Vectors in bytes: up to 127 steps to either side of 0, and what one step is worth. Embedders answer in steps, so that
// whoever decides by a vector sees the same numbers when it is fresh and when it was read back from a store of bytes.

/** To either side of 0. */
const STEPS = 127;
/** Shorter vectors stay as they are: with few numbers the steps are too coarse. */
const LEAST_DIMENSIONS = 128;
/** Bits of a step's worth: with the seven of a count of steps they fit a float32, so that no product is rounded. */
const WORTH_BITS = 17;

export interface Steps {
  /** What one step is worth; NaN where the vector is damaged. */
  readonly worth: number;
  readonly counts: Int8Array;
}

/** Rounded to the bits that are kept. */
function shortened(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - WORTH_BITS + 1);
  return Math.round(value / unit) * unit;
}

/** Whether vectors of that many numbers are kept in steps. */
export const isStepped = (dimensions: number): boolean => dimensions >= LEAST_DIMENSIONS && dimensions % 4 === 0;

/** The direction in steps, and the length in what they are worth. */
export function stepsOf(vector: Float32Array): Steps {
  let [largest, square] = [0, 0];
  for (const value of vector) {
    const size = value < 0 ? -value : value;
    if (size > largest) largest = size;
    square += value * value;
  }
  const counts = new Int8Array(vector.length);
  if (!Number.isFinite(square)) return { worth: Number.NaN, counts };
  if (largest === 0) return { worth: 0, counts };
  let counted = 0;
  for (let i = 0; i < vector.length; i++) {
    const steps = ((vector[i] as number) * STEPS) / largest;
    const count = Math.trunc(steps < 0 ? steps - 0.5 : steps + 0.5);
    counts[i] = count;
    counted += count * count;
  }
  return { worth: shortened(Math.sqrt(square / counted)), counts };
}

export function vectorOf({ worth, counts }: Steps): Float32Array {
  const vector = new Float32Array(counts.length);
  for (let i = 0; i < counts.length; i++) vector[i] = (counts[i] as number) * worth;
  return vector;
}

/** The nearest vector that stands in steps, which is itself where it does already. */
export const stepped = (vector: Float32Array): Float32Array => (isStepped(vector.length) ? vectorOf(stepsOf(vector)) : vector);
