// A sample that kills the process which works on it: it is found, set aside, and costs no other sample anything.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite, type SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';

const scope = { tenant: 'acme', environment: 'production' };
let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'clew-poison-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let nowMs = 1_000_000;
const clock = { nowMs: () => nowMs };
let lives = 0;

/** The next process on what the last one left on disk. The last one is not asked: it died. */
function revive(last: string): { store: SqliteStore; folder: string } {
  const folder = path.join(root, `life-${(lives += 1)}`);
  cpSync(last, folder, { recursive: true, filter: (file) => !file.endsWith('.lock') });
  return { store: openSqlite({ folder, clock }), folder };
}

/** Works until the poison is in hand ("dies") or nothing is due. Answers what was done, and the sizes of the groups. */
async function live(store: SqliteStore, poison: string): Promise<{ died: boolean; done: string[]; groups: number[] }> {
  const done: string[] = [];
  const groups: number[] = [];
  for (;;) {
    const rows = await store.journal.claim(256, nowMs);
    if (rows.length === 0) return { died: false, done, groups };
    groups.push(rows.length);
    if (rows.some(({ id }) => id === poison)) return { died: true, done, groups };
    await store.turns.commit(
      [],
      rows.map(({ seq }) => seq),
      [],
    );
    done.push(...rows.map(({ id }) => id));
  }
}

describe('a sample that kills the process', () => {
  it('stands alone after three deaths, waits longer after each, and the others are done', async () => {
    const folder = path.join(root, 'life-0');
    let store = openSqlite({ folder, clock });
    const opened = [store];
    const ids = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const entry = (id: string) => ({ scope, id, receivedAtMs: nowMs, sealed: Buffer.from(id), keyId: 'k' });
    await store.journal.append(ids.map(entry));
    const done: string[] = [];
    const groups: number[][] = [];
    let last = folder;
    for (let life = 0; life < 4; life += 1) {
      const result = await live(store, 's37');
      expect(result.died).toBe(true);
      done.push(...result.done);
      groups.push(result.groups);
      ({ store, folder: last } = revive(last));
      opened.push(store);
    }
    // 100 at once, then 16 at a time, then 4, then one by one.
    expect(groups.map((list) => Math.max(...list))).toEqual([100, 16, 4, 1]);
    const rest = await live(store, 's37');
    expect(rest.died).toBe(false);
    done.push(...rest.done);
    expect(new Set(done)).toEqual(new Set(ids.filter((id) => id !== 's37')));
    expect(done).toHaveLength(99);

    // New samples do not wait for it, and it is not lost: it is due again after its pause, in hand alone.
    await store.journal.append([entry('fresh')]);
    expect(await live(store, 's37')).toMatchObject({ died: false, done: ['fresh'] });
    expect(await store.journal.depth()).toMatchObject({ waiting: 1, buried: 0 });
    nowMs += 60 * 60_000;
    await store.journal.append([entry('later')]);
    const [suspect, ...others] = await store.journal.claim(256, nowMs);
    expect([suspect?.id, others.length]).toEqual(['s37', 0]);
    expect(await store.journal.claim(256, nowMs)).toEqual([]);
    await store.turns.commit([], [suspect!.seq], []);
    expect((await store.journal.claim(256, nowMs)).map(({ id }) => id)).toEqual(['later']);
    for (const each of opened) await each.close();
  });

  it('is not suspected after an end in good order', async () => {
    const folder = mkdtempSync(path.join(root, 'good-'));
    const first = openSqlite({ folder, clock });
    await first.journal.append(['a', 'b'].map((id) => ({ scope, id, receivedAtMs: nowMs, sealed: Buffer.from(id), keyId: 'k' })));
    expect(await first.journal.claim(10, nowMs)).toHaveLength(2);
    await first.close();
    const second = openSqlite({ folder, clock });
    await second.journal.append([{ scope, id: 'c', receivedAtMs: nowMs, sealed: Buffer.from('c'), keyId: 'k' }]);
    expect(await second.journal.claim(10, nowMs)).toHaveLength(3);
    await second.close();
  });
});
