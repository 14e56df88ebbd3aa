import path from 'node:path';
import type { NameFinder } from '../../ingest/ports.ts';
import { MODELS_FOLDER, requireModel } from './models.ts';
import type { NerAnswer, NerCall, NerSettings } from './ner.worker.ts';
import { WorkerClient } from './worker-client.ts';

export interface OnnxNameFinder extends NameFinder {
  close(): Promise<void>;
}

/** Windows of this size gave the best findings for the shipped model; see its PROVENANCE. */
const WINDOW_UNITS = 480;
const OVERLAP_UNITS = 64;

/**
 * The shipped name model in a worker thread. Throws `model_damaged` when its files are not those of the manifest.
 * @param options.readsEverything asks the model about each window, also where no name can be: to measure what leaving them out is worth
 */
export function openNameFinder(
  options: { readonly folder?: string; readonly threads?: number; readonly readsEverything?: boolean } = {},
): OnnxNameFinder {
  const folder = options.folder ?? MODELS_FOLDER;
  const model = requireModel('ner', folder);
  const settings: NerSettings = {
    modelFile: path.join(folder, model.folder, 'model.onnx'),
    vocabularyFile: path.join(folder, model.folder, 'vocab.txt'),
    labelsFile: path.join(folder, model.folder, 'labels.json'),
    maxTokens: model.maxTokens,
    windowUnits: WINDOW_UNITS,
    overlapUnits: OVERLAP_UNITS,
    threads: options.threads ?? 1,
    readsEverything: options.readsEverything ?? false,
  };
  const client = new WorkerClient<NerCall, NerAnswer>(new URL('./ner.worker.ts', import.meta.url), settings);
  return {
    modelId: model.id,
    find: (texts) => (texts.length === 0 ? Promise.resolve([]) : client.call({ texts })),
    close: () => client.close(),
  };
}
