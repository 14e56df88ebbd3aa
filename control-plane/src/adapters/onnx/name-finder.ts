import type { NameFinder } from '../../ingest/ports.ts';
import type { ModelPool } from './model-pool.ts';
import { MODELS_FOLDER, requireModel } from './models.ts';
import { openPool } from './shipped-pool.ts';

export interface OnnxNameFinder extends NameFinder {
  close(): Promise<void>;
}

/**
 * The shipped name model in threads of the pool, which the caller closes; without one in a thread of its own. Throws
 * `model_damaged` when its files are not those of the manifest.
 * @param options.readsEverything as in PoolOptions, of a finder without a pool
 */
export function openNameFinder(
  options: { readonly pool?: ModelPool; readonly folder?: string; readonly readsEverything?: boolean } = {},
): OnnxNameFinder {
  const { id } = requireModel('ner', options.folder ?? MODELS_FOLDER);
  const pool = options.pool ?? openPool([['names']], options);
  return {
    modelId: id,
    find: (texts) => pool.read('names', texts),
    close: () => (pool === options.pool ? Promise.resolve() : pool.close()),
  };
}
