import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { ClewError, systemClock } from '../../control-plane/src/kernel/index.ts';
import { startStoreProcess } from './store-process.ts';

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function refusal(folder: string): ClewError {
  try {
    void openSqlite({ folder, clock: systemClock }).close();
  } catch (error) {
    if (error instanceof ClewError) return error;
    throw error;
  }
  throw new Error('The folder was not locked.');
}

it('a folder belongs to one process; the other is told whose it is; kill -9 gives it free', async () => {
  const folder = newFolder();
  const holder = startStoreProcess('hold', folder);
  await holder.told('opened');
  const error = refusal(folder);
  expect(error.code).toBe('locked');
  expect(error.detail).toContain(`process ${holder.child.pid}`);
  expect(error.detail).toContain(folder);
  holder.child.kill('SIGKILL');
  await holder.ended;
  const store = openSqlite({ folder, clock: systemClock });
  expect(readFileSync(path.join(folder, 'clew.pid'), 'utf8')).toBe(`${process.pid}\n`);
  expect(refusal(folder).detail).toContain(`process ${process.pid}`);
  await store.close();
});

it('a damaged lock file is told as such', () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'clew.lock'), 'garbage, longer than nothing');
  expect(refusal(folder).detail).toContain('clew.lock');
});

it('a pid file alone locks nobody out, whatever stands in it', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'clew.pid'), '1\n');
  await openSqlite({ folder, clock: systemClock }).close();
});
