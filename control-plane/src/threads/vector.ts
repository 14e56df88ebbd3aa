/** Dot product of two unit vectors; undefined where one is missing or they come from different models. */
export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  return a === undefined || b === undefined || a.length !== b.length ? undefined : dot(a, b);
}

/** Model whose vectors the room's small models learned to read. Similarities mean much the same everywhere, single numbers do not. */
const READ = 'minilm-l6-v2-int8@1';

/** The vector if those models can read it; undefined for another model's. */
export const readable = (vector: Float32Array | undefined, model: string | undefined): Float32Array | undefined =>
  model === undefined || model === READ ? vector : undefined;

/** Squared lengths that count as one: eight-bit models and files leave vectors a little off. */
const SHORTEST = 0.81;
const LONGEST = 1.21;

/** The vector if it has unit length; a damaged one (not finite, or of another length) would make every sum it enters worthless. */
export function usable(vector: Float32Array | undefined): Float32Array | undefined {
  if (vector === undefined) return undefined;
  const squared = dot(vector, vector);
  return squared >= SHORTEST && squared <= LONGEST ? vector : undefined;
}

/** Four sums side by side: one alone would wait for each addition to end before the next begins. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    s0 += (a[i] ?? 0) * (b[i] ?? 0);
    s1 += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    s2 += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    s3 += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  for (let i = whole; i < a.length; i++) s0 += (a[i] ?? 0) * (b[i] ?? 0);
  return s0 + s1 + (s2 + s3);
}
