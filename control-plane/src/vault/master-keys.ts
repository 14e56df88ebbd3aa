import { createHash } from 'node:crypto';
import { ClewError } from '../kernel/index.ts';
import type { MasterKeys } from './ports.ts';
import { seal, unseal } from './seal.ts';

/** Master keys that are here, as bytes: the first wraps, all of them unwrap. Throws RangeError for keys that are not 32 bytes. */
export function localMasterKeys(keys: readonly Uint8Array[]): MasterKeys {
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  const [first] = keys;
  if (first === undefined) throw new RangeError('There is no master key');
  const of = (id: string): Uint8Array => {
    const key = byId.get(id);
    if (key === undefined) {
      throw new ClewError('unavailable', `the master key ${id} of the vault is not here; give it behind the newer ones in CLEW_VAULT_KEYS`);
    }
    return key;
  };
  const current = idOf(first);
  return {
    current,
    wrap: (dataKey, context) => Promise.resolve(seal(of(current), dataKey, context)),
    unwrap: async (id, wrapped, context) => Promise.resolve(unseal(of(id), wrapped, context)),
  };
}

/** Names a key and says nothing of it. */
function idOf(key: Uint8Array): string {
  if (key.length !== 32) throw new RangeError('A master key has 32 bytes');
  return createHash('sha256').update('clew vault master key\0').update(key).digest('hex').slice(0, 16);
}
