// The shipped embedding models, for commands and for what runs beside the product and measures it: commands pick adapters,
// scripts do not.
import { openEmbedder, openStaticEmbedder, type OnnxEmbedder } from '../adapters/onnx/index.ts';
import { UsageError } from './io.ts';

export { openEmbedder, openStaticEmbedder } from '../adapters/onnx/index.ts';

export const TIERS = ['local', 'static'] as const;
export type Tier = (typeof TIERS)[number];

/** By `--embedder`; the local model where nothing is said. */
export function openTier(name: string | undefined): OnnxEmbedder {
  if (name === undefined || name === 'local') return openEmbedder();
  if (name === 'static') return openStaticEmbedder();
  throw new UsageError(`--embedder takes ${TIERS.join(' or ')}`);
}
