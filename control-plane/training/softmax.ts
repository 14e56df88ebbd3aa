import type { SpeechModel } from '../src/threads/speech/model.ts';
import { minimise } from './lbfgs.ts';

export interface SpeechExample {
  readonly label: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly vector?: Float32Array | undefined;
  readonly weight: number;
}

export interface SoftmaxSettings {
  readonly labels: readonly string[];
  readonly names: readonly string[];
  /** L2 on weights of standardised numbers, and on those of the embedding; absent: no embedding. */
  readonly numberPenalty: number;
  readonly vectorPenalty?: number;
  /** 0: labels count as often as they occur; 1: all alike. */
  readonly balance: number;
}

/** L2-penalised softmax regression. Deterministic. */
export function fitSoftmax(examples: readonly SpeechExample[], settings: SoftmaxSettings): SpeechModel {
  const { labels, names, numberPenalty, vectorPenalty, balance } = settings;
  const dimensions = vectorPenalty === undefined ? 0 : (examples[0]?.vector?.length ?? 0);
  const scale = names.map((name) => spread(examples.map(({ numbers }) => numbers[name] ?? 0)));
  const width = names.length + dimensions + 1;
  const rows = examples.map(({ numbers, vector }) => {
    const row = new Float64Array(width);
    names.forEach((name, j) => (row[j] = (numbers[name] ?? 0) / (scale[j] ?? 1)));
    for (let j = 0; j < dimensions; j++) row[names.length + j] = vector?.[j] ?? 0;
    row[width - 1] = 1;
    return row;
  });
  const wanted = examples.map(({ label }) => labels.indexOf(label));
  const weights = balanced(examples, labels, balance);
  const penaltyOf = (j: number): number => (j === width - 1 ? 0 : j < names.length ? numberPenalty : (vectorPenalty ?? 0));
  const fitted = minimise(
    (point, gradient) => {
      let loss = 0;
      for (let i = 0; i < point.length; i++) {
        const penalty = penaltyOf(i % width);
        loss += 0.5 * penalty * (point[i] ?? 0) ** 2;
        gradient[i] = penalty * (point[i] ?? 0);
      }
      rows.forEach((row, n) => (loss += addRow(row, wanted[n] ?? 0, weights[n] ?? 0, point, gradient, labels.length)));
      return loss;
    },
    width * labels.length,
    120,
    1e-3,
  );
  const of = (k: number, j: number): number => round(fitted[k * width + j] ?? 0);
  return {
    labels,
    bias: labels.map((_, k) => of(k, width - 1)),
    numbers: Object.fromEntries(
      names.map((name, j) => [name, labels.map((_, k) => round((fitted[k * width + j] ?? 0) / (scale[j] ?? 1)))]),
    ),
    ...(dimensions > 0 && { vector: labels.map((_, k) => Array.from({ length: dimensions }, (_unused, j) => of(k, names.length + j))) }),
  };
}

/** Adds one example's share to the gradient; its loss. */
function addRow(row: Float64Array, wanted: number, weight: number, point: Float64Array, gradient: Float64Array, labels: number): number {
  const width = row.length;
  const scores = Array.from({ length: labels }, (_, k) => {
    let sum = 0;
    for (let j = 0, at = k * width; j < width; j++, at++) sum += (point[at] ?? 0) * (row[j] ?? 0);
    return sum;
  });
  const highest = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
  for (let k = 0; k < labels; k++) {
    const excess = weight * (Math.exp((scores[k] ?? 0) - highest) / total - (k === wanted ? 1 : 0));
    for (let j = 0, at = k * width; j < width; j++, at++) gradient[at] = (gradient[at] ?? 0) + excess * (row[j] ?? 0);
  }
  return weight * (highest + Math.log(total) - (scores[wanted] ?? 0));
}

function balanced(examples: readonly SpeechExample[], labels: readonly string[], balance: number): number[] {
  const totals = new Map(labels.map((label) => [label, 0]));
  for (const { label, weight } of examples) totals.set(label, (totals.get(label) ?? 0) + weight);
  const mean = [...totals.values()].reduce((sum, total) => sum + total, 0) / labels.length;
  return examples.map(({ label, weight }) => weight * (mean / Math.max(1e-9, totals.get(label) ?? 0)) ** balance);
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.max(1e-3, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length));
}

const round = (value: number): number => Number(value.toPrecision(4));
