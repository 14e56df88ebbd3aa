// Learning from a tenant's own evidence: how much time says there, from which probability to join, how sure decisions are.
import { GAP_CENTRE, logOdds, sigmoid, softmax } from '../threads/index.ts';
import { decide } from './evaluate.ts';
import { minimise, type Slope } from './newton.ts';
import type { KeptVerdict, TuningView } from './types.ts';

/** How far a tenant may depart from the weights, which rest on far more conversations. */
const LIMITS = { scale: [0.5, 2], shift: 2, perLogGap: 0.5, slope: [0.3, 3], offset: 2 } as const;
/** Never joined below even odds: a wrong merge is worse than a split. */
export const LOWEST_JOIN = 0.5;
const HIGHEST_JOIN = 0.95;
/** Weight of staying with the weights, as so many observations of unit size. */
const PULL: number = 8;
/** From here on threads may be joined for the sake of finding more; below, nothing may cost precision. */
export const GOOD_PRECISION = 0.97;
/** Precision counts for four times as much as recall. */
const BETA_SQUARED = 0.25;

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
  point.forEach((one, j) => (value += (PULL / 2) * (one - (neutral[j] ?? 0)) ** 2));
  for (const { right, rows } of cases) {
    const probabilities = softmax(rows.map((row) => row.reduce((sum, x, j) => sum + x * (point[j] ?? 0), 0)));
    const chosen = right < 0 ? 1 - probabilities.reduce((sum, p) => sum + p, 0) : (probabilities[right] ?? 0);
    value -= Math.log(Math.max(1e-12, chosen));
    const mean = Array.from({ length: n }, (_, j) => rows.reduce((sum, row, i) => sum + (probabilities[i] ?? 0) * (row[j] ?? 0), 0));
    for (let j = 0; j < n; j++) {
      gradient[j] = (gradient[j] ?? 0) + (mean[j] ?? 0) - (right < 0 ? 0 : (rows[right]?.[j] ?? 0));
      const line = hessian[j] ?? [];
      for (let k = 0; k < n; k++) {
        const square = rows.reduce((sum, row, i) => sum + (probabilities[i] ?? 0) * (row[j] ?? 0) * (row[k] ?? 0), 0);
        line[k] = (line[k] ?? 0) + square - (mean[j] ?? 0) * (mean[k] ?? 0);
      }
    }
  }
  return { value, gradient, hessian };
}

/**
 * The threshold that serves best, precision before recall: none under which precision falls below what it is now, unless
 * it stays at `GOOD_PRECISION`. Of equals the most cautious.
 */
export function fitJoinFrom(verdicts: readonly KeptVerdict[], current: TuningView, time: TuningView['time']): number {
  const now = countsAt(verdicts, current);
  const floor = Math.min(GOOD_PRECISION, now.joins === 0 ? 1 : now.right / now.joins);
  let best = { joinFrom: current.joinFrom, score: -1 };
  for (let step = LOWEST_JOIN * 100; step <= HIGHEST_JOIN * 100; step++) {
    const joinFrom = step / 100;
    const { joins, right, reachable } = countsAt(verdicts, { ...current, time, joinFrom });
    if (joins === 0 || right / joins < floor) continue;
    const score = ((1 + BETA_SQUARED) * right) / (BETA_SQUARED * reachable + joins);
    if (score >= best.score - 0.0005) best = { joinFrom, score: Math.max(score, best.score) };
  }
  return best.score < 0 ? HIGHEST_JOIN : best.joinFrom;
}

function countsAt(verdicts: readonly KeptVerdict[], tuning: TuningView): { joins: number; right: number; reachable: number } {
  const counts = { joins: 0, right: 0, reachable: 0 };
  for (const verdict of verdicts) {
    const { joined, isRight } = decide(verdict, tuning);
    counts.joins += joined >= 0 ? 1 : 0;
    counts.right += joined >= 0 && isRight ? 1 : 0;
    counts.reachable += verdict.right >= 0 ? 1 : 0;
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
      const gradient = [PULL * (a - 1), PULL * b];
      const hessian = [
        [PULL, 0],
        [0, PULL],
      ];
      let value = (PULL / 2) * ((a - 1) ** 2 + b ** 2);
      for (const { x, isRight } of rows) {
        const p = sigmoid(a * x + b);
        value -= Math.log(Math.max(1e-12, isRight ? p : 1 - p));
        const [off, spread] = [p - Number(isRight), p * (1 - p)];
        [x, 1].forEach((u, j) => {
          gradient[j] = (gradient[j] ?? 0) + off * u;
          [x, 1].forEach((v, k) => (hessian[j] = (hessian[j] ?? []).map((sum, at) => (at === k ? sum + spread * u * v : sum))));
        });
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
