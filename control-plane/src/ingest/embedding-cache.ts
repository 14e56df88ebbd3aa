import { hash } from 'node:crypto';
import type { Embedder } from './ports.ts';

const ENTRIES = 10_000;

/** Embeds each text once: agents and retries send equal ones. Keys are digests, so that no text is held. */
export function cachingEmbedder(embedder: Embedder, entries: number = ENTRIES): Embedder {
  const cache = new Map<string, Float32Array>();
  return {
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
    async embed(texts) {
      const keys = texts.map((text) => hash('sha256', text, 'base64'));
      const missing = new Map<string, string>();
      keys.forEach((key, index) => {
        if (!cache.has(key)) missing.set(key, texts[index] ?? '');
      });
      // What is known is taken out first: the cache may let it go while the model works.
      const known = new Map(keys.map((key) => [key, cache.get(key)] as const));
      const fresh = missing.size === 0 ? [] : await embedder.embed([...missing.values()]);
      for (const [index, key] of [...missing.keys()].entries()) {
        const vector = fresh[index];
        if (!vector) throw new Error('The embedder answered fewer vectors than texts');
        known.set(key, vector);
        cache.set(key, vector);
      }
      for (const oldest of cache.keys()) {
        if (cache.size <= entries) break;
        cache.delete(oldest);
      }
      return keys.map((key) => known.get(key) as Float32Array);
    },
  };
}
