// The thread that carries the write-ahead log over: nothing is lost, what was deleted leaves the log, and without it commits do.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import { Checkpointer } from '../../control-plane/src/adapters/sqlite/checkpointer.ts';
import { Database } from '../../control-plane/src/adapters/sqlite/database.ts';
import { temporaryFolder } from './store-fixtures.ts';

const WORD = 'zwergdommel';
const PUT = 'INSERT INTO meta (key, value) VALUES (?, ?)';

function open(): { readonly database: Database; readonly checkpointer: Checkpointer; readonly file: string } {
  const file = path.join(temporaryFolder(), 'clew.db');
  const database = new Database(file);
  const checkpointer = new Checkpointer(database);
  onTestFinished(async () => {
    await checkpointer.stop();
    database.close();
  });
  return { database, checkpointer, file };
}
const walOf = (file: string): Buffer => readFileSync(`${file}-wal`);

describe('the write-ahead log beside a thread', () => {
  it('holds nothing of what was swept once it is settled, and the file has what was stored', async () => {
    const { database, checkpointer, file } = open();
    checkpointer.start();
    checkpointer.start();
    database.transaction(() => database.prepare(PUT).run('swept', WORD));
    database.transaction(() => database.prepare(PUT).run('kept', 'heron'));
    database.sweep(() => database.prepare("DELETE FROM meta WHERE key = 'swept'").run());
    expect(walOf(file).includes(WORD)).toBe(true);
    await checkpointer.settle();
    expect(walOf(file).includes(WORD)).toBe(false);
    expect(readFileSync(file).includes(WORD)).toBe(false);
    expect(readFileSync(file).includes('heron')).toBe(true);
    await checkpointer.stop();
    expect(checkpointer.isOn).toBe(false);
  });

  it('is emptied by sweeps themselves where there is no thread', async () => {
    const { database, checkpointer, file } = open();
    database.transaction(() => database.prepare(PUT).run('swept', WORD));
    database.sweep(() => database.prepare("DELETE FROM meta WHERE key = 'swept'").run());
    await checkpointer.settle();
    expect(statSync(`${file}-wal`).size).toBe(0);
  });

  it('syncs every commit but those of sweeps', () => {
    const { database } = open();
    const level = (): unknown => database.prepare('SELECT synchronous AS n FROM pragma_synchronous').get()?.['n'];
    expect(level()).toBe(2);
    expect(database.sweep(level)).toBe(1);
    expect(level()).toBe(2);
    expect(() =>
      database.sweep(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(level()).toBe(2);
  });
});
