// Legal holds on the real store: what is held stays through any purge, what is not goes, and moves take nothing out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../control-plane/src/adapters/sqlite/index.ts';
import type { Hold, HoldKind } from '../../control-plane/src/holds/index.ts';
import type { AuditEntry, Scope } from '../../control-plane/src/kernel/index.ts';
import { BESIDE, type BesideClass } from '../../control-plane/src/retention/index.ts';
import { HERE, openStore, OTHER_TENANT, storedTurn } from './store-fixtures.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ALL = 1_000;
const audit = (scope: Scope): AuditEntry => ({ scope, kind: 'hold_placed', actor: 'tok', details: {} });
const hold = (id: string, kind: HoldKind, subject: string | null): Hold => ({
  ...{ id, kind, subject, reason: 'case 4711', placedAtMs: NOW, placedBy: 'tok' },
  ...{ liftedAtMs: null, liftedBy: null, liftReason: null },
});
const place = (store: SqliteStore, id: string, kind: HoldKind, subject: string | null, scope = HERE): Promise<boolean> =>
  store.legalHolds.place(scope, hold(id, kind, subject), audit(scope));
const lift = (store: SqliteStore, id: string, scope = HERE): Promise<boolean> =>
  store.legalHolds.lift(scope, id, { atMs: NOW, actor: 'tok', reason: 'closed' }, { ...audit(scope), kind: 'hold_lifted' });

/** The connection itself, for rows that only other rooms write. */
function raw(store: SqliteStore): Raw {
  const { database } = store.retention as unknown as { database: Raw };
  return { prepare: (text) => database.prepare(text) };
}
interface Raw {
  readonly prepare: (text: string) => { run(...values: unknown[]): void; all(): readonly Record<string, unknown>[] };
}

async function purgeAll(store: SqliteStore, scope = HERE): Promise<void> {
  const { retention } = store;
  for (const purge of ['purgeTexts', 'purgeVectors', 'purgeVault', 'purgeRequests', 'purgeRuns'] as const) {
    // One at a time, so that what is held stands in the way of each batch.
    while ((await retention[purge](scope, NOW + 1, 1)) > 0);
  }
  for (const name of Object.keys(BESIDE) as BesideClass[]) while ((await retention.purgeBeside(scope, name, NOW + 1, 1)) > 0);
}
/** What is left of a request: its words, its vectors, itself. */
async function left(store: SqliteStore, thread: string, scope = HERE): Promise<readonly string[]> {
  const found = await store.threads.thread(scope, thread);
  return (found?.requests ?? []).filter(({ prompt }) => prompt !== null).map(({ id }) => id);
}
const turn = (id: string, thread: string, principal: string, scope = HERE) =>
  storedTurn(id, thread, {
    scope,
    principal,
    at: NOW / 1_000 - 86_400,
    sample: { runId: Buffer.from(id).toString('hex').padEnd(32, '0') },
  });

async function filled(): Promise<SqliteStore> {
  const { store } = openStore();
  const rows = [turn('a1', 'ta', 'ann'), turn('a2', 'tb', 'ann'), turn('b1', 'tc', 'ben'), turn('z1', 'tz', 'ann', OTHER_TENANT)];
  await store.turns.commit(rows, [], []);
  return store;
}

describe('a legal hold', () => {
  it('on a user keeps all of that user and nothing of others, there or elsewhere', async () => {
    const store = await filled();
    expect(await place(store, 'h', 'user', 'ann')).toBe(true);
    await purgeAll(store);
    await purgeAll(store, OTHER_TENANT);
    expect([await left(store, 'ta'), await left(store, 'tb'), await left(store, 'tc')]).toEqual([['a1'], ['a2'], []]);
    expect(await left(store, 'tz', OTHER_TENANT)).toEqual([]);
    expect(await store.vectors.count(HERE)).toBe(2);
    expect((await store.threads.thread(HERE, 'ta'))?.requests[0]?.runId).toMatch(/^6131/);
    expect(await lift(store, 'h')).toBe(true);
    await purgeAll(store);
    expect([await store.vectors.count(HERE), await store.threads.thread(HERE, 'ta')]).toEqual([0, undefined]);
  });

  it('on a thread keeps what is moved out of it, and what comes into it, until it is lifted', async () => {
    const store = await filled();
    expect(await place(store, 'h', 'thread', 'ta')).toBe(true);
    await store.turns.commit([turn('a3', 'ta', 'ann')], [], []);
    const moved = { id: 'a1', threadId: 'tb' };
    raw(store).prepare('UPDATE requests SET thread_id = ? WHERE id = ?').run(moved.threadId, moved.id);
    await purgeAll(store);
    expect([await left(store, 'ta'), await left(store, 'tb')]).toEqual([['a3'], ['a1']]);
    expect(await store.legalHolds.held(HERE)).toEqual({
      isAll: false,
      users: [],
      threads: expect.arrayContaining(['ta', 'tb']) as string[],
    });
    expect(await store.legalHolds.covering(HERE, 'ann')).toEqual(['h']);
    expect(await store.legalHolds.covering(HERE, 'ben')).toEqual([]);
    await lift(store, 'h');
    await purgeAll(store);
    expect([await left(store, 'ta'), await left(store, 'tb')]).toEqual([[], []]);
  });

  it('on everything stops the purge of its tenant and environment alone', async () => {
    const store = await filled();
    await place(store, 'h', 'scope', null);
    await purgeAll(store);
    await purgeAll(store, OTHER_TENANT);
    expect([await left(store, 'tc'), await left(store, 'tz', OTHER_TENANT)]).toEqual([['b1'], []]);
    expect(await store.legalHolds.covering(HERE, 'anybody')).toEqual(['h']);
    const limits = { nextMs: NOW, weekMs: NOW };
    const aged = await store.retention.aged(HERE, { text: limits, embedding: limits, metadata: limits, identity: limits, vault: limits });
    expect(aged.text).toMatchObject({ stored: 3, oldestMs: NOW - 86_400_000, next: 0, week: 0, held: 3 });
  });

  it('is refused on a thread that is not there, and lifted once', async () => {
    const store = await filled();
    expect(await place(store, 'h', 'thread', 'tz')).toBe(false);
    expect(await lift(store, 'h')).toBe(false);
    await place(store, 'k', 'user', 'ann');
    expect([await lift(store, 'k'), await lift(store, 'k'), await lift(store, 'k', OTHER_TENANT)]).toEqual([true, false, false]);
    expect(await store.legalHolds.list(HERE, true)).toEqual([]);
    expect(await store.legalHolds.list(HERE, false)).toMatchObject([{ id: 'k', liftedBy: 'tok', liftReason: 'closed' }]);
  });

  it('keeps what hangs on held requests: sealed values, feedback, verdicts, repairs', async () => {
    const store = await filled();
    const { prepare } = raw(store);
    for (const [id, principal, thread] of [
      ['a1', 'ann', 'ta'],
      ['b1', 'ben', 'tc'],
    ] as const) {
      const scope = 'acme/production';
      prepare("INSERT INTO vault_values (scope, principal, request_id, token, type, at_ms, sealed) VALUES (?, ?, ?, ?, ?, ?, x'00')").run(
        ...[scope, principal, id, '[T]', 'T', NOW - 9],
      );
      for (const [name, request] of [
        ['q', id],
        ['t', null],
      ] as const) {
        prepare(`INSERT INTO feedback (scope, id, kind, source, comment, at_ms, received_at_ms, target_kind, target, thread_id, request_id)
          VALUES (?, ?, 'comment', 's', 'words', ?, 1, 'request', 'x', ?, ?)`).run(scope, `f${name}${id}`, NOW - 9, thread, request);
      }
      prepare(`INSERT INTO link_verdicts (scope, request_id, source, principal, at, evidence, kind, confidence, choices, guess)
        VALUES (?, ?, 'traffic', ?, 1, 'e', 'k', 1, 1, '{}')`).run(scope, id, principal);
      prepare(`INSERT INTO repairs (scope, id, kind, principal, asked, into_id, reason, at_ms, by_id)
        VALUES (?, ?, 'merge', ?, 'x', 'y', 'why', 1, 'tok')`).run(scope, `p${id}`, principal);
      prepare(`INSERT INTO repair_moves (scope, repair_id, request_id, principal, at, from_id, into_id, before)
        VALUES (?, ?, ?, ?, 1, 'x', 'y', '{}')`).run(scope, `p${id}`, id, principal);
    }
    await place(store, 'h', 'thread', 'ta');
    await purgeAll(store);
    const idsOf = (text: string): readonly unknown[] =>
      prepare(text)
        .all()
        .map(({ id }) => id);
    expect(idsOf('SELECT request_id AS id FROM vault_values')).toEqual(['a1']);
    expect(idsOf('SELECT id FROM feedback WHERE comment IS NOT NULL ORDER BY id')).toEqual(['fqa1', 'fta1']);
    expect(idsOf('SELECT request_id AS id FROM link_verdicts')).toEqual(['a1']);
    expect(idsOf('SELECT id FROM repairs WHERE reason IS NOT NULL')).toEqual(['pa1']);
    expect(idsOf('SELECT request_id AS id FROM repair_moves')).toEqual(['a1']);
    await lift(store, 'h');
    await purgeAll(store);
    for (const table of ['vault_values', 'feedback', 'link_verdicts', 'repairs', 'repair_moves', 'requests', 'vectors', 'held_requests']) {
      expect(idsOf(`SELECT 1 AS id FROM ${table} WHERE scope = 'acme/production'`), table).toEqual([]);
    }
  });

  it('forecasts what goes, and leaves out what is held', async () => {
    const store = await filled();
    await place(store, 'h', 'user', 'ann');
    const limits = { nextMs: NOW, weekMs: NOW };
    const aged = await store.retention.aged(HERE, { text: limits, embedding: limits, metadata: limits, identity: limits, vault: limits });
    expect(aged.text).toMatchObject({ stored: 3, next: 1, week: 1, held: 2 });
    expect(aged.metadata).toMatchObject({ stored: 3, next: 1, held: 2 });
    expect(aged.embedding).toMatchObject({ next: 1, held: 2 });
    expect(aged.vault).toMatchObject({ stored: 0, oldestMs: null, next: 0, week: 0, held: 0, bytesPerRequest: 0 });
    // "question a1" and "answer a1" in a list, and how it is written; one vector of 16 numbers.
    expect([aged.text.bytesPerRequest, aged.embedding.bytesPerRequest]).toEqual([28, 64]);
  });

  it('keeps exactly what it names, whatever is placed, lifted, moved and purged before', async () => {
    const people = ['ann', 'ben', 'cem'];
    const step = fc.oneof(
      fc.record({ do: fc.constant('user' as const), who: fc.constantFrom(...people) }),
      fc.record({ do: fc.constant('thread' as const), who: fc.constantFrom(...people) }),
      fc.record({ do: fc.constant('lift' as const), who: fc.nat(5).map(String) }),
      fc.record({ do: fc.constant('store' as const), who: fc.constantFrom(...people) }),
      fc.record({ do: fc.constant('purge' as const), who: fc.constant('') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const { store } = openStore();
        // What must be there, by thread: one thread a person.
        const holds: { id: string; who: string; isIn: boolean }[] = [];
        const kept = new Map(people.map((who) => [who, new Set<string>()]));
        const isHeld = (who: string): boolean => holds.some((one) => one.isIn && one.who === who);
        for (const [at, { do: what, who }] of steps.entries()) {
          if (what === 'store') {
            await store.turns.commit([turn(`r${at}`, `t-${who}`, who)], [], []);
            kept.get(who)?.add(`r${at}`);
          } else if (what === 'purge') {
            await purgeAll(store);
            for (const one of people) if (!isHeld(one)) kept.get(one)?.clear();
          } else if (what === 'lift') {
            const chosen = holds[Number(who)];
            if (chosen === undefined) continue;
            expect(await lift(store, chosen.id)).toBe(chosen.isIn);
            chosen.isIn = false;
          } else {
            const isThere = (kept.get(who)?.size ?? 0) > 0;
            const isPlaced = await place(store, `h${at}`, what, what === 'user' ? who : `t-${who}`);
            expect(isPlaced).toBe(what === 'user' || isThere);
            if (isPlaced) holds.push({ id: `h${at}`, who, isIn: true });
          }
        }
        for (const who of people) expect(new Set(await left(store, `t-${who}`)), who).toEqual(kept.get(who));
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

describe('the memory of holds', () => {
  it('goes with an erasure, and by age once it is lifted', async () => {
    const store = await filled();
    await place(store, 'h', 'user', 'ann');
    await lift(store, 'h');
    await place(store, 'k', 'user', 'ben');
    await lift(store, 'k');
    const place_ = store.erasables.find(({ name }) => name === 'holds');
    expect(await place_?.erase(HERE, 'ann')).toEqual({ holds: 1 });
    expect(await place_?.residual(HERE, 'ann')).toBe(0);
    await store.retention.purgeBeside(HERE, 'holds', NOW, ALL);
    expect((await store.legalHolds.list(HERE, false)).map(({ id }) => id)).toEqual(['k']);
    await store.retention.purgeBeside(HERE, 'holds', NOW + 1, ALL);
    expect(await store.legalHolds.list(HERE, false)).toEqual([]);
  });
});
