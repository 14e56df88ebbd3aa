import { stepped } from '../../kernel/index.ts';
import type { Embedder } from '../../ingest/ports.ts';
import type { ModelPool } from './model-pool.ts';
import { MODELS_FOLDER, requireModel } from './models.ts';
import { openPool } from './shipped-pool.ts';

export interface OnnxEmbedder extends Embedder {
  close(): Promise<void>;
}

/**
 * The shipped MiniLM in threads of the pool, which the caller closes; without one in a thread of its own. Throws
 * `model_damaged` when its files are not those of the manifest. Every text gets the same vector whatever else is asked in the
 * same call.
 */
export function openEmbedder(
  options: { readonly pool?: ModelPool; readonly folder?: string; readonly maxTokens?: number } = {},
): OnnxEmbedder {
  const { id, dimensions = 0 } = requireModel('embedding', options.folder ?? MODELS_FOLDER);
  const pool = options.pool ?? openPool([['embedding']], options);
  return {
    modelId: id,
    dimensions,
    embed: async (texts) => (await pool.read('embedding', texts)).map(stepped),
    close: () => (pool === options.pool ? Promise.resolve() : pool.close()),
  };
}
