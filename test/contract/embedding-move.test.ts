// Moving a store's vectors to another model: nothing is passed over, nothing erased comes back, and a process may die anywhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import type { Embedder, VectorItem } from '../../control-plane/src/ingest/index.ts';
import { silentLogger, type AuditEntry } from '../../control-plane/src/kernel/index.ts';
import { createMover, type EmbeddingStore, type MoverParts } from '../../control-plane/src/reembed/index.ts';
import { HERE, MODEL, openStore, OTHER_TENANT, storedTurn, unitVector, type TurnOptions } from './store-fixtures.ts';

const TARGET = 'test-model-2';
const seedOf = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 9973, 3);
const vectorOf = (text: string): Float32Array => unitVector(seedOf(text), 24);

function embedder(hook: (texts: readonly string[]) => Promise<void> | void = () => undefined): Embedder & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    modelId: TARGET,
    dimensions: 24,
    seen,
    async embed(texts) {
      await hook(texts);
      seen.push(...texts);
      return texts.map(vectorOf);
    },
  };
}

function moverOf(store: EmbeddingStore, parts: Partial<MoverParts> & { readonly model?: Embedder } = {}) {
  const model = parts.model ?? embedder();
  const switched: string[] = [];
  const told: AuditEntry[] = [];
  const mover = createMover({
    store,
    open: () => Promise.resolve(model),
    exclusively: (work) => work(),
    switched: ({ modelId }) => Promise.resolve(void switched.push(modelId)),
    audit: { append: (entry) => Promise.resolve(void told.push(entry)) },
    scope: HERE,
    clock: { nowMs: () => 1_000 },
    logger: silentLogger,
    pauseMs: 1,
    ...parts,
  });
  return { mover, switched, told };
}

const turn = (id: string, options: TurnOptions = {}) =>
  storedTurn(id, `thread-${id}`, { ...options, turn: { answerVector: unitVector(seedOf(`answer ${id}`)), ...options.turn } });

async function fill(store: SqliteStore, count: number, options: (at: number) => TurnOptions = () => ({})): Promise<void> {
  await store.embedding.adopt(MODEL);
  await store.turns.commit(
    Array.from({ length: count }, (_, at) => turn(`r${at}`, options(at))),
    [],
    [],
  );
}

const found = async (store: SqliteStore, text: string, scope = HERE): Promise<string | undefined> =>
  (await store.vectors.nearest({ scope, model: TARGET, vector: vectorOf(text), limit: 1 }))[0]?.id;
const countOf = async (store: SqliteStore, model: string, dimensions: number): Promise<number> =>
  (await store.vectors.nearest({ scope: HERE, model, vector: unitVector(1, dimensions), limit: 10_000 })).length;

describe('moving vectors to another model', () => {
  it('embeds every text that is kept, switches, and leaves nothing of the old model', async () => {
    const { store } = openStore();
    await fill(store, 150, (at) => ({ scope: at % 3 === 0 ? OTHER_TENANT : HERE }));
    const { mover, switched, told } = moverOf(store.embedding);
    await mover.begin(TARGET, 'tok');
    await mover.idle();
    expect(switched).toEqual([TARGET]);
    expect(told).toMatchObject([
      { kind: 'reembedding', actor: 'tok', details: { state: 'begun', before: MODEL, after: TARGET } },
      { kind: 'reembedding', actor: 'system', details: { state: 'switched', before: MODEL, after: TARGET, moved: 300, lost: 0 } },
    ]);
    expect(await mover.view()).toEqual({ model: TARGET, move: null });
    expect(await countOf(store, MODEL, 16)).toBe(0);
    expect(await countOf(store, TARGET, 24)).toBe(100);
    expect(await found(store, 'question r7')).toBe('r7');
    expect(await found(store, 'answer r8')).toBe('r8');
    expect(await found(store, 'question r9', OTHER_TENANT)).toBe('r9');
    expect((await store.threads.thread(HERE, 'thread-r7'))?.turns).toBe(1);
  });

  it('keeps the threads of requests whose text has gone, and counts their vectors', async () => {
    const { store, clock } = openStore();
    const nowS = clock.nowMs() / 1_000;
    await fill(store, 10, (at) => ({ at: nowS - (at < 4 ? 100_000 : 100) }));
    expect(await store.retention.purgeTexts(HERE, clock.nowMs() - 50_000_000, 100)).toBe(4);
    let last: Awaited<ReturnType<EmbeddingStore['move']>>;
    const { mover } = moverOf(store.embedding, {
      switched: async () => {
        last = await store.embedding.move();
      },
    });
    await mover.begin(TARGET);
    await mover.idle();
    expect(last).toMatchObject({ moved: 12, lost: 8, total: 20 });
    expect((await store.threads.list(HERE, {}, { limit: 50 })).items).toHaveLength(10);
  });

  it('takes over what comes while it works, also under numbers that were given out before', async () => {
    const { store } = openStore();
    await fill(store, 100, (at) => ({ principal: at >= 90 ? 'p-late' : 'p1' }));
    let calls = 0;
    const model = embedder(async () => {
      calls += 1;
      // The newest vectors go, and the next ones get their numbers.
      if (calls === 4) {
        await store.vectors.removePrincipal(HERE, 'p-late');
        await store.turns.commit([turn('fresh-1'), turn('fresh-2')], [], []);
      }
    });
    const { mover } = moverOf(store.embedding, { model });
    await mover.begin(TARGET);
    await mover.idle();
    expect(await found(store, 'question fresh-1')).toBe('fresh-1');
    expect(await found(store, 'answer fresh-2')).toBe('fresh-2');
    expect(await countOf(store, TARGET, 24)).toBe(92);
  });

  it('brings back nothing that is erased while its text is being embedded', async () => {
    const { store } = openStore();
    await fill(store, 40, (at) => ({ principal: at % 2 === 0 ? 'gone' : 'stays' }));
    const outside: VectorItem[] = [];
    const removed: string[] = [];
    let isErased = false;
    const model = embedder(async () => {
      if (isErased) return;
      isErased = true;
      for (const one of store.erasables) await one.erase(HERE, 'gone', 1e15);
    });
    const { mover } = moverOf(store.embedding, {
      model,
      outside: {
        upsert: (items) => Promise.resolve(void outside.push(...items)),
        removePrincipal: (_scope, principal) => Promise.resolve(removed.push(principal)),
        removeModel: () => Promise.resolve(),
      },
    });
    await mover.begin(TARGET);
    await mover.idle();
    expect(await countOf(store, TARGET, 24)).toBe(20);
    for (const one of store.erasables) expect(await one.residual(HERE, 'gone'), one.name).toBe(0);
    // What was sent outside in the meantime is called back.
    expect(new Set(removed)).toEqual(new Set(['gone']));
  });

  it('follows requests that are moved to other threads meanwhile', async () => {
    const { store } = openStore();
    await fill(store, 3);
    const model = embedder(() => store.vectors.reassign(HERE, [{ id: 'r1', threadId: 'elsewhere' }]));
    const { mover } = moverOf(store.embedding, { model });
    await mover.begin(TARGET);
    await mover.idle();
    const [hit] = await store.vectors.nearest({ scope: HERE, model: TARGET, vector: vectorOf('question r1'), limit: 1 });
    expect(hit).toMatchObject({ id: 'r1', threadId: 'elsewhere' });
  });

  it('goes on after a crash anywhere, with no vector twice and none passed over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
        async (count, deaths) => {
          const opened = openStore();
          await fill(opened.store, count);
          for (const stepsToLive of [...deaths, Infinity]) {
            let steps = 0;
            const dying = new Proxy(opened.store.embedding, {
              get:
                (target, name) =>
                (...args: unknown[]) => {
                  steps += 1;
                  if (steps > stepsToLive) return new Promise(() => undefined);
                  return (Reflect.get(target, name) as (...given: unknown[]) => unknown).apply(target, args);
                },
            });
            const { mover } = moverOf(dying);
            if ((await opened.store.embedding.inForce()) === TARGET) mover.start();
            else void mover.begin(TARGET).catch(() => undefined);
            if (stepsToLive === Infinity) {
              await new Promise((resolve) => setImmediate(resolve));
              await mover.idle();
            } else await new Promise((resolve) => setTimeout(resolve, 5));
            if (stepsToLive !== Infinity) await opened.reopen();
          }
          expect(await opened.store.embedding.inForce()).toBe(TARGET);
          expect(await opened.store.embedding.move()).toBeUndefined();
          expect(await countOf(opened.store, TARGET, 24)).toBe(count);
          expect(await opened.store.vectors.count(HERE)).toBe(2 * count);
          await opened.store.close();
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('waits for a model that is away, says why, and goes on', async () => {
    const { store } = openStore();
    await fill(store, 5);
    let away = 3;
    const reasons: (string | null)[] = [];
    const model = embedder(async () => {
      away -= 1;
      if (away >= 0) throw new Error('connect ECONNREFUSED and a secret text');
      reasons.push((await mover.view()).move?.reason ?? null);
    });
    const { mover } = moverOf(store.embedding, { model });
    await mover.begin(TARGET);
    await mover.idle();
    expect(await countOf(store, TARGET, 24)).toBe(5);
    expect(reasons[0]).toContain('an unexpected fault');
    expect(reasons.join()).not.toContain('secret');
  });

  it('can be taken back until the switch, and then leaves nothing of the new model', async () => {
    const { store } = openStore();
    await fill(store, 200);
    let isCancelled = false;
    const model = embedder(async () => {
      if (isCancelled) return;
      isCancelled = true;
      await mover.cancel();
    });
    const { mover, switched, told } = moverOf(store.embedding, { model });
    await mover.begin(TARGET);
    await mover.idle();
    expect(switched).toEqual([]);
    expect(told.map(({ details }) => details['state'])).toEqual(['begun', 'cancelled']);
    expect(await mover.view()).toEqual({ model: MODEL, move: null });
    expect(await countOf(store, TARGET, 24)).toBe(0);
    expect(await countOf(store, MODEL, 16)).toBe(200);
  });

  it('leaves threads in their topics, and gives topics the vectors of the model in force', async () => {
    const { store, clock } = openStore();
    const nowS = clock.nowMs() / 1_000;
    await fill(store, 4, (at) => ({ at: nowS - (at === 0 ? 100_000 : 100) }));
    const topic = { id: 'tp_1', label: 'bread' };
    await store.topics.place(
      HERE,
      [0, 1].map((at) => ({ requestId: `r${at}`, topic })),
    );
    await store.retention.purgeTexts(HERE, clock.nowMs() - 50_000_000, 100);
    const shown = async () =>
      (await store.topics.placed(HERE, 0, 10)).map(({ requestId, topicId, model, vector }) => [requestId, topicId, model, vector?.length]);
    expect(await shown()).toEqual([
      ['r0', 'tp_1', MODEL, 16],
      ['r1', 'tp_1', MODEL, 16],
    ]);
    expect((await store.topics.open(HERE, ['thread-r2'])).map(({ model }) => model)).toEqual([MODEL]);
    const { mover } = moverOf(store.embedding);
    await mover.begin(TARGET);
    await mover.idle();
    expect(await shown()).toEqual([
      ['r0', 'tp_1', TARGET, undefined],
      ['r1', 'tp_1', TARGET, 24],
    ]);
    expect((await store.topics.open(HERE, ['thread-r2'])).map(({ model, vector }) => [model, vector.length])).toEqual([[TARGET, 24]]);
  });

  it('takes one move at a time', async () => {
    const { store } = openStore();
    await fill(store, 3);
    await store.embedding.begin(TARGET, 1);
    await expect(store.embedding.begin('test-model-3', 2)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.embedding.begin(TARGET, 3)).toMatchObject({ startedAtMs: 1 });
    await expect(store.embedding.begin(MODEL, 2)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.embedding.switchOver(4)).rejects.toMatchObject({ code: 'conflict' });
  });
});
