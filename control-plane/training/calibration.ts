import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import type { Outcome } from './cross-validation.ts';
import { minimise } from './lbfgs.ts';

/** Weak, so that circumstances which a set hardly shows get no say. */
const PENALTY = 1;

/** Platt scaling with circumstances: the sum on the log-odds under which stated confidences are most likely true. */
export function fitCalibration(outcomes: readonly Outcome[], realness: (answerLength: number) => number): LinkerWeights['calibration'] {
  const rows = outcomes.map(({ confidence, alternation, activeInSession, recentSwitches, answerLength }) => [
    logOdds(confidence),
    1,
    alternation,
    activeInSession,
    recentSwitches,
    realness(answerLength),
  ]);
  const [slope = 1, offset = 0, perAlternation = 0, perActive = 0, perSwitch = 0, perAnswerLength = 0] = minimise((point, gradient) => {
    let loss = 0;
    point.forEach((w, j) => {
      loss += j < 2 ? 0 : 0.5 * PENALTY * w * w;
      gradient[j] = j < 2 ? 0 : PENALTY * w;
    });
    outcomes.forEach(({ right }, i) => {
      const row = rows[i] ?? [];
      const p = 1 / (1 + Math.exp(-row.reduce((sum, x, j) => sum + x * (point[j] ?? 0), 0)));
      loss -= Math.log(Math.max(1e-12, right ? p : 1 - p));
      row.forEach((x, j) => (gradient[j] = (gradient[j] ?? 0) + (p - (right ? 1 : 0)) * x));
    });
    return loss;
  }, 6);
  return { slope, offset, perAlternation, perActive, perSwitch, perAnswerLength };
}

/** Mean distance between stated and true frequency over ten equal bins, weighted by how many fall into each. */
export function calibrationError(outcomes: readonly Outcome[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, stated: 0, right: 0 }));
  for (const { confidence, right } of outcomes) {
    const bin = bins[Math.min(9, Math.floor(confidence * 10))];
    if (bin === undefined) continue;
    bin.count++;
    bin.stated += confidence;
    bin.right += Number(right);
  }
  return bins.reduce((sum, { stated, right }) => sum + Math.abs(stated - right), 0) / outcomes.length;
}

const logOdds = (p: number): number => {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(bounded / (1 - bounded));
};
