// Newton's method for the few parameters of a calibration: the functions are convex and smooth.

export interface Slope {
  readonly value: number;
  readonly gradient: readonly number[];
  readonly hessian: readonly (readonly number[])[];
}

const STEPS = 30;
const ENOUGH = 1e-8;

/** The point at which the function is least, from the given one. A step that does not lower it is halved. */
export function minimise(at: (point: readonly number[]) => Slope, start: readonly number[]): readonly number[] {
  let point = start;
  let slope = at(point);
  for (let step = 0; step < STEPS; step++) {
    const direction = solve(slope.hessian, slope.gradient);
    let length = 1;
    let [next, below] = [point, slope];
    for (; length > 1e-6; length /= 2) {
      next = point.map((value, i) => value - length * (direction[i] ?? 0));
      below = at(next);
      if (below.value < slope.value) break;
    }
    const gained = slope.value - below.value;
    if (!(gained > 0)) return point;
    [point, slope] = [next, below];
    if (gained < ENOUGH) return point;
  }
  return point;
}

/** Gauss with pivots; a direction that the function does not depend on is left alone. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): readonly number[] {
  const n = vector.length;
  const rows = matrix.map((row, i) => [...row, vector[i] ?? 0]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row;
    const [a, b] = [rows[column] ?? [], rows[pivot] ?? []];
    [rows[column], rows[pivot]] = [b, a];
    const top = rows[column] ?? [];
    if (Math.abs(top[column] ?? 0) < 1e-12) continue;
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const other = rows[row] ?? [];
      const factor = (other[column] ?? 0) / (top[column] ?? 1);
      for (let k = column; k <= n; k++) other[k] = (other[k] ?? 0) - factor * (top[k] ?? 0);
    }
  }
  return rows.map((row, i) => (Math.abs(row[i] ?? 0) < 1e-12 ? 0 : (row[n] ?? 0) / (row[i] ?? 1)));
}
