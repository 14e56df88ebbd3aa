import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ClewError } from '../../kernel/index.ts';

/** What the store knows of a key. */
export interface KnownSecret {
  /** Of the key that the store was written with (fingerprintOf); undefined where it was never noted. */
  readonly fingerprint: string | undefined;
  /** The store holds what only the key that was there before makes sense of. */
  readonly isNeeded: boolean;
}

/** Tells one key from another, and nothing about either. */
export function fingerprintOf(key: Uint8Array): string {
  return createHash('sha256').update('clew key fingerprint\0').update(key).digest('hex').slice(0, 32);
}

/**
 * A key of 32 bytes that is made once and stays. Throws ClewError 'key_lost' where the store was written with a key that is
 * not there any more: a new one would make pseudonyms, signatures and sealed values worthless, silently.
 */
export function openSecret(file: string, known: KnownSecret = { fingerprint: undefined, isNeeded: false }): Uint8Array {
  if (existsSync(file)) {
    const key = readFileSync(file);
    if (key.length !== 32) throw new ClewError('key_lost', `${file} is no key of 32 bytes`);
    if (known.fingerprint !== undefined && known.fingerprint !== fingerprintOf(key)) {
      throw new ClewError('key_lost', `${file} is another key than the one that the store was written with`);
    }
    return key;
  }
  if (known.fingerprint !== undefined || known.isNeeded) throw new ClewError('key_lost', `${file} is missing, and the store is not new`);
  return create(file);
}

function create(file: string): Uint8Array {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const key = randomBytes(32);
  const fresh = `${file}.fresh`;
  const descriptor = openSync(fresh, 'w', 0o600);
  try {
    writeSync(descriptor, key);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  const folder = openSync(path.dirname(file), 'r');
  try {
    // The name too must be on the disk before anything is written that needs the key.
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return key;
}
