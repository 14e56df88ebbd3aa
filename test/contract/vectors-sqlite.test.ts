import { describe, expect, it } from 'vitest';
import type { VectorItem, Vectors } from '../../control-plane/src/ingest/ports.ts';
import { HERE, MODEL, openStore, storedTurn, unitVector, vectorItem } from './store-fixtures.ts';
import { unusedScope, vectorsSuite } from './vectors-suite.ts';

describe('Vectors (SQLite, in memory)', () => {
  vectorsSuite({ vectors: () => openStore().store.vectors, freshScope: unusedScope, runs: 25 });
});

describe('Vectors (SQLite, scope larger than the cache)', () => {
  vectorsSuite({ vectors: () => openStore({ vectorCacheBytes: 0 }).store.vectors, freshScope: unusedScope, runs: 15 });
});

/** A store in which each vector has its request, and stands in the row of that where both say the same. */
function withRequests(options: { readonly vectorCacheBytes?: number } = {}): Vectors {
  const { store } = openStore(options);
  const { vectors } = store;
  const upsert = async (items: readonly VectorItem[]): Promise<void> => {
    const turns = items.map(({ scope, id, principal, threadId, atMs }) =>
      storedTurn(id, threadId, { scope, principal, at: atMs / 1_000, embeddingModel: null }),
    );
    await store.turns.commit(turns, [], []);
    await vectors.upsert(items);
    await store.meta.set('repack_dense_vectors', String(Number.MAX_SAFE_INTEGER));
    for (let rows = 1; rows > 0;) rows = store.repack(7);
  };
  return new Proxy(vectors, {
    get: (target, name) => {
      if (name === 'upsert') return upsert;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('Vectors (SQLite, of stored requests)', () => {
  vectorsSuite({ vectors: () => withRequests(), freshScope: unusedScope, runs: 8 });
});

describe('Vectors (SQLite, of stored requests in a scope larger than the cache)', () => {
  vectorsSuite({ vectors: () => withRequests({ vectorCacheBytes: 0 }), freshScope: unusedScope, runs: 5 });
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
