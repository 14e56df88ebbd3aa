// Fits the linker on all conversations, its calibration and when it calls something orphaned on cross-validated decisions, and writes
// control-plane/src/threads/weights/linker.json; for the static vectors linker-static.json, and for models that nobody knows here
// linker-hosted.json, fitted on MiniLM's similarities without anything that reads vectors themselves. Weights of the folds go beside
// the embeddings, for evaluate.ts.
// --keep-folds takes the folds' weights as they were fitted before.
// usage: node control-plane/training/train.ts --embeddings FILE [--tier static|hosted] [--keep-folds] [--data DIR]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedWeights, type LinkerWeights, type TextModel } from '../src/threads/infer/weights.ts';
import { backgroundsOf } from './background.ts';
import { dataFolder, embeddingsFile, Embeddings, foldsFile, type Log } from './corpus.ts';
import { allLogs, calibratorOver, fitFolds, readSets, type FoldWeights, type Sets } from './cross-validation.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';
import { thresholdOver } from './orphaned.ts';

const FILES = { local: 'linker.json', static: 'linker-static.json', hosted: 'linker-hosted.json' } as const;
/** So dear that the detector learns nothing from them. */
const NO_VECTORS = 1e9;

function tierOf(args: readonly string[]): keyof typeof FILES {
  const tier = args.includes('--tier') ? args[args.indexOf('--tier') + 1] : 'local';
  if (tier !== 'local' && tier !== 'static' && tier !== 'hosted') throw new Error('--tier takes local, static or hosted');
  return tier;
}

const round = (value: number): number => Number(value.toPrecision(4));
const roundAll = <T extends Readonly<Record<string, number>>>(weights: T): T =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, round(value)])) as unknown as T;

export const roundModel = ({ bias, cues, vector }: TextModel): TextModel => ({
  bias: round(bias),
  cues: roundAll(cues),
  vector: vector.map(round),
});

const rounded = (weights: LinkerWeights): LinkerWeights => ({
  ...weights,
  time: roundAll(weights.time),
  timeAlone: roundAll(weights.timeAlone),
  content: roundAll(weights.content),
  means: roundAll(weights.means),
  followUp: roundModel(weights.followUp),
  ...(weights.orphan !== undefined && { orphan: roundAll(weights.orphan) }),
});

/** What is chosen on decisions about other people and conversations than the weights saw. */
type Validated = Pick<LinkerWeights, 'calibration' | 'orphanedFrom'>;

/** Fits the folds, keeps their weights for evaluate.ts, and chooses on what they decide. */
function validatedOn(sets: Sets, fit: (logs: readonly Log[]) => LinkerWeights, file: string, keepFolds: boolean): Validated {
  const folds = keepFolds ? (JSON.parse(readFileSync(file, 'utf8')) as FoldWeights) : fitFolds(sets, fit);
  if (!keepFolds) writeFileSync(file, JSON.stringify(folds));
  const calibration = calibratorOver(sets, folds, DEFAULT_FIT.realTraffic)();
  return { calibration: roundAll(calibration), orphanedFrom: thresholdOver(sets, folds)() };
}

function main(args: readonly string[]): void {
  const tier = tierOf(args);
  const options = tier === 'hosted' ? { ...DEFAULT_FIT, vectorPenalty: NO_VECTORS, projected: false } : DEFAULT_FIT;
  const embeddings = new Embeddings(embeddingsFile(args));
  const sets = readSets(dataFolder(args), embeddings);
  const fit = (logs: readonly Log[]): LinkerWeights => fitLinker(logs, options);
  // How sure decisions on a hosted model's vectors are cannot be learned here: the local model's confidence stands for it.
  const keepFolds = args.includes('--keep-folds');
  const { calibration, orphanedFrom } = tier === 'hosted' ? shippedWeights : validatedOn(sets, fit, foldsFile(args), keepFolds);
  const fitted = fit(allLogs(sets));
  // Hosted models are chosen for the languages that they read.
  const backgrounds = tier === 'hosted' ? undefined : backgroundsOf(embeddings, fitted.projection);
  const weights = { ...fitted, calibration, orphanedFrom, ...(backgrounds !== undefined && { backgrounds }) };
  const file = join(import.meta.dirname, '../src/threads/weights', FILES[tier]);
  const { followUp, ...rest } = rounded(weights);
  writeFileSync(file, `${JSON.stringify({ ...rest, followUp: tier === 'hosted' ? { ...followUp, vector: [] } : followUp })}\n`);
}

if (import.meta.main) main(process.argv.slice(2));
