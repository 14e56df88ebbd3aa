// What every adapter of the Vectors port promises. Adapters differ in where vectors lie, in nothing that is seen here.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { VectorHit, VectorItem, Vectors } from '../../control-plane/src/ingest/ports.ts';
import type { Scope } from '../../control-plane/src/kernel/index.ts';
import { MODEL, unitVector, vectorItem } from './store-fixtures.ts';

/** A Vectors to test; each call may give the same store, as long as the scopes that `freshScope` gives are unused. */
export interface VectorsHarness {
  vectors(): Vectors;
  freshScope(): Scope;
  /** Random cases for the properties: fewer where each costs round trips. */
  readonly runs: number;
}

let counter = 0;
/** Scopes that no other test of the process has used. */
export const unusedScope = (): Scope => ({ tenant: `tenant-${process.pid}-${counter++}`, environment: 'production' });

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/** The definition: the better vector of each request, best first. */
function bruteForce(items: readonly VectorItem[], vector: Float32Array, limit: number): { readonly id: string; readonly score: number }[] {
  const best = new Map<string, number>();
  for (const item of items) best.set(item.id, Math.max(best.get(item.id) ?? -1, cosine(item.vector, vector)));
  return [...best]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

function expectSame(hits: readonly VectorHit[], wanted: readonly { readonly id: string; readonly score: number }[]): void {
  expect(hits.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  for (const [index, hit] of hits.entries()) expect(hit.score).toBeCloseTo(wanted[index]!.score, 4);
}

const idsOf = (hits: readonly VectorHit[]): string[] => hits.map(({ id }) => id).sort();

export function vectorsSuite(harness: VectorsHarness): void {
  it('finds what was stored at once, best first, with its thread and cosine', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    const items = Array.from({ length: 30 }, (_, i) => vectorItem(`r${i}`, i, { scope }));
    await vectors.upsert(items);
    const hits = await vectors.nearest({ scope, model: MODEL, vector: unitVector(7), limit: 5 });
    expect(hits[0]).toMatchObject({ id: 'r7', threadId: 'thread-r7' });
    expect(hits[0]!.score).toBeCloseTo(1, 4);
    expectSame(hits, bruteForce(items, unitVector(7), 5));
  });

  it('is empty where nothing was stored', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    expect(await vectors.nearest({ scope, model: MODEL, vector: unitVector(1), limit: 5 })).toEqual([]);
    expect(await vectors.nearest({ scope, model: 'never-seen', vector: unitVector(1), limit: 5 })).toEqual([]);
    expect(await vectors.count(scope)).toBe(0);
    expect(await vectors.removePrincipal(scope, 'p1')).toBe(0);
    expect(await vectors.removeBefore(scope, 1e15, 10)).toBe(0);
    await vectors.upsert([]);
  });

  it('gives one hit a request: its better kind', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert([vectorItem('a', 1, { scope }), vectorItem('a', 2, { scope, kind: 'answer' }), vectorItem('b', 3, { scope })]);
    const hits = await vectors.nearest({ scope, model: MODEL, vector: unitVector(2), limit: 10 });
    expect(idsOf(hits)).toEqual(['a', 'b']);
    expect(hits[0]).toMatchObject({ id: 'a' });
    expect(hits[0]!.score).toBeCloseTo(1, 4);
    expect(await vectors.nearest({ scope, model: MODEL, vector: unitVector(2), limit: 1 })).toHaveLength(1);
  });

  it('replaces on a second upsert and counts once', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert([vectorItem('a', 1, { scope }), vectorItem('b', 2, { scope })]);
    await vectors.nearest({ scope, model: MODEL, vector: unitVector(1), limit: 1 });
    const moved = vectorItem('a', 9, { scope, threadId: 'elsewhere', principal: 'p9', atMs: 5_000 });
    await vectors.upsert([moved]);
    await vectors.upsert([moved]);
    expect(await vectors.count(scope)).toBe(2);
    const [hit] = await vectors.nearest({ scope, model: MODEL, vector: unitVector(9), limit: 1 });
    expect(hit).toMatchObject({ id: 'a', threadId: 'elsewhere' });
    expect(hit!.score).toBeCloseTo(1, 4);
    const query = { scope, model: MODEL, vector: unitVector(9), limit: 10 };
    expect(idsOf(await vectors.nearest({ ...query, principal: 'p9' }))).toEqual(['a']);
    expect(idsOf(await vectors.nearest({ ...query, principal: 'p1' }))).toEqual(['b']);
    expect(idsOf(await vectors.nearest({ ...query, fromMs: 5_000 }))).toEqual(['a']);
  });

  it('keeps to principal and time, bounds included', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert([
      vectorItem('a', 1, { scope, atMs: 1_000 }),
      vectorItem('b', 2, { scope, atMs: 2_000 }),
      vectorItem('c', 3, { scope, atMs: 3_000, principal: 'p2' }),
      vectorItem('d', 4, { scope, atMs: 1_772_366_400_123, principal: null }),
    ]);
    const query = { scope, model: MODEL, vector: unitVector(1), limit: 10 };
    for (let round = 0; round < 2; round++) {
      expect(idsOf(await vectors.nearest({ ...query, principal: 'p1' }))).toEqual(['a', 'b']);
      expect(idsOf(await vectors.nearest({ ...query, principal: 'p' }))).toEqual([]);
      expect(idsOf(await vectors.nearest({ ...query, fromMs: 2_000, toMs: 3_000 }))).toEqual(['b', 'c']);
      expect(idsOf(await vectors.nearest({ ...query, principal: 'p1', fromMs: 2_000 }))).toEqual(['b']);
      expect(idsOf(await vectors.nearest({ ...query, fromMs: 1_772_366_400_123 }))).toEqual(['d']);
      expect(idsOf(await vectors.nearest(query))).toEqual(['a', 'b', 'c', 'd']);
    }
  });

  it('never crosses tenants, environments or models', async () => {
    const vectors = harness.vectors();
    const { tenant } = harness.freshScope();
    const scopes = [
      { tenant, environment: 'production' },
      { tenant, environment: 'test' },
      { tenant: `${tenant}-x`, environment: 'production' },
    ];
    await vectors.upsert(scopes.map((scope, index) => vectorItem('same-id', index, { scope, threadId: `in-${index}` })));
    await vectors.upsert([vectorItem('other', 0, { scope: scopes[0]!, model: 'test-model-2' })]);
    for (const [index, scope] of scopes.entries()) {
      const hits = await vectors.nearest({ scope, model: MODEL, vector: unitVector(0), limit: 10 });
      expect(hits.map(({ threadId }) => threadId)).toEqual([`in-${index}`]);
    }
    expect(idsOf(await vectors.nearest({ scope: scopes[0]!, model: 'test-model-2', vector: unitVector(0), limit: 10 }))).toEqual(['other']);
    expect(await vectors.count(scopes[0]!)).toBe(2);
    expect(await vectors.removePrincipal(scopes[0]!, 'p1')).toBe(2);
    expect(await vectors.count(scopes[1]!)).toBe(1);
    expect(await vectors.count(scopes[2]!)).toBe(1);
  });

  it('names the thread that requests were moved to, in every model, and touches nothing else', async () => {
    const vectors = harness.vectors();
    const { tenant } = harness.freshScope();
    const [here, there] = [
      { tenant, environment: 'production' },
      { tenant, environment: 'test' },
    ];
    const items = [
      vectorItem('a', 1, { scope: here }),
      vectorItem('a', 2, { scope: here, kind: 'answer' }),
      vectorItem('b', 3, { scope: here }),
    ];
    await vectors.upsert([...items, vectorItem('a', 1, { scope: there })]);
    await vectors.upsert([vectorItem('a', 1, { scope: here, model: 'test-model-2' })]);
    const threads = async (scope: Scope, model = MODEL): Promise<Record<string, string>> => {
      const hits = await vectors.nearest({ scope, model, vector: unitVector(2), limit: 10 });
      return Object.fromEntries(hits.map(({ id, threadId }) => [id, threadId]));
    };
    await threads(here);
    for (let round = 0; round < 2; round++) {
      await vectors.reassign(here, [
        { id: 'a', threadId: 'moved' },
        { id: 'never stored', threadId: 'moved' },
      ]);
      expect(await threads(here)).toEqual({ a: 'moved', b: 'thread-b' });
      expect(await threads(here, 'test-model-2')).toEqual({ a: 'moved' });
      expect(await threads(there)).toEqual({ a: 'thread-a' });
    }
    // Vectors and what they are filtered by stay.
    const [hit] = await vectors.nearest({ scope: here, model: MODEL, vector: unitVector(2), limit: 1, principal: 'p1' });
    expect(hit).toMatchObject({ id: 'a', threadId: 'moved' });
    expect(hit!.score).toBeCloseTo(1, 4);
    expect(await vectors.count(here)).toBe(4);
    expect(await vectors.removePrincipal(here, 'p1')).toBe(4);
    await vectors.reassign(here, [{ id: 'a', threadId: 'moved again' }]);
    expect(await vectors.count(here)).toBe(0);
  });

  it('forgets a model in all scopes, and no other', async () => {
    const vectors = harness.vectors();
    const [scope, other] = [harness.freshScope(), harness.freshScope()];
    const model = `gone-${scope.tenant}`;
    await vectors.upsert([scope, other].flatMap((one) => [vectorItem('a', 1, { scope: one, model }), vectorItem('a', 1, { scope: one })]));
    expect(await vectors.nearest({ scope, model, vector: unitVector(1), limit: 5 })).toHaveLength(1);
    await vectors.removeModel(model);
    await vectors.removeModel(model);
    for (const one of [scope, other]) {
      expect(await vectors.count(one)).toBe(1);
      expect(await vectors.nearest({ scope: one, model, vector: unitVector(1), limit: 5 })).toEqual([]);
      expect(await vectors.nearest({ scope: one, model: MODEL, vector: unitVector(1), limit: 5 })).toHaveLength(1);
    }
    // A model of that name may come back.
    await vectors.upsert([vectorItem('b', 2, { scope, model, vector: unitVector(2, 24) })]);
    expect(idsOf(await vectors.nearest({ scope, model, vector: unitVector(2, 24), limit: 5 }))).toEqual(['b']);
  });

  it('never ranks vectors of one model by a query of another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ seed: fc.integer({ min: 0, max: 40 }), model: fc.constantFrom('one', 'two') }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 0, max: 40 }),
        async (given, asked) => {
          const vectors = harness.vectors();
          const scope = harness.freshScope();
          const items = given.map(({ seed, model }, at) => vectorItem(`r${at}`, seed, { scope, model, principal: 'p1' }));
          await vectors.upsert(items);
          for (const model of ['one', 'two']) {
            for (const principal of [undefined, 'p1']) {
              const hits = await vectors.nearest({ scope, model, vector: unitVector(asked), limit: 20, principal });
              expect(idsOf(hits)).toEqual(items.flatMap((item) => (item.model === model ? item.id : [])).sort());
              for (const { score } of hits) expect(Number.isFinite(score)).toBe(true);
            }
          }
        },
      ),
      { numRuns: harness.runs },
    );
  });

  it('spares what a principal did after the time given', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert([vectorItem('before', 0, { scope, atMs: 1_000 }), vectorItem('since', 0, { scope, atMs: 2_000 })]);
    expect(await vectors.removePrincipal(scope, 'p1', 1_500)).toBe(1);
    expect(idsOf(await vectors.nearest({ scope, model: MODEL, vector: unitVector(0), limit: 10 }))).toEqual(['since']);
  });

  it('removes a principal wholly, and nobody else', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert(
      Array.from({ length: 40 }, (_, i) => vectorItem(`r${i}`, i, { scope, principal: i % 4 === 0 ? 'gone' : `stays ${i % 2}` })),
    );
    expect(await vectors.nearest({ scope, model: MODEL, vector: unitVector(4), limit: 1 })).toMatchObject([{ id: 'r4' }]);
    expect(await vectors.removePrincipal(scope, 'gone')).toBe(10);
    expect(await vectors.removePrincipal(scope, 'gone')).toBe(0);
    expect(await vectors.count(scope)).toBe(30);
    const left = await vectors.nearest({ scope, model: MODEL, vector: unitVector(4), limit: 40 });
    expect(left).toHaveLength(30);
    expect(left.filter(({ id }) => Number(id.slice(1)) % 4 === 0)).toEqual([]);
  });

  it('removes the oldest up to a limit', async () => {
    const vectors = harness.vectors();
    const scope = harness.freshScope();
    await vectors.upsert(Array.from({ length: 10 }, (_, i) => vectorItem(`r${i}`, i, { scope, atMs: i * 1_000 })));
    expect(await vectors.removeBefore(scope, 5_000, 3)).toBe(3);
    expect(idsOf(await vectors.nearest({ scope, model: MODEL, vector: unitVector(1), limit: 20 }))).toEqual([
      'r3',
      'r4',
      'r5',
      'r6',
      'r7',
      'r8',
      'r9',
    ]);
    expect(await vectors.removeBefore(scope, 5_000, 100)).toBe(2);
    expect(await vectors.removeBefore(scope, 5_000, 100)).toBe(0);
    expect(await vectors.count(scope)).toBe(5);
  });

  it('finds exactly what comparing with every vector finds', async () => {
    const item = fc.record({
      id: fc.nat(30),
      kind: fc.constantFrom('prompt' as const, 'answer' as const),
      principal: fc.constantFrom('p1', 'p2', null),
      atMs: fc.integer({ min: 0, max: 10_000 }),
      seed: fc.nat(5_000),
    });
    const items = fc.uniqueArray(item, { minLength: 1, maxLength: 60, selector: ({ id, kind }) => `${kind}${id}` });
    const query = fc.record({
      seed: fc.nat(5_000),
      limit: fc.integer({ min: 1, max: 12 }),
      principal: fc.constantFrom(undefined, 'p1', 'p2', 'p3'),
      fromMs: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
      toMs: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(items, fc.array(query, { minLength: 1, maxLength: 4 }), async (list, queries) => {
        const vectors = harness.vectors();
        const scope = harness.freshScope();
        const stored = list.map(({ id, seed, ...rest }) => vectorItem(`r${id}`, seed, { scope, ...rest }));
        const half = Math.ceil(stored.length / 2);
        await vectors.upsert(stored.slice(0, half));
        await vectors.nearest({ scope, model: MODEL, vector: unitVector(0), limit: 1 });
        await vectors.upsert(stored.slice(half));
        for (const { seed, limit, principal, fromMs, toMs } of queries) {
          const vector = unitVector(seed);
          const eligible = stored.filter(
            (one) =>
              (principal === undefined || one.principal === principal) && one.atMs >= (fromMs ?? 0) && one.atMs <= (toMs ?? Infinity),
          );
          const hits = await vectors.nearest({ scope, model: MODEL, vector, limit, principal, fromMs, toMs });
          const wanted = bruteForce(eligible, vector, limit);
          // Scores, not ids: equal vectors may come in either order.
          expect(hits.length).toBe(wanted.length);
          for (const [index, hit] of hits.entries()) expect(hit.score).toBeCloseTo(wanted[index]!.score, 4);
          expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
        }
      }),
      { numRuns: harness.runs },
    );
  });
}
