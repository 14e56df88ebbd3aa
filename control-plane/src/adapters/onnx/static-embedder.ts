import path from 'node:path';
import { stepped } from '../../kernel/index.ts';
import type { OnnxEmbedder } from './embedder.ts';
import { MODELS_FOLDER, requireModel } from './models.ts';
import type { StaticAnswer, StaticCall, StaticSettings } from './static.worker.ts';
import { WorkerClient } from './worker-client.ts';

/**
 * Word vectors distilled from the shipped MiniLM, in a worker thread: a text's vector is the mean of its tokens'. A hundred
 * times as fast as the model and worse at meaning; docs/EMBEDDINGS.md has the figures. Throws `model_damaged` when its files
 * are not those of the manifest.
 */
export function openStaticEmbedder(options: { readonly folder?: string } = {}): OnnxEmbedder {
  const folder = options.folder ?? MODELS_FOLDER;
  const model = requireModel('static', folder);
  // The vocabulary is that of the model it was distilled from.
  const words = requireModel('embedding', folder);
  const dimensions = model.dimensions ?? 0;
  const settings: StaticSettings = {
    tableFile: path.join(folder, model.folder, 'vectors.bin'),
    vocabularyFile: path.join(folder, words.folder, 'vocab.txt'),
    dimensions,
    maxTokens: model.maxTokens,
  };
  const client = new WorkerClient<StaticCall, StaticAnswer>(new URL('./static.worker.ts', import.meta.url), settings);
  return {
    modelId: model.id,
    dimensions,
    embed: async (texts) => (texts.length === 0 ? [] : (await client.call({ texts })).map(stepped)),
    close: () => client.close(),
  };
}
