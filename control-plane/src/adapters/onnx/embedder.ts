import path from 'node:path';
import { stepped } from '../../kernel/index.ts';
import type { Embedder } from '../../ingest/ports.ts';
import { MODELS_FOLDER, requireModel } from './models.ts';
import { WorkerClient } from './worker-client.ts';
import type { EmbedAnswer, EmbedCall, EmbedSettings } from './embed.worker.ts';

export interface OnnxEmbedder extends Embedder {
  close(): Promise<void>;
}

/**
 * Longer texts are cut to so many tokens, about 500 English characters. Measured on written conversations, reading on
 * to the model's limit of 256 moves link F1 by less than 0.3 and costs up to twice the time.
 */
const MAX_TOKENS = 128;

/**
 * The shipped MiniLM in a worker thread. Throws `model_damaged` when its files are not those of the manifest.
 * Every text gets the same vector whatever else is asked in the same call.
 */
export function openEmbedder(
  options: { readonly folder?: string; readonly threads?: number; readonly maxTokens?: number } = {},
): OnnxEmbedder {
  const folder = options.folder ?? MODELS_FOLDER;
  const model = requireModel('embedding', folder);
  const dimensions = model.dimensions ?? 384;
  const settings: EmbedSettings = {
    modelFile: path.join(folder, model.folder, 'model.onnx'),
    vocabularyFile: path.join(folder, model.folder, 'vocab.txt'),
    dimensions,
    threads: options.threads ?? 1,
  };
  const client = new WorkerClient<EmbedCall, EmbedAnswer>(new URL('./embed.worker.ts', import.meta.url), settings);
  const maxTokens = Math.min(options.maxTokens ?? MAX_TOKENS, model.maxTokens);
  return {
    modelId: model.id,
    dimensions,
    embed: async (texts) => (texts.length === 0 ? [] : (await client.call({ texts, maxTokens })).map(stepped)),
    close: () => client.close(),
  };
}
