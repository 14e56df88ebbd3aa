// Kill -9 at any moment under load: what was acknowledged is there, once, and the store opens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { systemClock } from '../../control-plane/src/kernel/index.ts';
import { startStoreProcess } from './store-process.ts';
import { ALL_VECTORS } from '../support/stored-vectors.ts';

const KILLS = 20;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clew-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Contents {
  readonly waiting: ReadonlySet<string>;
  readonly stored: ReadonlySet<string>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Reads the file itself, past the adapter, which must not be asked whether it is right. */
function contents(): Contents {
  const database = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  const ids = (table: string): Set<string> =>
    new Set(
      database
        .prepare(`SELECT id FROM ${table}`)
        .all()
        .map(({ id }) => String(id)),
    );
  const number = (text: string): number => Number(database.prepare(`SELECT ${text} AS n`).get()?.['n']);
  const read = {
    waiting: ids('journal'),
    stored: ids('requests'),
    counts: {
      requests: number('(SELECT count(*) FROM requests)'),
      calls: number('(SELECT sum(calls) FROM threads)'),
      vectors: number(`(SELECT count(*) FROM ${ALL_VECTORS})`),
      indexed: number('(SELECT count(*) FROM requests_fts_docsize)'),
      events: number("(SELECT count(DISTINCT payload ->> 'requestId') FROM events)"),
      announced: number('(SELECT count(*) FROM events)'),
    },
  };
  database.close();
  return read;
}

describe('kill -9 under load', () => {
  it(`loses nothing acknowledged and stores nothing twice, ${KILLS} times`, async () => {
    const accepted = new Set<string>();
    const stored = new Set<string>();
    let killedWhileWaiting = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const running = startStoreProcess('load', folder, `k${kill}`);
      await running.told('accepted');
      await sleep(Math.random() * 250);
      running.child.kill('SIGKILL');
      await running.ended;
      for (const line of running.lines) {
        const [what, ...ids] = line.split(' ');
        for (const id of ids) (what === 'accepted' ? accepted : stored).add(id);
      }

      const store = openSqlite({ folder, clock: systemClock });
      expect(store.check()).toEqual([]);
      const depth = await store.journal.depth();
      const found = contents();
      await store.close();

      expect([...accepted].filter((id) => !found.waiting.has(id) && !found.stored.has(id))).toEqual([]);
      expect([...stored].filter((id) => !found.stored.has(id))).toEqual([]);
      expect([...found.waiting].filter((id) => found.stored.has(id))).toEqual([]);
      expect(depth.waiting).toBe(found.waiting.size);
      const { requests } = found.counts;
      expect(found.counts).toEqual({
        requests,
        calls: requests,
        vectors: requests,
        indexed: requests,
        events: requests,
        announced: requests,
      });
      killedWhileWaiting += found.waiting.size > 0 ? 1 : 0;
    }
    // The load was real: work was under way at the kills, and much of it had been done.
    expect(killedWhileWaiting).toBeGreaterThan(KILLS / 2);
    expect(stored.size).toBeGreaterThan(500);
  });
});
