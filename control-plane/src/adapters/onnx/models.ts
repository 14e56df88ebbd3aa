// The model files of the repository and their checksums.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClewError } from '../../kernel/index.ts';

export interface ModelEntry {
  /** Stands on every vector and in every record that the model had a part in. */
  readonly id: string;
  readonly kind: 'embedding' | 'static' | 'ner';
  readonly folder: string;
  readonly dimensions?: number;
  readonly maxTokens: number;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

export interface ModelFault {
  readonly file: string;
  readonly problem: 'missing' | 'wrong size' | 'wrong SHA-256';
}

/** Folder of the shipped models. */
export const MODELS_FOLDER = fileURLToPath(new URL('../../../models/', import.meta.url));

export function readManifest(folder: string = MODELS_FOLDER): readonly ModelEntry[] {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as { models: ModelEntry[] }).models;
  } catch (cause) {
    throw new ClewError('model_damaged', 'manifest.json cannot be read', { cause });
  }
}

/** Every file that is not what the manifest says; an empty list means that the models can be used. */
export function checkModels(folder: string = MODELS_FOLDER, kinds?: readonly ModelEntry['kind'][]): readonly ModelFault[] {
  const faults: ModelFault[] = [];
  for (const model of readManifest(folder)) {
    if (kinds && !kinds.includes(model.kind)) continue;
    for (const [name, expected] of Object.entries(model.files)) {
      const problem = fault(path.join(folder, model.folder, name), expected);
      if (problem) faults.push({ file: `${model.folder}/${name}`, problem });
    }
  }
  return faults;
}

function fault(file: string, expected: { bytes: number; sha256: string }): ModelFault['problem'] | undefined {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'missing';
  if (size !== expected.bytes) return 'wrong size';
  return createHash('sha256').update(readFileSync(file)).digest('hex') === expected.sha256 ? undefined : 'wrong SHA-256';
}

/** The checked entry of a kind. Throws `model_damaged`, naming the files, where one is not as it should be. */
export function requireModel(kind: ModelEntry['kind'], folder: string = MODELS_FOLDER): ModelEntry {
  const faults = checkModels(folder, [kind]);
  if (faults.length > 0) throw new ClewError('model_damaged', faults.map(({ file, problem }) => `${file}: ${problem}`).join('; '));
  const entry = readManifest(folder).find((model) => model.kind === kind);
  if (!entry) throw new ClewError('model_damaged', `manifest.json lists no ${kind} model`);
  return entry;
}
