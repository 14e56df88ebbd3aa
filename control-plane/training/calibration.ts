import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import type { Outcome } from './cross-validation.ts';
import { minimise } from './lbfgs.ts';

/** Platt scaling: the slope and offset on the log-odds under which stated confidences are most likely true. */
export function fitCalibration(outcomes: readonly Outcome[]): LinkerWeights['calibration'] {
  const [slope = 1, offset = 0] = minimise((point, gradient) => {
    let loss = 0;
    gradient.fill(0);
    for (const { confidence, right } of outcomes) {
      const odds = logOdds(confidence);
      const logit = (point[0] ?? 0) * odds + (point[1] ?? 0);
      const p = 1 / (1 + Math.exp(-logit));
      loss -= Math.log(Math.max(1e-12, right ? p : 1 - p));
      const excess = p - (right ? 1 : 0);
      gradient[0] = (gradient[0] ?? 0) + excess * odds;
      gradient[1] = (gradient[1] ?? 0) + excess;
    }
    return loss;
  }, 2);
  return { slope, offset };
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
