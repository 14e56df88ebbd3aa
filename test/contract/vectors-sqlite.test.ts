import { describe, expect, it } from 'vitest';
import { HERE, MODEL, openStore, unitVector, vectorItem } from './store-fixtures.ts';
import { unusedScope, vectorsSuite } from './vectors-suite.ts';

describe('Vectors (SQLite, in memory)', () => {
  vectorsSuite({ vectors: () => openStore().store.vectors, freshScope: unusedScope, runs: 25 });
});

describe('Vectors (SQLite, scope larger than the cache)', () => {
  vectorsSuite({ vectors: () => openStore({ vectorCacheBytes: 0 }).store.vectors, freshScope: unusedScope, runs: 15 });
});

describe('Vectors (SQLite)', () => {
  it('survive reopening', async () => {
    const opened = openStore();
    await opened.store.vectors.upsert([vectorItem('a', 1), vectorItem('b', 2, { kind: 'answer' })]);
    const query = { scope: HERE, model: MODEL, vector: unitVector(2), limit: 5 };
    const before = await opened.store.vectors.nearest(query);
    expect(before).toHaveLength(2);
    expect(await (await opened.reopen()).vectors.nearest(query)).toEqual(before);
  });

  it('answer right while scopes push each other out of the cache', async () => {
    const { store } = openStore({ vectorCacheBytes: 12_000 });
    const scopes = Array.from({ length: 6 }, unusedScope);
    for (const scope of scopes) await store.vectors.upsert(Array.from({ length: 20 }, (_, i) => vectorItem(`r${i}`, i, { scope })));
    for (let round = 0; round < 3; round++) {
      for (const [index, scope] of scopes.entries()) {
        await store.vectors.upsert([vectorItem(`new${round}`, 100 + round, { scope, threadId: `t${index}` })]);
        const [hit] = await store.vectors.nearest({ scope, model: MODEL, vector: unitVector(100 + round), limit: 1 });
        expect(hit).toMatchObject({ id: `new${round}`, threadId: `t${index}` });
      }
    }
  });

  it('leave a vector of another length out instead of comparing it', async () => {
    const { store } = openStore();
    await store.vectors.upsert([vectorItem('a', 1), vectorItem('short', 1, { vector: unitVector(1, 8) })]);
    expect(await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(1, 12), limit: 5 })).toEqual([]);
    const hits = await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(1), limit: 5 });
    expect(hits.map(({ id }) => id)).toEqual(['a']);
  });
});
