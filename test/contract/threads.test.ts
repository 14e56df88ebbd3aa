import { describe, expect, it } from 'vitest';
import { ClewError } from '../../control-plane/src/kernel/index.ts';
import type { Outcome } from '../../control-plane/src/adapters/sqlite/aggregate.ts';
import type { ThreadDetail } from '../../control-plane/src/threads/index.ts';
import { HERE, openStore, OTHER_TENANT, storedTurn, type TurnOptions } from './store-fixtures.ts';

const T0 = 1_772_366_400;

describe('ThreadReader (SQLite)', () => {
  it('lists newest activity first, page by page, while data arrives', async () => {
    const { store } = openStore();
    await store.turns.commit(
      Array.from({ length: 25 }, (_, i) => storedTurn(`r${i}`, `t${i}`, { at: T0 + (i % 5) })),
      [],
      [],
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 10; page++) {
      const { items, next } = await store.threads.list(HERE, {}, { limit: 7, cursor });
      seen.push(...items.map(({ id }) => id));
      await store.turns.commit([storedTurn(`new${page}`, `new${page}`, { at: T0 + 100 + page })], [], []);
      if (next === null) break;
      cursor = next;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(Number(seen[0]!.slice(1)) % 5).toBe(4);
  });

  describe('a part of a long thread', () => {
    const SIZE = 40;
    const long = async () => {
      const { store } = openStore();
      // Every fourth request begins a turn; the others are steps of it. The breakdown is a failure at the 20th.
      const kindOf = (at: number) => (at % 4 === 0 ? 'turn' : 'step');
      const one = (at: number) =>
        storedTurn(`r${at}`, 'long', {
          at: T0 + at * 60,
          sample: { call: { kind: kindOf(at) }, ...(at === 20 ? { status: { http: 500, outcome: 'error' as const } } : {}) },
        });
      await store.turns.commit(
        Array.from({ length: SIZE }, (_, at) => one(at)),
        [],
        [],
      );
      return store.threads;
    };
    const ids = (thread: ThreadDetail | undefined) => thread?.requests.map(({ id }) => id);

    it('is what the whole holds at that place, and says how much stands beside it', async () => {
      const threads = await long();
      const whole = await threads.thread(HERE, 'long');
      expect(whole).toMatchObject({ calls: SIZE });
      expect(whole).not.toHaveProperty('part');
      for (const limit of [2, 7, 12, 39]) {
        for (const around of ['r0', 'r1', 'r18', 'r39', 'of no thread', undefined]) {
          const given = await threads.thread(HERE, 'long', undefined, { around, limit });
          const { requests, part } = given!;
          const first = part!.before;
          expect(requests).toEqual(whole!.requests.slice(first, first + requests.length));
          expect(first + requests.length + part!.after).toBe(SIZE);
          expect(requests.length).toBeLessThanOrEqual(limit);
          expect(ids(given)).toContain(around?.startsWith('r') === true ? around : 'r20');
          if (limit >= 12) expect(requests[0]).toMatchObject({ call: { kind: 'turn' } });
          expect({ ...given, requests: [], part: null }).toEqual({ ...whole, requests: [], part: null });
        }
      }
    });

    it('is found by how the thread broke down', async () => {
      const threads = await long();
      for (const [breakdown, found] of [
        ['any', 1],
        ['error', 1],
        ['correction', 0],
        ['truncation', 0],
      ] as const) {
        expect((await threads.list(HERE, { breakdown }, { limit: 5 })).items).toHaveLength(found);
      }
    });

    it('is the whole where that is no more, and nothing of others', async () => {
      const threads = await long();
      const whole = await threads.thread(HERE, 'long');
      expect(await threads.thread(HERE, 'long', undefined, { limit: SIZE })).toEqual(whole);
      expect(await threads.thread(HERE, 'long', 'p1', { around: 'r18', limit: 6 })).toMatchObject({ part: { after: 18 } });
      expect(await threads.thread(HERE, 'long', 'p2', { around: 'r18', limit: 6 })).toBeUndefined();
      expect(await threads.thread(OTHER_TENANT, 'long', undefined, { around: 'r18', limit: 6 })).toBeUndefined();
    });
  });

  it('shows the threads of the session that the client declared, of that user and that source alone', async () => {
    const { store } = openStore();
    const session = { id: 'stay', source: 'header:x-session-id' };
    const of = (id: string, thread: string, at: number, more: TurnOptions = {}) =>
      storedTurn(id, thread, { at: T0 + at, ...more, sample: { session, ...more.sample } });
    await store.turns.commit(
      [
        of('a', 't1', 0),
        of('b', 't2', 10),
        of('c', 't1', 20),
        of('other user', 't3', 30, { principal: 'p2' }),
        of('other source', 't4', 40, { sample: { session: { ...session, source: 'cookie:sid' } } }),
        of('other tenant', 't5', 50, { scope: OTHER_TENANT }),
        // The very ids of here, for the very person: tenants choose their ids by themselves.
        of('a', 't1', 0, { scope: OTHER_TENANT }),
        of('theirs', 't2', 10, { scope: OTHER_TENANT, principal: 'p3' }),
        storedTurn('none', 't6', { at: T0 + 60 }),
      ],
      [],
      [],
    );
    const shown = (await store.threads.thread(HERE, 't1'))?.declaredSession;
    expect(shown).toMatchObject({
      ...session,
      threads: [
        { id: 't1', title: 'question a', turns: 2 },
        { id: 't2', turns: 1 },
      ],
    });
    expect(shown?.threads).toHaveLength(2);
    expect((await store.threads.thread(HERE, 't4'))?.declaredSession?.threads.map(({ id }) => id)).toEqual(['t4']);
    expect((await store.threads.thread(HERE, 't6'))?.declaredSession).toBeNull();
    const theirs = await store.threads.thread(OTHER_TENANT, 't1');
    expect(theirs?.requests.map(({ id }) => id)).toEqual(['a']);
    expect(theirs?.declaredSession?.threads.map(({ id, turns }) => [id, turns])).toEqual([
      ['t1', 1],
      ['t5', 1],
    ]);
    expect((await store.past.recent(OTHER_TENANT, 'p1', T0 + 1_000, 10)).map(({ turn }) => turn.id)).toEqual(['a', 'other tenant']);
    expect((await store.past.carriers(OTHER_TENANT, session, 5)).toSorted()).toEqual(['p1', 'p3']);
    expect((await store.past.carriers(HERE, session, 5)).toSorted()).toEqual(['p1', 'p2']);
    expect(await store.past.carriers(HERE, session, 1)).toHaveLength(1);
    expect(await store.past.carriers(HERE, { ...session, source: 'cookie:other' }, 5)).toEqual([]);
  });

  it('filters by user, topic, session, position, model and time', async () => {
    const { store } = openStore();
    const topic = { id: 'k1', label: 'sorting' };
    await store.turns.commit(
      [
        storedTurn('a', 'ta', { principal: 'p1', topic }),
        storedTurn('b', 'tb', { principal: 'p2', at: T0 + 10, placement: { position: 'orphaned' } }),
        storedTurn('c', 'tc', { principal: 'p2', at: T0 + 20, sample: { model: { requested: 'gpt-x', evidence: 'unknown' } } }),
        storedTurn('d', 'ta', { principal: 'p1', at: T0 + 30, sample: { model: { executed: 'gpt-y', evidence: 'response_body' } } }),
      ],
      [],
      [],
    );
    const ids = async (filter: Parameters<typeof store.threads.list>[1]): Promise<string[]> =>
      (await store.threads.list(HERE, filter, { limit: 10 })).items.map(({ id }) => id);
    expect(await ids({})).toEqual(['ta', 'tc', 'tb']);
    expect(await ids({ user: 'p2' })).toEqual(['tc', 'tb']);
    expect(await ids({ topic: 'k1' })).toEqual(['ta']);
    expect(await ids({ session: 'session-tb' })).toEqual(['tb']);
    expect(await ids({ session: 'session-tb', user: 'p1' })).toEqual([]);
    expect(await ids({ session: 'session-t' })).toEqual([]);
    expect(await ids({ position: 'orphaned' })).toEqual(['tb']);
    expect(await ids({ model: 'gpt-x' })).toEqual(['tc']);
    expect(await ids({ model: 'gpt-y', user: 'p1' })).toEqual(['ta']);
    expect(await ids({ minTurns: 1 })).toEqual(['ta', 'tc', 'tb']);
    expect(await ids({ minTurns: 2 })).toEqual(['ta']);
    expect(await ids({ fromMs: (T0 + 20) * 1_000 })).toEqual(['ta', 'tc']);
    expect(await ids({ toMs: (T0 + 20) * 1_000 })).toEqual(['tc', 'tb']);
    expect((await store.threads.list(OTHER_TENANT, {}, { limit: 10 })).items).toEqual([]);
  });

  it('filters by how threads stand now, page by page', async () => {
    const { store, clock } = openStore();
    const error = { status: { outcome: 'error' } } as const;
    await store.turns.commit(
      Array.from({ length: 1_200 }, (_, i) => storedTurn(`r${i}`, `t${i}`, { at: T0 + i, ...(i % 400 === 0 && { sample: error }) })),
      [],
      [],
    );
    clock.ms = (T0 + 1_200 + 25 * 60) * 1_000;
    const all = async (outcome: Outcome, limit: number): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor: string | undefined, next: string | null = ''; next !== null; cursor = next ?? undefined) {
        const page = await store.threads.list(HERE, { outcome }, { limit, cursor });
        seen.push(...page.items.map(({ id }) => id));
        next = page.next;
      }
      return seen;
    };
    expect(await all('open', 500)).toHaveLength(299);
    expect(await all('failed', 1)).toEqual(['t800', 't400', 't0']);
    expect(await all('abandoned', 5)).toEqual([]);
    const done = await all('completed', 100);
    expect(done).toHaveLength(1_200 - 299 - 3);
    expect(new Set(done).size).toBe(done.length);
  });

  it('stays readable whatever numbers of tokens senders state', async () => {
    const { store } = openStore();
    const usage = { inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: Number.MAX_SAFE_INTEGER };
    for (const id of ['a', 'b', 'c']) await store.turns.commit([storedTurn(id, 'ta', { sample: { usage } })], [], []);
    const { items } = await store.threads.list(HERE, {}, { limit: 10 });
    expect(items).toMatchObject([{ id: 'ta', calls: 3, inputTokens: Number.MAX_SAFE_INTEGER }]);
  });

  it('tells of gaps whatever numbers gateways state', async () => {
    const { store } = openStore();
    for (const epoch of ['00000000000000aa', '00000000000000bb', '00000000000000cc']) {
      const gateway = { kind: 'kong', epoch, counter: Number.MAX_SAFE_INTEGER } as const;
      await store.turns.commit([storedTurn(epoch, 'ta', { sample: { gateway } })], [], []);
    }
    expect((await store.counters.gaps(HERE, 10)).items).toHaveLength(3);
    expect((await store.counters.gaps(HERE, 10)).missing).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  it('refuses a cursor that is not one of its own', async () => {
    const { store } = openStore();
    for (const cursor of ['', 'x', Buffer.from('[1]').toString('base64url'), Buffer.from('{"a":1}').toString('base64url')]) {
      const listed = store.threads.list(HERE, {}, { limit: 1, cursor });
      await expect(listed).rejects.toSatisfy((error) => error instanceof ClewError && error.code === 'invalid_query');
    }
  });

  it('shows a thread with turns counted, successors and what the placement said', async () => {
    const { store } = openStore();
    const long = 'ö'.repeat(300);
    await store.turns.commit(
      [
        storedTurn('a', 't', { prompt: long, costUsd: 0.5, sample: { usage: { inputTokens: 10, outputTokens: 5 } } }),
        storedTurn('b', 't', {
          at: T0 + 1,
          sample: { call: { kind: 'step' } },
          turn: { call: { kind: 'step' } },
          placement: { predecessorId: 'a' },
        }),
        storedTurn('c', 't', { at: T0 + 2, sample: { call: { kind: 'auxiliary' } }, turn: { call: { kind: 'auxiliary' } } }),
        storedTurn('d', 't', {
          at: T0 + 60,
          prompt: 'last one',
          placement: { predecessorId: 'a', confidence: 0.6, method: 'inferred', similarity: 0.8, position: 'continuation', fork: true },
        }),
      ],
      [],
      [],
    );
    const thread = await store.threads.thread(HERE, 't');
    expect(thread).toMatchObject({
      user: 'p1',
      turns: 2,
      calls: 4,
      lastPrompt: 'last one',
      inputTokens: 10,
      outputTokens: 5,
      costUsd: 0.5,
      lowestConfidence: 0.6,
      durationMs: 60_500,
      sessions: 1,
      breakdown: null,
    });
    expect(thread?.title).toHaveLength(240);
    expect(thread?.requests.map(({ id, turn }) => [id, turn])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 2],
    ]);
    expect(thread?.requests[0]?.successors).toEqual(['b', 'd']);
    expect(thread?.requests[3]).toMatchObject({
      predecessor: 'a',
      similarity: 0.8,
      method: 'inferred',
      fork: true,
      at: '2026-03-01T12:01:00.000Z',
    });
    for (const request of thread?.requests ?? []) expect(await store.threads.request(HERE, request.id)).toEqual(request);
    expect(await store.threads.request(OTHER_TENANT, 'a')).toBeUndefined();
    expect(await store.threads.thread(OTHER_TENANT, 't')).toBeUndefined();
  });

  it('gives a thread of several people to none of them', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't'), storedTurn('b', 't', { principal: 'p2', at: T0 + 1 })], [], []);
    expect((await store.threads.thread(HERE, 't'))?.user).toBeNull();
    expect((await store.threads.list(HERE, { user: 'p1' }, { limit: 5 })).items).toEqual([]);
  });

  const second = (options: TurnOptions): TurnOptions => ({ at: T0 + 60, ...options });
  const cases: readonly [name: string, turns: readonly TurnOptions[], outcome: Outcome, breakdown: string | null][] = [
    ['answered', [{}, second({})], 'completed', null],
    ['error at the end', [{}, second({ sample: { status: { outcome: 'error' } } })], 'failed', 'error'],
    ['error in the first turn', [{ sample: { status: { outcome: 'error' } } }, second({})], 'completed', null],
    ['blocked at the end', [{}, second({ sample: { guardrails: [{ name: 'pii', verdict: 'block' }] } })], 'failed', null],
    ['left after a correction', [{}, second({ placement: { followUp: 'correction' } })], 'abandoned', 'correction'],
    ['left while answered', [{}, second({ sample: { status: { outcome: 'aborted' } } })], 'abandoned', null],
    ['went on after a repeat', [{}, second({ placement: { followUp: 'repeat' } }), { at: T0 + 90 }], 'corrected', 'repeat'],
    [
      'truncated',
      [{}, second({ placement: { followUp: 'correction', truncation: { dropped: 2, kind: 'truncated' } } }), { at: T0 + 90 }],
      'corrected',
      'truncation',
    ],
  ];
  it.each(cases)('tells how a thread went: %s', async (_name, turns, outcome, breakdown) => {
    const { store, clock } = openStore();
    await store.turns.commit(
      turns.map((options, index) => storedTurn(`r${index}`, 't', options)),
      [],
      [],
    );
    clock.ms = (T0 + 120) * 1_000;
    expect((await store.threads.thread(HERE, 't'))?.outcome).toBe('open');
    clock.ms += 31 * 60_000;
    const thread = await store.threads.thread(HERE, 't');
    expect(thread?.outcome).toBe(outcome);
    expect(thread?.breakdown).toEqual(breakdown === null ? null : { requestId: 'r1', kind: breakdown });
  });
});
