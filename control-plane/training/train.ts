// Fits the linker on all conversations, its calibration and when it calls something orphaned on cross-validated decisions, and writes
// control-plane/src/threads/weights/linker.json; for the static vectors linker-static.json, and for models that nobody knows here
// linker-hosted.json, fitted on MiniLM's similarities without anything that reads vectors themselves. Weights of the folds go beside
// the embeddings, for evaluate.ts. Says the SHA-256 of what it wrote: the same data, embeddings and code give the same.
// --keep-folds takes the folds' weights as they were fitted before.
// usage: node control-plane/training/train.ts --embeddings FILE [--tier static|hosted] [--keep-folds] [--data DIR]
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { shippedWeights, type LinkerWeights, type TextModel } from '../src/threads/infer/weights.ts';
import { backgroundsOf } from './background.ts';
import { dataFolder, embeddingsFile, Embeddings, foldsFile, type Log } from './corpus.ts';
import { allLogs, fitFolds, readSets, type FoldWeights, type Sets } from './cross-validation.ts';
import { fingerprint } from './fingerprint.ts';
import { rounded, validatedOn, type Validated } from './finish.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';

const FILES = { local: 'linker.json', static: 'linker-static.json', hosted: 'linker-hosted.json' } as const;
type Tier = keyof typeof FILES;
/** So dear that the detectors learn nothing from them. */
const NO_VECTORS = 1e9;

function tierOf(args: readonly string[]): Tier {
  const tier = args.includes('--tier') ? args[args.indexOf('--tier') + 1] : 'local';
  if (tier !== 'local' && tier !== 'static' && tier !== 'hosted') throw new Error('--tier takes local, static or hosted');
  return tier;
}

/** Fits the folds, keeps their weights for evaluate.ts, and chooses on what they decide. */
function validatedBy(sets: Sets, fit: (logs: readonly Log[]) => LinkerWeights, file: string, keepFolds: boolean): Validated {
  const folds = keepFolds ? (JSON.parse(readFileSync(file, 'utf8')) as FoldWeights) : fitFolds(sets, fit);
  if (!keepFolds) writeFileSync(file, JSON.stringify(folds));
  return validatedOn(sets, folds);
}

async function write(weights: LinkerWeights, tier: Tier): Promise<void> {
  const { followUp, dependent, ...rest } = rounded(weights);
  const said = (model: TextModel): TextModel => (tier === 'hosted' ? { ...model, vector: [] } : model);
  const file = join(import.meta.dirname, '../src/threads/weights', FILES[tier]);
  const json = JSON.stringify({
    madeBy: fingerprint(),
    ...rest,
    followUp: said(followUp),
    ...(dependent && { dependent: said(dependent) }),
  });
  const text = await format(json, { ...(await resolveConfig(file)), parser: 'json' });
  writeFileSync(file, text);
  console.log(`${createHash('sha256').update(text).digest('hex')}  ${FILES[tier]}`);
}

async function main(args: readonly string[]): Promise<void> {
  const tier = tierOf(args);
  const options = tier === 'hosted' ? { ...DEFAULT_FIT, vectorPenalty: NO_VECTORS, projected: false } : DEFAULT_FIT;
  const embeddings = new Embeddings(embeddingsFile(args));
  const sets = readSets(dataFolder(args), embeddings);
  const fit = (logs: readonly Log[]): LinkerWeights => fitLinker(logs, options);
  // How sure decisions on a hosted model's vectors are cannot be learned here: the local model's confidence stands for it.
  const keepFolds = args.includes('--keep-folds');
  const { calibration, orphanedFrom } = tier === 'hosted' ? shippedWeights : validatedBy(sets, fit, foldsFile(args), keepFolds);
  const fitted = fit(allLogs(sets));
  // Hosted models are chosen for the languages that they read.
  const backgrounds = tier === 'hosted' ? undefined : backgroundsOf(embeddings, fitted.projection);
  await write({ ...fitted, calibration, orphanedFrom, ...(backgrounds !== undefined && { backgrounds }) }, tier);
}

if (import.meta.main) await main(process.argv.slice(2));
