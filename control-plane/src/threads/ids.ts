import { createHash } from 'node:crypto';

/** Ids that any replica derives alike: the same seed (scope and principal) and first request give the same id, anywhere. */
export function derivedId(prefix: 't_' | 's_', seed: string, key: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([prefix, seed, key]))
    .digest('hex');
  return prefix + digest.slice(0, 20);
}
