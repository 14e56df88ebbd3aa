import { softmax } from '../src/threads/infer/tuning.ts';
import { dot, minimise, type Objective } from './lbfgs.ts';
import { addOuter, backSolve, cholesky, forwardSolve, type Matrix } from './linear-algebra.ts';

/** Steps after which it is known well enough how the loss curves. */
const ROUGHLY = 40;
const TOLERANCE = 1e-5;
/** Choices that are surer than this say nothing of the curve. */
const FLAT = 1e-5;

/** One decision: a row of numbers for each candidate, and the right one (−1: a new thread). */
export interface Choice {
  readonly rows: readonly Float64Array[];
  readonly right: number;
  /** Of each candidate: what it scores beside what is fitted. Absent: 0. */
  readonly offsets?: readonly number[];
}

/** All choices in flat arrays: the optimiser goes over them hundreds of times. */
interface Table {
  readonly width: number;
  readonly cells: Float64Array;
  /** Row at which each choice begins; one more at the end. */
  readonly begins: Int32Array;
  /** Row of the right candidate, −1 for a new thread. */
  readonly right: Int32Array;
  /** By row. */
  readonly offsets: Float64Array;
}

/**
 * Weights that make the right candidates likely under a softmax in which "new" scores 0. Columns are standardised for an
 * even L2 penalty; the weights returned are for the raw columns, their constant part in `bias`.
 */
export function fitChoices(
  choices: readonly Choice[],
  width: number,
  l2 = 1,
  iterations = 150,
): { readonly weights: Float64Array; readonly bias: number } {
  const table = tabulate(choices, width);
  const { mean, deviation } = standardise(table);
  const scores = new Float64Array(table.cells.length / width);
  const loss: Objective = (point, gradient) => lossOf(table, point, gradient, l2, scores);
  const fitted = iterations <= ROUGHLY ? minimise(loss, width, iterations) : toTheEnd(table, loss, { width, l2, iterations });
  const weights = fitted.map((w, j) => w / (deviation[j] ?? 1));
  return { weights, bias: -weights.reduce((sum, w, j) => sum + w * (mean[j] ?? 0), 0) };
}

/**
 * Many terms say nearly the same, which makes a long narrow valley of the loss. Its end is near once the coordinates are such that it
 * curves alike in all directions.
 */
function toTheEnd(
  table: Table,
  loss: Objective,
  { width, l2, iterations }: { readonly width: number; readonly l2: number; readonly iterations: number },
): Float64Array {
  const from = minimise(loss, width, ROUGHLY);
  const root = cholesky(curvature(table, from, l2));
  const at = (round: Float64Array): Float64Array => backSolve(root, round).map((x, j) => x + (from[j] ?? 0));
  const slope = new Float64Array(width);
  const end = minimise(
    (round, gradient) => {
      const value = loss(at(round), slope);
      gradient.set(forwardSolve(root, slope));
      return value;
    },
    width,
    iterations,
    TOLERANCE,
  );
  return at(end);
}

/** Second derivatives of the loss: the lower triangle. */
function curvature({ width, cells, begins, right, offsets }: Table, point: Float64Array, l2: number): Matrix {
  const curve = Array.from({ length: width }, (_, j) => new Float64Array(width).fill(l2, j, j + 1));
  for (let i = 0; i < right.length; i++) {
    const first = begins[i] ?? 0;
    const rows = Array.from({ length: (begins[i + 1] ?? 0) - first }, (_, k) =>
      cells.subarray((first + k) * width, (first + k + 1) * width),
    );
    const likely = softmax(rows.map((row, k) => (offsets[first + k] ?? 0) + dot(row, point)));
    if (likely.every((p) => p * (1 - p) < FLAT)) continue;
    const mean = new Float64Array(width);
    rows.forEach((row, k) => {
      const p = likely[k] ?? 0;
      addOuter(curve, row, p);
      for (let j = 0; j < width; j++) mean[j] = (mean[j] ?? 0) + p * (row[j] ?? 0);
    });
    addOuter(curve, mean, -1);
  }
  return curve;
}

function tabulate(choices: readonly Choice[], width: number): Table {
  const count = choices.reduce((sum, { rows }) => sum + rows.length, 0);
  const table = {
    width,
    cells: new Float64Array(count * width),
    begins: new Int32Array(choices.length + 1),
    right: new Int32Array(choices.length),
    offsets: new Float64Array(count),
  };
  let row = 0;
  choices.forEach((choice, i) => {
    table.begins[i] = row;
    table.right[i] = choice.right < 0 ? -1 : row + choice.right;
    choice.rows.forEach((cells, k) => {
      table.cells.set(cells, row * width);
      table.offsets[row] = choice.offsets?.[k] ?? 0;
      row++;
    });
  });
  table.begins[choices.length] = row;
  return table;
}

/** Penalised negative log-likelihood; writes its gradient. */
function lossOf(table: Table, point: Float64Array, gradient: Float64Array, l2: number, scores: Float64Array): number {
  const { width, cells, begins, right, offsets } = table;
  let loss = 0;
  for (let j = 0; j < width; j++) {
    const w = point[j] ?? 0;
    loss += 0.5 * l2 * w * w;
    gradient[j] = l2 * w;
  }
  for (let i = 0; i < right.length; i++) {
    const begin = begins[i] ?? 0;
    const end = begins[i + 1] ?? 0;
    let highest = 0;
    for (let row = begin; row < end; row++) {
      let score = offsets[row] ?? 0;
      for (let j = 0, cell = row * width; j < width; j++, cell++) score += (cells[cell] ?? 0) * (point[j] ?? 0);
      scores[row] = score;
      if (score > highest) highest = score;
    }
    let total = Math.exp(-highest);
    for (let row = begin; row < end; row++) total += Math.exp((scores[row] ?? 0) - highest);
    const chosen = right[i] ?? -1;
    loss += Math.log(total) + highest - (chosen < 0 ? 0 : (scores[chosen] ?? 0));
    for (let row = begin; row < end; row++) {
      const excess = Math.exp((scores[row] ?? 0) - highest) / total - (row === chosen ? 1 : 0);
      for (let j = 0, cell = row * width; j < width; j++, cell++) gradient[j] = (gradient[j] ?? 0) + excess * (cells[cell] ?? 0);
    }
  }
  return loss;
}

/** Centres and scales the columns in place. A constant column stays as it is: it is the intercept. */
function standardise({ width, cells }: Table): { mean: Float64Array; deviation: Float64Array } {
  const count = cells.length / width;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width).fill(1);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    let square = 0;
    for (let cell = j; cell < cells.length; cell += width) {
      sum += cells[cell] ?? 0;
      square += (cells[cell] ?? 0) ** 2;
    }
    const variance = square / count - (sum / count) ** 2;
    if (variance < 1e-10) continue;
    mean[j] = sum / count;
    deviation[j] = Math.sqrt(variance);
    for (let cell = j; cell < cells.length; cell += width) cells[cell] = ((cells[cell] ?? 0) - sum / count) / Math.sqrt(variance);
  }
  return { mean, deviation };
}
