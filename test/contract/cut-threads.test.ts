// A thread of which more is due than fits into a batch of the purge: its row is made anew once, also where the process died before.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../control-plane/src/kernel/index.ts';
import { purge } from '../../control-plane/src/retention/index.ts';
import { HERE, openStore, storedTurn, type OpenStore } from './store-fixtures.ts';

const DAY_S = 86_400;
const DAYS = { textDays: 30, embeddingDays: 30, vaultDays: 30, identityDays: 300, metadataDays: 30 };
const OLD = 40;
const NEW = 5;

async function filled(): Promise<OpenStore> {
  const opened = openStore();
  const nowS = opened.clock.ms / 1_000;
  const turns = Array.from({ length: OLD + NEW }, (_, n) =>
    storedTurn(`r${n}`, 'long', { at: nowS - (n < OLD ? 40 : 1) * DAY_S + n, prompt: `question ${n}` }),
  );
  // Short ones in between, in time.
  const others = Array.from({ length: 6 }, (_, n) => storedTurn(`s${n}`, `short-${n}`, { at: nowS - 40 * DAY_S + n * 5 }));
  await opened.store.turns.commit([...turns, ...others], [], []);
  return opened;
}

function threadsIn(folder: string): readonly { readonly id: string; readonly calls: number; readonly title: string }[] {
  const file = new DatabaseSync(path.join(folder, 'clew.db'), { readOnly: true });
  const rows = file.prepare('SELECT id, calls, title FROM threads ORDER BY id').all();
  file.close();
  return rows.map(({ id, calls, title }) => ({ id: String(id), calls: Number(calls), title: String(title) }));
}
const LEFT = [{ id: 'long', calls: NEW, title: `question ${OLD}` }];

describe('a thread that is purged in parts', () => {
  it('has the row of what is left of it', async () => {
    const { store, folder, clock } = await filled();
    const { requests } = await purge({ store: store.retention, policy: () => DAYS, clock, logger: silentLogger, batch: 7 });
    expect(requests).toBe(OLD + 6);
    expect(threadsIn(folder)).toEqual(LEFT);
  });

  it('has it also where the process ended within it, and where nothing more is due of it by then', async () => {
    const opened = await filled();
    const before = opened.clock.ms - 30 * DAY_S * 1_000;
    expect(await opened.store.retention.purgeRequests(HERE, before, 7)).toBe(7);
    await opened.reopen();
    // Everything else of it is kept longer now: nothing is due, and the row is mended all the same.
    expect(await opened.store.retention.purgeRequests(HERE, 0, 7)).toBe(0);
    expect(threadsIn(opened.folder).find(({ id }) => id === 'long')).toMatchObject({ calls: OLD + NEW - 7 });
    const { clock, store } = opened;
    await purge({ store: store.retention, policy: () => DAYS, clock, logger: silentLogger, batch: 7 });
    expect(threadsIn(opened.folder)).toEqual(LEFT);
  });

  it('loses its texts so as well', async () => {
    const { store, folder, clock } = await filled();
    const { texts } = await purge({
      store: store.retention,
      policy: () => ({ ...DAYS, metadataDays: 300 }),
      clock,
      logger: silentLogger,
      batch: 7,
    });
    expect(texts).toBe(OLD + 6);
    const long = threadsIn(folder).find(({ id }) => id === 'long');
    expect(long).toMatchObject({ calls: OLD + NEW, title: `question ${OLD}` });
  });
});
