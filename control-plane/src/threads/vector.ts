/** Dot product of two unit vectors; undefined where one is missing or they come from different models. */
export function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  return a === undefined || b === undefined || a.length !== b.length ? undefined : dot(a, b);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
