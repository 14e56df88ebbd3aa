// Learning from a tenant's own evidence: how much time says there, from which probability to join, how sure decisions are.
import { GAP_CENTRE, logOdds, sigmoid, softmax } from '../threads/index.ts';
import { decide } from './evaluate.ts';
import { minimise, type Slope } from './newton.ts';
import type { KeptVerdict, TuningView } from './types.ts';

/** How far a tenant may depart from the weights, which rest on far more conversations. */
const LIMITS = { scale: [0.5, 2], shift: 2, perLogGap: 0.5, slope: [0.3, 3], offset: 2 } as const;
/** Never joined below even odds: a wrong merge is worse than a split. */
const LOWEST_JOIN = 0.5;
const HIGHEST_JOIN = 0.95;
/** Weight of staying with the weights, as so many observations of unit size. */
const PULL: number = 8;
/** From here on threads may be joined for the sake of finding more; below, nothing may cost precision. */
export const GOOD_PRECISION = 0.97;
/** Precision counts for four times as much as recall. */
export const BETA_SQUARED = 0.25;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const round = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The time model under which the right threads are most likely, held towards the weights as they are. */
export function fitTime(verdicts: readonly KeptVerdict[]): TuningView['time'] {
  const neutral = [1, 0, 0, 0, 0];
  const cases = verdicts.map(({ guess: { candidates, rest }, right }) => ({
    right,
    rows: [
      ...candidates.map(({ score, rank, logGap }) => timeRow(score, rank === 0, logGap - GAP_CENTRE)),
      ...(rest === undefined ? [] : [timeRow(rest, false, 0)]),
    ],
  }));
  const [scale = 1, newest = 0, older = 0, newestPerLogGap = 0, olderPerLogGap = 0] = minimise(
    (point) => likelihood(cases, point, neutral),
    neutral,
  );
  const { scale: scales, shift, perLogGap } = LIMITS;
  return {
    scale: round(clamp(scale, ...scales)),
    newest: round(clamp(newest, -shift, shift)),
    older: round(clamp(older, -shift, shift)),
    newestPerLogGap: round(clamp(newestPerLogGap, -perLogGap, perLogGap)),
    olderPerLogGap: round(clamp(olderPerLogGap, -perLogGap, perLogGap)),
  };
}

const timeRow = (score: number, isNewest: boolean, beyond: number): readonly number[] =>
  isNewest ? [score, 1, 0, beyond, 0] : [score, 0, 1, 0, beyond];

interface Case {
  /** Index among the rows; −1: a new thread, which scores 0. */
  readonly right: number;
  readonly rows: readonly (readonly number[])[];
}

/** Negative log-likelihood of a multinomial choice, with a pull towards `neutral`. */
function likelihood(cases: readonly Case[], point: readonly number[], neutral: readonly number[]): Slope {
  const n = point.length;
  let value = 0;
  const gradient = point.map((one, j) => PULL * (one - (neutral[j] ?? 0)));
  const hessian = point.map((_, j) => point.map((__, k) => (j === k ? PULL : 0)));
  for (let j = 0; j < n; j++) value += (PULL / 2) * ((point[j] ?? 0) - (neutral[j] ?? 0)) ** 2;
  const mean = new Float64Array(n);
  for (const { right, rows } of cases) {
    const probabilities = softmax(rows.map((row) => dot(row, point)));
    let left = 1;
    mean.fill(0);
    for (let i = 0; i < rows.length; i++) {
      const [row, p] = [rows[i] ?? [], probabilities[i] ?? 0];
      left -= p;
      for (let j = 0; j < n; j++) mean[j] = (mean[j] ?? 0) + p * (row[j] ?? 0);
      for (let j = 0; j < n; j++) for (let k = 0; k <= j; k++) add(hessian, j, k, p * (row[j] ?? 0) * (row[k] ?? 0));
    }
    value -= Math.log(Math.max(1e-12, right < 0 ? left : (probabilities[right] ?? 0)));
    for (let j = 0; j < n; j++) {
      gradient[j] = (gradient[j] ?? 0) + (mean[j] ?? 0) - (right < 0 ? 0 : (rows[right]?.[j] ?? 0));
      for (let k = 0; k <= j; k++) add(hessian, j, k, -(mean[j] ?? 0) * (mean[k] ?? 0));
    }
  }
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) (hessian[k] ?? [])[j] = hessian[j]?.[k] ?? 0;
  return { value, gradient, hessian };
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function add(matrix: number[][], row: number, column: number, value: number): void {
  const line = matrix[row];
  if (line !== undefined) line[column] = (line[column] ?? 0) + value;
}

/**
 * The threshold that serves best, precision before recall: none under which precision falls below what it is now, unless
 * it stays at `GOOD_PRECISION`. Of equals the most cautious.
 */
export function fitJoinFrom(verdicts: readonly KeptVerdict[], current: TuningView, time: TuningView['time']): number {
  const now = countsAt(bestOf(verdicts, current), current.joinFrom);
  const floor = Math.min(GOOD_PRECISION, now.joins === 0 ? 1 : now.right / now.joins);
  const bests = bestOf(verdicts, { ...current, time });
  let best = { joinFrom: current.joinFrom, score: -1 };
  for (let step = LOWEST_JOIN * 100; step <= HIGHEST_JOIN * 100; step++) {
    const joinFrom = step / 100;
    const { joins, right, reachable } = countsAt(bests, joinFrom);
    if (joins === 0 || right / joins < floor) continue;
    const score = ((1 + BETA_SQUARED) * right) / (BETA_SQUARED * reachable + joins);
    if (score >= best.score - 0.0005) best = { joinFrom, score: Math.max(score, best.score) };
  }
  return best.score < 0 ? HIGHEST_JOIN : best.joinFrom;
}

/** The best candidate of each: how likely, and whether it is the right one. */
interface Best {
  readonly probability: number;
  readonly isRight: boolean;
  readonly goesOn: boolean;
}

function bestOf(verdicts: readonly KeptVerdict[], tuning: TuningView): readonly Best[] {
  return verdicts.map((verdict) => {
    const { joined, probability } = decide(verdict, { ...tuning, joinFrom: 0 });
    return { probability, isRight: joined >= 0 && joined === verdict.right, goesOn: verdict.right >= 0 };
  });
}

function countsAt(bests: readonly Best[], joinFrom: number): { joins: number; right: number; reachable: number } {
  const counts = { joins: 0, right: 0, reachable: 0 };
  for (const { probability, isRight, goesOn } of bests) {
    const joins = probability > joinFrom;
    counts.joins += joins ? 1 : 0;
    counts.right += joins && isRight ? 1 : 0;
    counts.reachable += goesOn ? 1 : 0;
  }
  return counts;
}

/** The scaling of log-odds under which stated confidences come true (Platt), held towards none. */
export function fitConfidence(verdicts: readonly KeptVerdict[], tuning: Omit<TuningView, 'confidence'>): TuningView['confidence'] {
  const plain = { ...tuning, confidence: { slope: 1, offset: 0 } };
  const rows = verdicts.map((verdict) => {
    const { confidence, isRight } = decide(verdict, plain);
    return { x: logOdds(clamp(confidence, 0.001, 0.999)), isRight };
  });
  const [slope = 1, offset = 0] = minimise(
    ([a = 1, b = 0]) => {
      const [gradient, hessian] = [
        [PULL * (a - 1), PULL * b],
        [
          [PULL, 0],
          [0, PULL],
        ],
      ];
      let value = (PULL / 2) * ((a - 1) ** 2 + b ** 2);
      for (const { x, isRight } of rows) {
        const p = sigmoid(a * x + b);
        value -= Math.log(Math.max(1e-12, isRight ? p : 1 - p));
        const [off, spread] = [p - Number(isRight), p * (1 - p)];
        gradient[0] = (gradient[0] ?? 0) + off * x;
        gradient[1] = (gradient[1] ?? 0) + off;
        add(hessian, 0, 0, spread * x * x);
        add(hessian, 0, 1, spread * x);
        add(hessian, 1, 0, spread * x);
        add(hessian, 1, 1, spread);
      }
      return { value, gradient, hessian };
    },
    [1, 0],
  );
  return {
    slope: round(clamp(slope, ...LIMITS.slope)),
    offset: round(clamp(offset, -LIMITS.offset, LIMITS.offset)),
  };
}
