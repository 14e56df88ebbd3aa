/** Rows of a square matrix. */
export type Matrix = Float64Array[];

const ITERATIONS = 25;

/** Adds `weight` times the product of a vector with itself to the lower triangle. */
export function addOuter(sum: Matrix, vector: Float64Array, weight: number): void {
  for (let i = 0; i < vector.length; i++) {
    const row = sum[i];
    const factor = weight * (vector[i] ?? 0);
    if (row !== undefined) for (let j = 0; j <= i; j++) row[j] = (row[j] ?? 0) + factor * (vector[j] ?? 0);
  }
}

/** The symmetric matrix of a lower triangle, in place. */
export function mirrored(lower: Matrix): Matrix {
  lower.forEach((row, i) => {
    for (let j = 0; j < i; j++) {
      const opposite = lower[j];
      if (opposite !== undefined) opposite[i] = row[j] ?? 0;
    }
  });
  return lower;
}

/** The lower triangle whose product with its transpose is the positive definite matrix. */
export function cholesky(matrix: Matrix): Matrix {
  const lower = matrix.map((row) => new Float64Array(row.length));
  matrix.forEach((row, i) => {
    const mine = lower[i] ?? new Float64Array(0);
    for (let j = 0; j <= i; j++) {
      const other = lower[j] ?? new Float64Array(0);
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (mine[k] ?? 0) * (other[k] ?? 0);
      mine[j] = i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1);
    }
  });
  return lower;
}

/** The symmetric matrix as seen where the triangle's own matrix is a sphere. */
export function forwardSolveAll(lower: Matrix, matrix: Matrix): Matrix {
  const once = transposed(matrix.map((row) => forwardSolve(lower, row)));
  return once.map((row) => forwardSolve(lower, row));
}

/** Solves with the triangle. */
export function forwardSolve(lower: Matrix, right: Float64Array): Float64Array {
  const solved = new Float64Array(right.length);
  for (let i = 0; i < right.length; i++) {
    const row = lower[i] ?? solved;
    let sum = right[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (row[k] ?? 0) * (solved[k] ?? 0);
    solved[i] = sum / (row[i] ?? 1);
  }
  return solved;
}

/** Solves with the transpose of the triangle. */
export function backSolve(lower: Matrix, right: Float64Array): Float64Array {
  const solved = Float64Array.from(right);
  for (let i = right.length - 1; i >= 0; i--) {
    const row = lower[i] ?? solved;
    const value = (solved[i] ?? 0) / (row[i] ?? 1);
    solved[i] = value;
    for (let k = 0; k < i; k++) solved[k] = (solved[k] ?? 0) - (row[k] ?? 0) * value;
  }
  return solved;
}

const transposed = (matrix: Matrix): Matrix => matrix.map((_, j) => Float64Array.from(matrix, (row) => row[j] ?? 0));

/** The directions in which a symmetric matrix is largest, by repeated multiplication from fixed beginnings. */
export function leadingVectors(matrix: Matrix, count: number): { readonly vectors: Float64Array[]; readonly values: number[] } {
  const size = matrix.length;
  let vectors: Float64Array[] = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: size }, (_value, i) => Math.sin((k + 1) * (i + 1))),
  );
  orthonormalise(vectors);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    vectors = vectors.map((vector) => multiplied(matrix, vector));
    orthonormalise(vectors);
  }
  return { vectors, values: vectors.map((vector) => dot(vector, multiplied(matrix, vector))) };
}

const multiplied = (matrix: Matrix, vector: Float64Array): Float64Array => Float64Array.from(matrix, (row) => dot(row, vector));

/** In place, one after the other. */
function orthonormalise(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, k) => {
    for (const other of vectors.slice(0, k)) {
      const share = dot(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) - share * (other[i] ?? 0);
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
