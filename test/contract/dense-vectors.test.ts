// Vectors that stood in rows of their own, taken over into those of their requests while the store serves.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import { silentLogger } from '../../control-plane/src/kernel/index.ts';
import { createMover } from '../../control-plane/src/reembed/index.ts';
import { withOwnVectors } from '../support/own-vectors.ts';
import { ALL_VECTORS } from '../support/stored-vectors.ts';
import { HERE, MODEL, openStore, OTHER_TENANT, SCOPES, storedTurn, unitVector, vectorItem, type OpenStore } from './store-fixtures.ts';

const AT = 1_772_366_400;
const COUNT = 24;
const LATER_MS = (AT + 1e6) * 1_000;

/** Prompts and answers of two people in two tenants; every fifth request has no answer, every seventh no vector. */
async function filled(): Promise<OpenStore> {
  const opened = openStore();
  const turns = Array.from({ length: COUNT }, (_, at) =>
    storedTurn(`r${at}`, `t${at % 4}`, {
      scope: at % 3 === 0 ? OTHER_TENANT : HERE,
      principal: at % 8 === 7 ? null : `p${at % 2}`,
      at: AT + at * 60,
      ...(at % 7 === 6 ? { embeddingModel: null } : {}),
      turn: { vector: unitVector(at, 384), ...(at % 5 === 0 ? {} : { answerVector: unitVector(100 + at, 384) }) },
    }),
  );
  await opened.store.embedding.adopt(MODEL);
  await opened.store.turns.commit(turns, [], []);
  return opened;
}

async function aged(opened: OpenStore): Promise<SqliteStore> {
  await opened.store.close();
  const file = new DatabaseSync(path.join(opened.folder, 'clew.db'));
  withOwnVectors(file);
  file.close();
  return opened.reopen();
}

function inFile<T>(opened: OpenStore, text: string): T[] {
  const file = new DatabaseSync(path.join(opened.folder, 'clew.db'), { readOnly: true });
  try {
    return file.prepare(text).all() as T[];
  } finally {
    file.close();
  }
}

/** What readers of vectors see. */
async function seen(store: SqliteStore): Promise<unknown> {
  const near = [];
  for (const scope of SCOPES)
    for (const principal of [undefined, 'p0', 'p1'])
      for (const seed of [3, 104]) {
        const asked = { scope, model: MODEL, vector: unitVector(seed, 384), limit: 5, principal, fromMs: (AT + 200) * 1_000 };
        near.push((await store.vectors.nearest(asked)).map(({ id, threadId, score }) => [id, threadId, score.toFixed(5)]));
      }
  const past = await store.past.recent(HERE, 'p1', AT + 1e6, 100, MODEL);
  const ids = Array.from({ length: COUNT }, (_, at) => `r${at}`);
  const limits = { nextMs: (AT + 600) * 1_000, weekMs: (AT + 900) * 1_000 };
  const ages = await store.retention.aged(HERE, { text: limits, embedding: limits, metadata: limits, identity: limits, vault: limits });
  return {
    near,
    past: past.map(({ turn }) => [turn.id, turn.vector, turn.answerVector]),
    prompts: [...(await store.traffic.promptVectors(HERE, ids))].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    placed: await store.topics.open(HERE, ['t0', 't1', 't2', 't3']),
    counts: await Promise.all(SCOPES.map((scope) => store.vectors.count(scope))),
    sizes: store.sizes().vectors,
    ages: ages.embedding,
  };
}

describe('vectors in rows of their own', () => {
  it('read alike before, between and after the batches that take them over, wherever the process ends', async () => {
    const opened = await filled();
    const expected = await seen(opened.store);
    const rows = `SELECT * FROM ${ALL_VECTORS} ORDER BY scope, request_id, kind`;
    await opened.store.close();
    const kept = inFile(opened, rows);
    const store = await aged(await reopened(opened));
    expect(await seen(store)).toEqual(expected);
    // Three: now and then one of a request's two vectors is taken over and the other is not.
    for (let done = 3; done === 3;) {
      done = opened.store.repack(3);
      expect(await seen(await opened.reopen())).toEqual(expected);
    }
    await opened.store.close();
    expect(inFile(opened, rows)).toEqual(kept);
    expect(inFile(opened, 'SELECT 1 FROM vectors')).toEqual([]);
    expect(inFile(opened, "SELECT 1 FROM meta WHERE key LIKE 'repack%'")).toEqual([]);
  });

  it('stay where they name another thread or person than their request, or have none', async () => {
    const opened = await filled();
    const store = await aged(opened);
    await store.vectors.upsert([vectorItem('never stored', 1), vectorItem('r1', 2, { threadId: 'elsewhere', vector: unitVector(2, 384) })]);
    await store.meta.set('repack_dense_vectors', String(Number.MAX_SAFE_INTEGER));
    while (store.repack(5) > 0);
    expect(await store.vectors.count(HERE)).toBe(inFile(opened, `SELECT 1 FROM ${ALL_VECTORS} WHERE scope = 'acme/production'`).length);
    expect(inFile(opened, 'SELECT request_id, thread_id FROM vectors ORDER BY request_id')).toEqual([
      { request_id: 'never stored', thread_id: 'thread-never stored' },
      { request_id: 'r1', thread_id: 'elsewhere' },
    ]);
  });

  it('go with their person, their age and their request, half of them taken over, and are counted exactly', async () => {
    for (const acts of ['erase', 'purge vectors', 'purge requests'] as const) {
      const opened = await filled();
      const store = await aged(opened);
      await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(1, 384), limit: 1 });
      expect(store.repack(11)).toBe(11);
      const before = await store.vectors.count(HERE);
      const others = await store.vectors.count(OTHER_TENANT);
      const theirs = inFile(opened, `SELECT 1 FROM ${ALL_VECTORS} WHERE scope = 'acme/production' AND principal = 'p1'`).length;
      if (acts === 'erase') {
        const vectors = store.erasables.find(({ name }) => name === 'vectors') ?? expect.fail('not registered');
        expect(await vectors.residual(HERE, 'p1')).toBeGreaterThan(0);
        expect(await vectors.erase(HERE, 'p1')).toEqual({ vectors: theirs });
        expect(await vectors.residual(HERE, 'p1')).toBe(0);
      } else if (acts === 'purge vectors') {
        let removed = 0;
        for (let gone = 4; gone >= 4; removed += gone) gone = await store.retention.purgeVectors(HERE, LATER_MS, 4);
        expect(removed).toBe(before);
      } else while ((await store.retention.purgeRequests(HERE, LATER_MS, 4)) >= 4);
      expect(await store.vectors.count(HERE)).toBe(acts === 'erase' ? before - theirs : 0);
      expect(await store.vectors.count(OTHER_TENANT)).toBe(others);
      const left = (await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(1, 384), limit: 99 })).map(({ id }) => id);
      const rows = inFile<{ id: string }>(opened, `SELECT DISTINCT request_id AS id FROM ${ALL_VECTORS} WHERE scope = 'acme/production'`);
      expect(left.toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
      while (store.repack(5) > 0);
      expect(await store.vectors.count(HERE)).toBe(acts === 'erase' ? before - theirs : 0);
    }
  });

  it('of held requests stay, in either form', async () => {
    const opened = await filled();
    const store = await aged(opened);
    const hold = { id: 'h1', kind: 'user', subject: 'p1', reason: 'a claim', placedAtMs: 1, placedBy: 'tok' } as const;
    const none = { liftedAtMs: null, liftedBy: null, liftReason: null };
    await store.legalHolds.place(HERE, { ...hold, ...none }, { scope: HERE, kind: 'hold_placed', actor: 'tok', details: {} });
    expect(store.repack(11)).toBe(11);
    const theirs = inFile(opened, `SELECT 1 FROM ${ALL_VECTORS} WHERE scope = 'acme/production' AND principal = 'p1'`).length;
    for (let gone = 4; gone >= 4;) gone = await store.retention.purgeVectors(HERE, LATER_MS, 4);
    expect(await store.vectors.count(HERE)).toBe(theirs);
  });

  it('move to another model while they are taken over: each once, and none stays behind', async () => {
    const opened = await filled();
    const store = await aged(opened);
    const total = inFile(opened, `SELECT 1 FROM ${ALL_VECTORS}`).length;
    const target = 'test-model-2';
    const mover = createMover({
      store: store.embedding,
      open: () =>
        Promise.resolve({
          modelId: target,
          dimensions: 24,
          embed: (texts: readonly string[]) => {
            store.repack(5);
            return Promise.resolve(texts.map((_, at) => unitVector(at, 24)));
          },
        }),
      exclusively: (work) => work(),
      switched: () => Promise.resolve(),
      audit: { append: () => Promise.resolve() },
      scope: HERE,
      clock: { nowMs: () => 1_000 },
      logger: silentLogger,
      pauseMs: 1,
    });
    await mover.begin(target);
    await mover.idle();
    expect(await mover.view()).toEqual({ model: target, move: null });
    expect(inFile(opened, `SELECT DISTINCT model FROM ${ALL_VECTORS}`)).toEqual([{ model: target }]);
    expect(inFile(opened, `SELECT 1 FROM ${ALL_VECTORS}`)).toHaveLength(total);
  });
});

const reopened = async (opened: OpenStore): Promise<OpenStore> => {
  await opened.reopen();
  return opened;
};
