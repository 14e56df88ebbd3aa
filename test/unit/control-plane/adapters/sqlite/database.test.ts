import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../../../control-plane/src/adapters/sqlite/database.ts';
import { openSqlite } from '../../../../../control-plane/src/adapters/sqlite/index.ts';
import { ClewError, systemClock } from '../../../../../control-plane/src/kernel/index.ts';
import { openStore, storedTurn, temporaryFolder } from '../../../../contract/store-fixtures.ts';

function errorOf(folder: string): ClewError {
  try {
    void openSqlite({ folder, clock: systemClock }).close();
  } catch (error) {
    if (error instanceof ClewError) return error;
    throw error;
  }
  throw new Error('It opened.');
}

describe('the file clew.db', () => {
  it('is refused, and left alone, when a newer version wrote it', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'clew.db');
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 999; CREATE TABLE requests (future TEXT);');
    newer.close();
    const error = errorOf(folder);
    expect(error.code).toBe('unavailable');
    expect(error.detail).toMatch(/schema 999, this version knows \d+; start the newer version/);
    const after = new DatabaseSync(file);
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toHaveLength(1);
    after.close();
  });

  it('is refused, naming the file and the way out, when it is no database', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'clew.db'), 'these are not the pages of a database'.repeat(300));
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = errorOf(folder);
      expect(error.code).toBe('unavailable');
      expect(error.detail).toContain(path.join(folder, 'clew.db'));
      expect(error.detail).toContain('backup');
    }
  });

  it('says so when it cannot grow, and takes writes again when it can', () => {
    const database = new Database(path.join(temporaryFolder(), 'clew.db'));
    const pages = (most: number): void => void database.prepare(`PRAGMA max_page_count = ${most}`).get();
    database.probe();
    database.prepare('VACUUM').run();
    pages(Number(database.prepare('PRAGMA page_count').get()?.['page_count']));
    expect(() => database.probe()).toThrow(/disk is full/);
    pages(1_000_000);
    database.probe();
    expect(database.prepare("SELECT count(*) AS n FROM meta WHERE key = 'probe'").get()).toEqual({ n: 0 });
    database.close();
  });

  it('belongs to its user alone', async () => {
    const folder = path.join(temporaryFolder(), 'made', 'on', 'the', 'way');
    const store = openSqlite({ folder, clock: systemClock });
    await store.turns.commit([storedTurn('a', 't')], [], []);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const name of ['clew.db', 'clew.db-wal', 'clew.pid']) expect(statSync(path.join(folder, name)).mode & 0o077, name).toBe(0);
    await store.close();
    await store.close();
  });

  it('tells which faults it has', async () => {
    const { store, folder } = openStore();
    await store.turns.commit(
      Array.from({ length: 50 }, (_, i) => storedTurn(`r${i}`, `t${i}`, { prompt: `question ${i} `.repeat(40) })),
      [],
      [],
    );
    expect(store.check()).toEqual([]);
    await store.close();
    const damaged = new DatabaseSync(path.join(folder, 'clew.db'), { defensive: false });
    damaged.exec(
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'kind TEXT NOT NULL', 'kind INTEGER NOT NULL') WHERE name = 'requests'",
    );
    damaged.close();
    const again = openSqlite({ folder, clock: systemClock });
    expect(again.check().length).toBeGreaterThan(0);
    await again.close();
  });

  it('says that the disk is full, keeps nothing of it, and goes on when there is room', () => {
    const file = path.join(temporaryFolder(), 'clew.db');
    const database = new Database(file);
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
    database.prepare(`PRAGMA max_page_count = ${pages + 5}`).get();
    const write = (bytes: number): void =>
      database.transaction(() => {
        database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('small', 'value');
        database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('large', 'x'.repeat(bytes));
      });
    expect(() => write(100_000)).toThrow(/Not ready: .*clew\.db cannot be written: the disk is full; nothing of this was stored/);
    expect(database.prepare('SELECT count(*) AS n FROM meta').get()).toEqual({ n: 0 });
    write(10);
    expect(database.prepare('SELECT count(*) AS n FROM meta').get()).toEqual({ n: 2 });
    database.close();
  });

  it('answers what was queued when it closes', async () => {
    const { store } = openStore();
    const scope = { tenant: 'a', environment: 'b' };
    const accepted = store.journal.append([{ scope, id: 'x', receivedAtMs: 1, sealed: Buffer.from('x'), keyId: 'k' }]);
    await store.close();
    expect(await accepted).toEqual({ appended: 1, duplicates: [] });
    const late = store.journal.append([{ scope, id: 'y', receivedAtMs: 1, sealed: Buffer.from('y'), keyId: 'k' }]);
    await expect(late).rejects.toThrow();
  });
});
