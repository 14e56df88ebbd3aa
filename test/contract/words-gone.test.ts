// Whether words that were removed can be found in the bytes of the files: each request has one of its own, which nobody else uses.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../control-plane/src/kernel/index.ts';
import { purge } from '../../control-plane/src/retention/index.ts';
import { HERE, openStore, storedTurn } from './store-fixtures.ts';

const REQUESTS = 600;

interface Row {
  readonly id: string;
  readonly word: string;
  readonly who: string;
  readonly isOld: boolean;
}

async function filled() {
  const opened = openStore();
  const rows = Array.from({ length: REQUESTS }, (_, n): Row => {
    return { id: `r${n}`, word: randomBytes(7).toString('hex'), who: `p${n % 20}`, isOld: n % 10 < 5 };
  });
  for (let from = 0; from < REQUESTS; from += 30) {
    const turns = rows.slice(from, from + 30).map(({ id, word, who, isOld }, n) =>
      storedTurn(id, `t-${from}-${n % 6}`, {
        principal: who,
        at: opened.clock.ms / 1_000 - (isOld ? 40 : 1) * 86_400 + n,
        prompt: `${word} ${'What is kept where, and for whom is it? '.repeat(8)} ${word}`,
        answer: `In ${word}x.`,
      }),
    );
    await opened.store.turns.commit(turns, [], []);
  }
  return { ...opened, rows };
}
/** Pages of the index leave out how a word begins where the one before begins so too. */
const LEFT_OUT = 4;
const found = (folder: string, rows: readonly Row[]): readonly string[] => {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith('clew.db'))
    .map((name) => readFileSync(path.join(folder, name)));
  return rows.filter(({ word }) => files.some((bytes) => bytes.includes(word.slice(LEFT_OUT)))).map(({ word }) => word);
};

describe('words that were removed', () => {
  it.each(['texts', 'requests'] as const)('stand in no file after a purge of %s', async (what) => {
    const { store, folder, clock, rows } = await filled();
    const old = rows.filter(({ isOld }) => isOld);
    expect(found(folder, old)).toHaveLength(old.length);
    const days = { textDays: 30, embeddingDays: 30, vaultDays: 30, identityDays: 300, metadataDays: what === 'texts' ? 300 : 30 };
    await purge({ store: store.retention, policy: () => days, clock, logger: silentLogger });
    expect(found(folder, old)).toEqual([]);
    const kept = rows.filter(({ isOld }) => !isOld);
    for (const { word, id } of kept.slice(0, 20)) expect((await store.texts.match(HERE, [word], 5))[0]?.requestId).toBe(id);
    expect(store.check()).toEqual([]);
  });

  it('stand in no file after a purge beside others who write, and what those wrote is there', async () => {
    const { store, folder, clock, rows } = await filled();
    store.checkpointBeside();
    let isDone = false;
    const written: string[] = [];
    const writing = (async () => {
      while (!isDone) {
        const word = randomBytes(7).toString('hex');
        const turn = storedTurn(`n${written.length}`, `n-${written.length % 9}`, { at: clock.ms / 1_000, prompt: `And ${word}?` });
        await store.turns.commit([turn], [], []);
        written.push(word);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const days = { textDays: 30, embeddingDays: 30, vaultDays: 30, identityDays: 300, metadataDays: 30 };
    await purge({ store: store.retention, policy: () => days, clock, logger: silentLogger, batch: 7 });
    isDone = true;
    await writing;
    // Whose pages were in memory meanwhile is the next pass's.
    await store.retention.settle();
    const old = rows.filter(({ isOld }) => isOld);
    expect(found(folder, old)).toEqual([]);
    expect(store.check()).toEqual([]);
    expect(written.length).toBeGreaterThan(5);
    for (const [n, word] of written.entries()) expect((await store.texts.match(HERE, [word], 2))[0]?.requestId).toBe(`n${n}`);
  });

  it('of an erased person stand in no file after the next pass, whether the index is in one piece or in many', async () => {
    const { store, folder, clock, rows } = await filled();
    const days = { textDays: 300, embeddingDays: 300, vaultDays: 300, identityDays: 300, metadataDays: 300 };
    for (const person of ['p3', 'p14']) {
      for (const place of store.erasables) await place.erase(HERE, person);
      await purge({ store: store.retention, policy: () => days, clock, logger: silentLogger });
      const theirs = rows.filter(({ who }) => who === person);
      expect(theirs).toHaveLength(REQUESTS / 20);
      expect(found(folder, theirs)).toEqual([]);
    }
    expect(store.check()).toEqual([]);
  });
});
