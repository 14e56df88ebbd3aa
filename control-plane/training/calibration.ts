import { SURE } from '../src/threads/infer/linker.ts';
import type { LinkerWeights } from '../src/threads/infer/weights.ts';
import { minimise } from './lbfgs.ts';

/** A decision with the confidence it was given, and whether it was right at that moment. */
export interface Outcome {
  /** How much it counts. */
  readonly count?: number;
  readonly conversation: string;
  readonly confidence: number;
  readonly right: boolean;
  readonly joined: boolean;
  readonly alternation: number;
  readonly activeInSession: number;
  readonly recentSwitches: number;
  readonly answerLength: number;
  readonly unheard: number;
  readonly promptLength: number;
}

/** Weak, so that circumstances which a set hardly shows get no say. */
const PENALTY = 1;
/** Share of the links called sure that is to hold, and the confidences that are tried. */
const WANTED = 0.943;
const SUREST = 0.96;
const STEP = 0.01;

/** Platt scaling with circumstances: the sum on the log-odds under which stated confidences are most likely true. */
export function fitCalibration(outcomes: readonly Outcome[], realness: (outcome: Outcome) => number): LinkerWeights['calibration'] {
  const rows = outcomes.map((outcome) => [
    logOdds(outcome.confidence),
    1,
    outcome.alternation,
    outcome.activeInSession,
    outcome.recentSwitches,
    realness(outcome),
  ]);
  const fitted = minimise((point, gradient) => {
    let loss = 0;
    point.forEach((w, j) => {
      loss += j < 2 ? 0 : 0.5 * PENALTY * w * w;
      gradient[j] = j < 2 ? 0 : PENALTY * w;
    });
    outcomes.forEach(({ right, count = 1 }, i) => {
      const row = rows[i] ?? [];
      const p = 1 / (1 + Math.exp(-row.reduce((sum, x, j) => sum + x * (point[j] ?? 0), 0)));
      loss -= count * Math.log(Math.max(1e-12, right ? p : 1 - p));
      row.forEach((x, j) => (gradient[j] = (gradient[j] ?? 0) + count * (p - (right ? 1 : 0)) * x));
    });
    return loss;
  }, 6);
  const [slope = 1, offset = 0, perAlternation = 0, perActive = 0, perSwitch = 0, perAnswerLength = 0] = fitted;
  const confidences = rows.map((row) => 1 / (1 + Math.exp(-row.reduce((sum, x, j) => sum + x * (fitted[j] ?? 0), 0))));
  return { slope, offset, perAlternation, perActive, perSwitch, perAnswerLength, sureFrom: sureFrom(outcomes, confidences) };
}

/** The lowest confidence from which on the links of those who count most hold as often as wanted. */
function sureFrom(outcomes: readonly Outcome[], confidences: readonly number[]): number {
  const most = Math.max(...outcomes.map(({ count = 1 }) => count));
  const links = outcomes.flatMap(({ joined, right, count = 1 }, i) =>
    joined && count === most ? [{ right, confidence: confidences[i] ?? 0 }] : [],
  );
  for (let from = SURE; from < SUREST; from += STEP) {
    const sure = links.filter(({ confidence }) => confidence >= from);
    if (sure.filter(({ right }) => right).length >= WANTED * sure.length) return Number(from.toFixed(2));
  }
  return SUREST;
}

const UNHEARD_STEPS = 30;

/** What is added to the log-odds where answers go uncaptured, the rest of the calibration standing as it is. */
export function fitUnheardOffset(
  outcomes: readonly Outcome[],
  calibration: LinkerWeights['calibration'],
  realness: (outcome: Outcome) => number,
): number {
  const logits = outcomes.map(
    (outcome) =>
      calibration.slope * logOdds(outcome.confidence) +
      calibration.offset +
      calibration.perAlternation * outcome.alternation +
      calibration.perActive * outcome.activeInSession +
      (calibration.perSwitch ?? 0) * outcome.recentSwitches +
      calibration.perAnswerLength * realness(outcome),
  );
  const fitted = minimise(
    (point, gradient) => {
      const [offset = 0] = point;
      let loss = 0.5 * PENALTY * offset * offset;
      gradient[0] = PENALTY * offset;
      outcomes.forEach(({ right, unheard, count = 1 }, i) => {
        const p = 1 / (1 + Math.exp(-((logits[i] ?? 0) + offset * unheard)));
        loss -= count * Math.log(Math.max(1e-12, right ? p : 1 - p));
        gradient[0] = (gradient[0] ?? 0) + count * (p - (right ? 1 : 0)) * unheard;
      });
      return loss;
    },
    1,
    UNHEARD_STEPS,
  );
  return fitted[0] ?? 0;
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
