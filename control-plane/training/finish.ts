// From fitted weights to those that are shipped: what is chosen on decisions about other people, and numbers as they are written.
import type { LinkerWeights, TextModel } from '../src/threads/infer/weights.ts';
import { calibratorOver, type FoldWeights, type Sets } from './cross-validation.ts';
import { DEFAULT_FIT } from './fit.ts';
import { thresholdOver } from './orphaned.ts';

/** What is chosen on decisions about other people and conversations than the weights saw. */
export type Validated = Pick<LinkerWeights, 'calibration' | 'orphanedFrom'>;

export const validatedOn = (sets: Sets, folds: FoldWeights): Validated => ({
  calibration: roundAll(calibratorOver(sets, folds, DEFAULT_FIT.realTraffic)()),
  orphanedFrom: thresholdOver(sets, folds)(),
});

const round = (value: number): number => Number(value.toPrecision(4));
const roundAll = <T extends Readonly<Record<string, number>>>(weights: T): T =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, round(value)])) as unknown as T;

const roundModel = ({ bias, cues, vector }: TextModel): TextModel => ({
  bias: round(bias),
  cues: roundAll(cues),
  vector: vector.map(round),
});

export const rounded = (weights: LinkerWeights): LinkerWeights => ({
  ...weights,
  time: roundAll(weights.time),
  timeAlone: roundAll(weights.timeAlone),
  content: roundAll(weights.content),
  means: roundAll(weights.means),
  followUp: roundModel(weights.followUp),
  ...(weights.dependent !== undefined && { dependent: roundModel(weights.dependent) }),
  ...(weights.unheard !== undefined && { unheard: roundAll(weights.unheard) }),
  ...(weights.orphan !== undefined && { orphan: roundAll(weights.orphan) }),
});
