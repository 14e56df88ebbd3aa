// Fits the linker on all conversations, its calibration on cross-validated decisions, and writes
// control-plane/src/threads/weights/linker.json.
// usage: node control-plane/training/train.ts --embeddings FILE [--data DIR]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realness } from '../src/threads/infer/linker.ts';
import type { LinkerWeights, TextModel } from '../src/threads/infer/weights.ts';
import { fitCalibration } from './calibration.ts';
import { dataFolder, embeddingsFile, Embeddings, type Log } from './corpus.ts';
import { allLogs, crossValidated, NAMES, outcomesOf, readSets } from './cross-validation.ts';
import { DEFAULT_FIT, fitLinker } from './fit.ts';

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
});

function main(args: readonly string[]): void {
  const embeddings = new Embeddings(embeddingsFile(args));
  const sets = readSets(dataFolder(args), embeddings);
  const fit = (logs: readonly Log[]): LinkerWeights => fitLinker(logs, DEFAULT_FIT);
  const outcomes = NAMES.flatMap((name) => outcomesOf([...sets[name].values()], crossValidated(sets, name, fit)));
  const weights = { ...fit(allLogs(sets)), calibration: roundAll(fitCalibration(outcomes, (length) => realness(length, DEFAULT_FIT))) };
  const file = join(import.meta.dirname, '../src/threads/weights/linker.json');
  writeFileSync(file, `${JSON.stringify(rounded(weights))}\n`);
}

if (import.meta.main) main(process.argv.slice(2));
