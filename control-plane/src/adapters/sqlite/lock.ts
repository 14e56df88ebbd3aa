// One process a data folder. Two writers on one file are slow at best; a second control plane would also claim the same journal rows.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ClewError } from '../../kernel/index.ts';

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

function holder(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^\d{1,10}$/.test(pid) ? `process ${pid}` : 'another process';
  } catch {
    return 'another process';
  }
}

/**
 * Takes the folder for this process or throws ClewError 'locked' with the holder's pid, or 'unavailable' where the lock file is damaged.
 *
 * The lock is SQLite's exclusive lock on an empty database of its own, held open: the kernel drops it when the process
 * ends in whatever way, so nothing has to be cleaned up after kill -9, and a stale pid file locks nobody out. The pid
 * file only tells people whom to stop. (POSIX drops the lock too when the same process opens and closes clew.lock by
 * other means: nothing may read that file but this module.)
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = path.join(folder, 'clew.pid');
  const database = new DatabaseSync(path.join(folder, 'clew.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    const code = (error as { errcode?: number }).errcode;
    if (code === SQLITE_NOTADB)
      throw new ClewError('unavailable', `clew.lock in ${folder} is damaged; it holds nothing: remove it`, { cause: error });
    if (code !== SQLITE_BUSY) throw error;
    throw new ClewError('locked', `${holder(pidFile)} uses ${folder}`, { cause: error });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release: () => {
      // The pid file is left: removing it could hit the file of a successor that starts at this moment.
      database.close();
    },
  };
}
