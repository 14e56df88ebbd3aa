// Original values: opened from a gateway's box in memory, sealed at once under the data key of their subject, stored in the
// transaction of their request. Nothing here logs, and values are in no error.
import { createHash, randomBytes } from 'node:crypto';
import { openOriginals, x25519PrivateKey, x25519Raw, type Original, type Sample, type VaultKey } from '#contract';
import { scopeKey, type AuditTrail, type Scope } from '../kernel/index.ts';
import type { Deposit, MasterKeys, SealedValue, VaultStore, WrappedKey } from './ports.ts';
import { seal, unseal } from './seal.ts';

export interface Vault {
  /** What gateways seal for. */
  readonly key: VaultKey;
  /**
   * What is kept of a sample's box for its subject; undefined where it has none, or none that opens. Rejects where the
   * master key is out of reach.
   */
  deposit(scope: Scope, principal: string, sample: Sample): Promise<Deposit | undefined>;
  /** The kept values of a request; undefined where there are none. The caller has audited who asked. */
  open(scope: Scope, requestId: string, wanted: (value: SealedValue) => boolean): Promise<readonly Original[] | undefined>;
  /** Forgets the data key that is held in memory: the subject was erased. */
  forget(scope: Scope, principal: string): void;
  /** Wraps data keys anew that older master keys wrap; the values stay as they are. Answers how many. */
  rewrap(): Promise<number>;
}

export interface VaultParts {
  readonly store: VaultStore;
  readonly masters: MasterKeys;
  /** X25519, 32 bytes. */
  readonly privateKey: Uint8Array;
  readonly audit: AuditTrail;
  /** Whose log tells of the installation as a whole. */
  readonly scope: Scope;
}

interface DataKey {
  readonly key: Buffer;
  readonly wrapped: WrappedKey;
  readonly isNew: boolean;
  isRevoked: boolean;
}

const MAX_KEYS = 10_000;
const BATCH = 100;
const contextOf = (scope: Scope, principal: string): string => JSON.stringify([scopeKey(scope), principal]);
const placeOf = (scope: Scope, principal: string, requestId: string, token: string): string =>
  JSON.stringify([scopeKey(scope), principal, requestId, token]);

export function createVault({ store, masters, privateKey: raw, audit, scope: home }: VaultParts): Vault {
  const privateKey = x25519PrivateKey(raw);
  const publicKey = x25519Raw(privateKey);
  const keyId = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
  /** In order of use. */
  const known = new Map<string, Promise<DataKey>>();

  async function load(scope: Scope, principal: string): Promise<DataKey> {
    const context = contextOf(scope, principal);
    const wrapped = await store.key(scope, principal);
    if (wrapped)
      return { key: Buffer.from(await masters.unwrap(wrapped.master, wrapped.wrapped, context)), wrapped, isNew: false, isRevoked: false };
    const key = randomBytes(32);
    return { key, wrapped: { master: masters.current, wrapped: await masters.wrap(key, context) }, isNew: true, isRevoked: false };
  }

  /** One key a subject, however many of its requests are on their way. */
  function dataKey(scope: Scope, principal: string): Promise<DataKey> {
    const context = contextOf(scope, principal);
    const loading = known.get(context) ?? load(scope, principal);
    known.delete(context);
    known.set(context, loading);
    loading.catch(() => known.delete(context));
    if (known.size > MAX_KEYS) known.delete(known.keys().next().value ?? '');
    return loading;
  }

  return {
    key: { keyId, publicKey: publicKey.toString('base64') },
    async deposit(scope, principal, sample) {
      const sealed = sample.redaction?.sealed;
      if (sealed === undefined || sealed.keyId !== keyId || sample.principal === undefined) return undefined;
      const originals = openOriginals(privateKey, { sample: sample.id, principal: sample.principal.id }, sealed.box);
      if (originals === undefined || originals.length === 0) return undefined;
      const data = await dataKey(scope, principal);
      const values = originals.map(({ token, type, value }) => ({
        token,
        type,
        sealed: seal(data.key, Buffer.from(value), placeOf(scope, principal, sample.id, token)),
      }));
      return { key: data.wrapped, isNewKey: data.isNew, values, isRevoked: () => data.isRevoked };
    },
    async open(scope, requestId, wanted) {
      const found = await store.values(scope, requestId);
      if (!found) return undefined;
      const { principal } = found;
      const wrapped = await store.key(scope, principal);
      if (!wrapped) return undefined;
      const key = await masters.unwrap(wrapped.master, wrapped.wrapped, contextOf(scope, principal));
      return found.values.filter(wanted).map(({ token, type, sealed }) => ({
        token,
        type,
        value: unseal(key, sealed, placeOf(scope, principal, requestId, token)).toString('utf8'),
      }));
    },
    forget(scope, principal) {
      const context = contextOf(scope, principal);
      const loading = known.get(context);
      known.delete(context);
      loading?.then(
        (data) => {
          data.isRevoked = true;
          data.key.fill(0);
        },
        () => undefined,
      );
    },
    async rewrap() {
      let total = 0;
      const before = new Set<string>();
      for (;;) {
        const rows = await store.wrappedByOthers(masters.current, BATCH);
        for (const { scope, principal, key } of rows) {
          const context = contextOf(scope, principal);
          const wrapped = await masters.wrap(await masters.unwrap(key.master, key.wrapped, context), context);
          await store.rewrap(scope, principal, key, { master: masters.current, wrapped });
          // What is held in memory names the old wrapping.
          known.delete(context);
          before.add(key.master);
        }
        total += rows.length;
        if (rows.length < BATCH) break;
      }
      if (total > 0) {
        const details = { dataKeys: total, before: [...before], after: masters.current };
        await audit.append({ scope: home, kind: 'vault_rewrapped', actor: 'system', details });
      }
      return total;
    },
  };
}
