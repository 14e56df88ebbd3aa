// Principal axes of a cloud of vectors, by Jacobi's rotations: slow, exact, and the same on every machine.

export interface Axes {
  readonly mean: Float64Array;
  /** Unit vectors, the one along which the cloud is widest first. */
  readonly axes: readonly Float64Array[];
}

const SWEEPS = 12;
const NOTHING = 1e-14;

export function principalAxes(vectors: readonly Float32Array[]): Axes {
  const size = vectors[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const vector of vectors) vector.forEach((value, j) => (mean[j] = (mean[j] ?? 0) + value / vectors.length));
  const spread = Array.from({ length: size }, () => new Float64Array(size));
  const offset = new Float64Array(size);
  for (const vector of vectors) {
    for (let j = 0; j < size; j += 1) offset[j] = (vector[j] ?? 0) - (mean[j] ?? 0);
    for (let j = 0; j < size; j += 1) {
      const row = spread[j] as Float64Array;
      const value = (offset[j] ?? 0) / vectors.length;
      for (let k = j; k < size; k += 1) row[k] = (row[k] as number) + value * (offset[k] as number);
    }
  }
  for (let j = 0; j < size; j += 1) for (let k = 0; k < j; k += 1) (spread[j] as Float64Array)[k] = spread[k]?.[j] ?? 0;
  return { mean, axes: eigenvectors(spread) };
}

/** Of a symmetric matrix, which is used up; the greatest value's first. */
function eigenvectors(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const vectors = Array.from({ length: size }, (_, at) => Float64Array.from({ length: size }, (_value, k) => (k === at ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let rest = 0;
    for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) rest += (matrix[p]?.[q] ?? 0) ** 2;
    if (rest < NOTHING) break;
    for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) rotate(matrix, vectors, p, q);
  }
  const order = vectors.map((_, at) => at).toSorted((a, b) => (matrix[b]?.[b] ?? 0) - (matrix[a]?.[a] ?? 0));
  return order.map((at) => vectors[at] as Float64Array);
}

function rotate(matrix: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [matrix[p] as Float64Array, matrix[q] as Float64Array];
  const off = rowP[q] as number;
  if (Math.abs(off) < 1e-15) return;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  mix(rowP, rowQ, c, s);
  for (const row of matrix) {
    const [x, y] = [row[p] as number, row[q] as number];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  mix(vectors[p] as Float64Array, vectors[q] as Float64Array, c, s);
}

function mix(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let k = 0; k < a.length; k += 1) {
    const [x, y] = [a[k] as number, b[k] as number];
    a[k] = c * x - s * y;
    b[k] = s * x + c * y;
  }
}
