// Threads for the shipped models.
import path from 'node:path';
import { MODELS_FOLDER, requireModel } from './models.ts';
import { ModelPool, type Duties } from './model-pool.ts';
import type { ModelSettings } from './model.worker.ts';

/** Windows of this size gave the best findings for the shipped model; see its PROVENANCE. */
const WINDOW_UNITS = 480;
const OVERLAP_UNITS = 64;
/**
 * Longer texts are cut to so many tokens for embedding, about 500 English characters. Measured on written conversations,
 * reading on to the model's limit of 256 moves link F1 by less than 0.3 and costs up to twice the time.
 */
const MAX_TOKENS = 128;

export interface PoolOptions {
  readonly folder?: string | undefined;
  /** Asks the name model about each window, also where no name can be: to measure what leaving them out is worth. */
  readonly readsEverything?: boolean | undefined;
  /** Tokens of a text that are embedded. */
  readonly maxTokens?: number | undefined;
}

/** One thread for each list of duties. Throws `model_damaged` when a model's files are not those of the manifest. */
export function openPool(
  duties: readonly Duties[],
  { folder = MODELS_FOLDER, readsEverything = false, maxTokens }: PoolOptions = {},
): ModelPool {
  const kinds = new Set(duties.flat());
  const settings: ModelSettings = {
    ...(kinds.has('embedding') && { embedding: embeddingIn(folder, maxTokens ?? MAX_TOKENS) }),
    ...(kinds.has('names') && { names: namesIn(folder, readsEverything) }),
  };
  return new ModelPool(new URL('./model.worker.ts', import.meta.url), settings, duties);
}

/**
 * Threads for both models, as many as there are models: each helps the other where it has nothing to do itself, so that two
 * processors are busy as long as any text waits. Both hold both models then, some 40 MB more than one each.
 */
export const openModelPool = (options?: PoolOptions): ModelPool =>
  openPool(
    [
      ['names', 'embedding'],
      ['embedding', 'names'],
    ],
    options,
  );

function embeddingIn(folder: string, maxTokens: number): NonNullable<ModelSettings['embedding']> {
  const model = requireModel('embedding', folder);
  return {
    modelFile: path.join(folder, model.folder, 'model.onnx'),
    vocabularyFile: path.join(folder, model.folder, 'vocab.txt'),
    dimensions: model.dimensions ?? 0,
    maxTokens: Math.min(maxTokens, model.maxTokens),
  };
}

function namesIn(folder: string, readsEverything: boolean): NonNullable<ModelSettings['names']> {
  const model = requireModel('ner', folder);
  return {
    modelFile: path.join(folder, model.folder, 'model.onnx'),
    vocabularyFile: path.join(folder, model.folder, 'vocab.txt'),
    labelsFile: path.join(folder, model.folder, 'labels.json'),
    maxTokens: model.maxTokens,
    windowUnits: WINDOW_UNITS,
    overlapUnits: OVERLAP_UNITS,
    readsEverything,
  };
}
