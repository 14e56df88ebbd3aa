// The demo's own data: the control plane's store and the demo's keys beside it, so that --keep goes on with the same users.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DemoError } from './options.ts';

export interface DemoKeys {
  readonly token: string;
  /** Root of the pseudonyms. */
  readonly hashKey: string;
}

export interface DemoFolder {
  readonly store: string;
  readonly keys: DemoKeys;
  /** True when an earlier demo left something. */
  readonly isUsed: boolean;
}

/** Empties the folder unless it is to be kept. Throws DemoError when another demo uses it. */
export function prepareFolder(folder: string, keep: boolean): DemoFolder {
  const store = path.join(folder, 'store');
  if (isInUse(store))
    throw new DemoError(`Another demo is running on ${folder}`, 'End it with Ctrl-C in its terminal, or set CLEW_DATA to another folder.');
  try {
    if (!keep) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, 'demo.json');
    const isUsed = existsSync(file);
    const keys = isUsed
      ? readKeys(file)
      : { token: `demo-${randomBytes(18).toString('base64url')}`, hashKey: randomBytes(32).toString('hex') };
    if (!isUsed) writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
    return { store, keys, isUsed };
  } catch (error) {
    if (error instanceof DemoError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new DemoError(`${folder} cannot be used (${code})`, 'Set CLEW_DATA to a folder that this user may write to.', error);
  }
}

function readKeys(file: string): DemoKeys {
  try {
    const { token, hashKey } = JSON.parse(readFileSync(file, 'utf8')) as Partial<DemoKeys>;
    if (typeof token === 'string' && typeof hashKey === 'string') return { token, hashKey };
  } catch {
    // Said below, together with the other way in which it can be wrong.
  }
  throw new DemoError(`${file} is damaged`, 'Start without --keep: that begins anew.');
}

/** The control plane holds SQLite's exclusive lock on this file for as long as it runs, and no longer. */
function isInUse(store: string): boolean {
  const file = path.join(store, 'clew.lock');
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
