// Fits the map that brings turns of one conversation close together: directions in which conversations differ from each
// other by much and within themselves by little (linear discriminant analysis, scatter within conversations shrunk).
import type { ProjectionWeights } from '../src/threads/infer/projection.ts';
import type { Labelled } from './corpus.ts';
import { addOuter, backSolve, cholesky, forwardSolveAll, leadingVectors, mirrored, type Matrix } from './linear-algebra.ts';

const DIMENSIONS = 64;
/** Share of a sphere in the scatter within conversations: they are few for so many directions. */
const SPHERE = 0.5;
const BYTE = 127;

interface Point {
  readonly vector: Float32Array;
  readonly kind: 'prompt' | 'answer';
  readonly conversation: string;
}

export function fitProjection(labelled: readonly Labelled[]): ProjectionWeights {
  const points = pointsOf(labelled);
  const size = points[0]?.vector.length ?? 0;
  const means = { prompt: meanOf(points, 'prompt', size), answer: meanOf(points, 'answer', size) };
  const { within, between } = scatters(points, means, size);
  const root = cholesky(within);
  const { vectors, values } = leadingVectors(forwardSolveAll(root, between), DIMENSIONS);
  const columns = vectors.map((vector, j) => {
    const value = Math.max(1e-6, values[j] ?? 0);
    return backSolve(root, vector).map((x) => x * Math.sqrt(value / (1 + value)));
  });
  return packed(columns, means);
}

function pointsOf(labelled: readonly Labelled[]): Point[] {
  const seen = new Set<string>();
  return labelled.flatMap(({ row, turn }): Point[] => {
    const key = JSON.stringify([row.conv, row.turn]);
    if (seen.has(key)) return [];
    seen.add(key);
    const conversation = row.conv;
    const prompt = turn.vector === undefined ? [] : [{ vector: turn.vector, kind: 'prompt' as const, conversation }];
    return turn.answerVector === undefined ? prompt : [...prompt, { vector: turn.answerVector, kind: 'answer' as const, conversation }];
  });
}

function meanOf(points: readonly Point[], kind: Point['kind'], size: number): Float64Array {
  const some = points.filter((point) => point.kind === kind);
  const mean = new Float64Array(size);
  for (const { vector } of some) for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / some.length;
  return mean;
}

/** Scatter of points about their conversation's middle, shrunk to a sphere, and that of the middles. */
function scatters(
  points: readonly Point[],
  means: Readonly<Record<Point['kind'], Float64Array>>,
  size: number,
): { readonly within: Matrix; readonly between: Matrix } {
  const groups = Map.groupBy(points, ({ conversation }) => conversation);
  const within = square(size);
  const between = square(size);
  for (const group of groups.values()) {
    const centred = group.map(({ vector, kind }) => Float64Array.from(vector, (x, i) => x - (means[kind][i] ?? 0)));
    const middle = new Float64Array(size);
    for (const one of centred) for (let i = 0; i < size; i++) middle[i] = (middle[i] ?? 0) + (one[i] ?? 0) / centred.length;
    addOuter(between, middle, centred.length / points.length);
    for (const one of centred) {
      for (let i = 0; i < size; i++) one[i] = (one[i] ?? 0) - (middle[i] ?? 0);
      addOuter(within, one, 1 / (points.length - groups.size));
    }
  }
  // The middle of few points scatters also by chance.
  const chance = groups.size / points.length;
  mirrored(within);
  mirrored(between).forEach((row, i) => row.forEach((x, j) => (row[j] = x - chance * (within[i]?.[j] ?? 0))));
  const sphere = within.reduce((sum, row, i) => sum + (row[i] ?? 0), 0) / size;
  return { within: within.map((row, i) => row.map((x, j) => (1 - SPHERE) * x + (i === j ? SPHERE * sphere : 0))), between };
}

const square = (size: number): Matrix => Array.from({ length: size }, () => new Float64Array(size));

/** As it is served, so that training sees the same rounding. */
function packed(columns: readonly Float64Array[], means: Readonly<Record<Point['kind'], Float64Array>>): ProjectionWeights {
  const from = columns[0]?.length ?? 0;
  const cells = new Int8Array(columns.length * from);
  const scales = columns.map((column, j) => {
    const scale = Number((Math.max(...column.map(Math.abs)) / BYTE).toPrecision(6));
    column.forEach((x, i) => (cells[j * from + i] = Math.round(x / scale)));
    return scale;
  });
  const mapped = (mean: Float64Array): number[] =>
    scales.map((scale, j) => Number((scale * mean.reduce((sum, x, i) => sum + x * (cells[j * from + i] ?? 0), 0)).toPrecision(5)));
  return { from, scales, cells: Buffer.from(cells.buffer).toString('base64'), prompt: mapped(means.prompt), answer: mapped(means.answer) };
}
