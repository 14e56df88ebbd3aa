import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ClewError } from '../../kernel/index.ts';

/** A key of 32 bytes that is made once and stays. Throws ClewError 'unavailable' where the file holds something else. */
export function openSecret(file: string): Uint8Array {
  if (existsSync(file)) {
    const key = readFileSync(file);
    if (key.length === 32) return key;
    throw new ClewError('unavailable', `${file} is no key of 32 bytes; restore it from a backup`);
  }
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
  return key;
}
