// What is durable before names are redacted is readable only as long as it must be: rows are sealed under a key of the
// current epoch, and a key that no row needs any more is shredded. Ciphertext left in freed pages or a backup of the
// database is then noise.
//
// A key's life: current (seals and opens) → retired (opens) → shredded. A lease keeps a key from being shredded between
// sealing a row and the end of its append, when the journal does not name the key yet.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { secretKey } from '#contract';
import { randomHex, scopeKey, type Clock, type Randomness, type Scope } from '../kernel/index.ts';
import type { JournalKeyStore } from './ports.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const EPOCH_MS = 10 * 60 * 1000;
const EPOCH_ROWS = 1_000_000;

export interface SealedIdentity {
  readonly scope: Scope;
  readonly id: string;
}

export interface Lease {
  readonly keyId: string;
  /** Authenticated together with scope and id, so that rows cannot be swapped. */
  seal(row: SealedIdentity, clear: Uint8Array): Uint8Array;
  /** After the append was answered, whatever the answer. */
  release(): void;
}

export interface JournalKeys {
  lease(): Promise<Lease>;
  /** Rejects when the key is gone or the row was tampered with. */
  open(row: SealedIdentity & { readonly keyId: string; readonly sealed: Uint8Array }): Promise<Buffer>;
  /** Shreds every key that neither a lease nor a row of the journal needs; answers how many. */
  sweep(keysInUse: () => Promise<readonly string[]>): Promise<number>;
  /** Ends the current epoch, so that the next sweep can shred its key. */
  retire(): void;
}

interface Epoch {
  readonly id: string;
  readonly key: Uint8Array;
  readonly bornMs: number;
  rows: number;
  leases: number;
}

export function createJournalKeys(parts: { store: JournalKeyStore; clock: Clock; randomness: Randomness }): JournalKeys {
  const { store, clock, randomness } = parts;
  const opened = new Map<string, Uint8Array>();
  const leased = new Map<string, Epoch>();
  let current: Promise<Epoch> | undefined;
  let live: Epoch | undefined;

  const isOver = (epoch: Epoch): boolean => clock.nowMs() - epoch.bornMs >= EPOCH_MS || epoch.rows >= EPOCH_ROWS;

  async function begin(): Promise<Epoch> {
    const epoch: Epoch = { id: randomHex(randomness, 8), key: randomness.bytes(32), bornMs: clock.nowMs(), rows: 0, leases: 0 };
    await store.write(epoch.id, epoch.key);
    opened.set(epoch.id, epoch.key);
    live = epoch;
    return epoch;
  }

  async function lease(): Promise<Lease> {
    if (live && isOver(live)) retire();
    if (!current) {
      const beginning = begin();
      current = beginning;
      beginning.catch(() => {
        if (current === beginning) current = undefined;
      });
    }
    const epoch = await current;
    epoch.leases += 1;
    leased.set(epoch.id, epoch);
    let isReleased = false;
    return {
      keyId: epoch.id,
      seal(row, clear) {
        epoch.rows += 1;
        return encrypt(epoch.key, randomness.bytes(NONCE_BYTES), row, clear);
      },
      release() {
        if (isReleased) return;
        isReleased = true;
        epoch.leases -= 1;
        if (epoch.leases === 0) leased.delete(epoch.id);
      },
    };
  }

  function retire(): void {
    current = undefined;
    live = undefined;
  }

  return {
    lease,
    retire,
    async open(row) {
      const key = opened.get(row.keyId) ?? (await store.read(row.keyId));
      if (!key) throw new Error('The journal key of the row is gone');
      opened.set(row.keyId, key);
      return decrypt(key, row);
    },
    async sweep(keysInUse) {
      if (live && isOver(live)) retire();
      // First who cannot get a new row, then what the rows need: a key that is idle before the question stays idle.
      const idle = (await store.list()).filter((id) => id !== live?.id && !leased.has(id));
      if (current && !live) return 0;
      const needed = new Set(await keysInUse());
      const unneeded = idle.filter((id) => !needed.has(id));
      for (const id of unneeded) {
        opened.get(id)?.fill(0);
        opened.delete(id);
        await store.shred(id);
      }
      return unneeded.length;
    },
  };
}

const identity = ({ scope, id }: SealedIdentity): Buffer => Buffer.from(`${scopeKey(scope)}/${id}`, 'utf8');

function encrypt(key: Uint8Array, nonce: Uint8Array, row: SealedIdentity, clear: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', secretKey(key), nonce);
  cipher.setAAD(identity(row));
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, row: SealedIdentity & { readonly sealed: Uint8Array }): Buffer {
  const { sealed } = row;
  const decipher = createDecipheriv('aes-256-gcm', secretKey(key), sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(identity(row));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}
