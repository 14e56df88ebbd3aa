import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../control-plane/src/kernel/index.ts';
import type { StoredTurn } from '../../control-plane/src/ingest/ports.ts';
import { entry, HERE, MODEL, openStore, OTHER_ENVIRONMENT, OTHER_TENANT, storedTurn, unitVector, vectorItem } from './store-fixtures.ts';

const T0 = 1_772_366_400;

describe('TurnSink (SQLite)', () => {
  it('stores turn, vector, text, thread and event, and removes the journal row, together', async () => {
    const { store } = openStore();
    await store.journal.append([entry('a')]);
    const [row] = await store.journal.claim(1, 0);
    await store.turns.commit(
      [storedTurn('a', 't1', { prompt: 'How do I sort a list?' })],
      [row!.seq],
      [{ type: 'TurnStored', scope: HERE, requestId: 'a', threadId: 't1' }],
    );
    expect(await store.journal.depth()).toEqual({ waiting: 0, buried: 0, oldestMs: null });
    expect((await store.threads.thread(HERE, 't1'))?.requests).toHaveLength(1);
    expect(await store.texts.match(HERE, ['sort'], 5)).toMatchObject([{ requestId: 'a', threadId: 't1' }]);
    expect(await store.vectors.count(HERE)).toBe(1);
    const events = await store.events.take(10);
    expect(events.map(({ event }) => event)).toEqual([{ type: 'TurnStored', scope: HERE, requestId: 'a', threadId: 't1' }]);
    await store.events.ack(events.map(({ seq }) => seq));
    expect(await store.events.take(10)).toEqual([]);
  });

  it('stores nothing when one turn of a commit cannot be stored', async () => {
    const { store } = openStore();
    await store.journal.append([entry('a'), entry('b')]);
    const rows = await store.journal.claim(2, 0);
    const broken = storedTurn('b', 't1', { placement: { position: null as unknown as 'first' } });
    const events = [{ type: 'TurnStored' as const, scope: HERE, requestId: 'a', threadId: 't1' }];
    await expect(
      store.turns.commit(
        [storedTurn('a', 't1'), broken],
        rows.map(({ seq }) => seq),
        events,
      ),
    ).rejects.toThrow();
    expect(await store.threads.counts(HERE)).toEqual({ requests: 0, threads: 0 });
    expect(await store.vectors.count(HERE)).toBe(0);
    expect(await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(1), limit: 5 })).toEqual([]);
    expect(await store.texts.match(HERE, ['question'], 5)).toEqual([]);
    expect(await store.events.take(10)).toEqual([]);
    expect((await store.journal.depth()).waiting).toBe(2);
  });

  it('leaves a turn that is stored already as it is', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't1', { prompt: 'first version' })], [], []);
    await store.turns.commit([storedTurn('a', 't2', { prompt: 'second version' })], [], []);
    expect(await store.threads.counts(HERE)).toEqual({ requests: 1, threads: 1 });
    expect((await store.threads.request(HERE, 'a'))?.prompt).toBe('first version');
    expect(await store.texts.match(HERE, ['second'], 5)).toEqual([]);
  });

  it('keeps no vector where no model is named, and no text where there is none', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't1', { embeddingModel: null, prompt: '', answer: '' })], [], []);
    expect(await store.vectors.count(HERE)).toBe(0);
    expect(await store.threads.request(HERE, 'a')).toMatchObject({ prompt: null, answer: null });
  });

  it('survives reopening', async () => {
    const opened = openStore();
    await opened.store.turns.commit([storedTurn('a', 't1'), storedTurn('b', 't1', { at: T0 + 60 })], [], []);
    const before = await opened.store.threads.thread(HERE, 't1');
    const store = await opened.reopen();
    expect(await store.threads.thread(HERE, 't1')).toEqual(before);
    expect(await store.texts.match(HERE, ['question'], 5)).toHaveLength(2);
    expect(await store.vectors.nearest({ scope: HERE, model: MODEL, vector: unitVector(3), limit: 5 })).toHaveLength(2);
    expect(store.check()).toEqual([]);
  });

  it('holds small values, durable and replaceable', async () => {
    const opened = openStore();
    await opened.store.meta.set('salt', 'one');
    await opened.store.meta.set('salt', 'two');
    expect(await (await opened.reopen()).meta.get('salt')).toBe('two');
    expect(await opened.store.meta.get('none')).toBeUndefined();
  });
});

describe('PastTurns (SQLite)', () => {
  it("gives a principal's turns before a time back as they were, oldest first", async () => {
    const { store } = openStore();
    const session = { id: 's-1', source: 'header:x-session' };
    const history = { messages: [`u${'A'.repeat(22)}`], answer: `a${'B'.repeat(22)}` };
    const call = { kind: 'turn' as const, responseId: 'resp_1' };
    const full = storedTurn('b', 't1', {
      at: T0 + 0.25,
      sample: { session, history, call },
      turn: { session, history, call, answerVector: unitVector(5), text: 'what the linker saw', inferable: false },
      placement: { position: 'continuation', sessionId: 's9', method: 'inferred', predecessorId: 'a' },
    });
    const bare = storedTurn('c', 't2', { at: T0 + 1, embeddingModel: null, turn: { vector: undefined } });
    await store.turns.commit([bare, full, storedTurn('a', 't1', { at: T0 }), storedTurn('z', 't3', { at: T0 + 9 })], [], []);
    const past = await store.past.recent(HERE, 'p1', T0 + 9, 2);
    expect(past.map(({ turn }) => turn.id)).toEqual(['b', 'c']);
    expect(past[0]).toEqual({
      turn: { ...full.turn, vectorModel: MODEL },
      threadId: 't1',
      sessionId: 's9',
      position: 'continuation',
      method: 'inferred',
      predecessorId: 'a',
    });
    expect(past[1]?.turn).toEqual({ id: 'c', at: T0 + 1, endedAt: T0 + 1.5, inferable: true, text: 'question c', answer: 'answer c' });
  });

  it('gives vectors of the model that is asked for, and none of another', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't1')], [], []);
    await store.vectors.upsert([vectorItem('a', 3, { threadId: 't1', model: 'test-model-2', vector: unitVector(3, 24) })]);
    const vectorsFor = async (model?: string): Promise<unknown> => {
      const [past] = await store.past.recent(HERE, 'p1', T0 + 1, 10, model);
      return past && [past.turn.vectorModel, past.turn.vector?.length];
    };
    expect(await vectorsFor()).toEqual([MODEL, 16]);
    expect(await vectorsFor(MODEL)).toEqual([MODEL, 16]);
    expect(await vectorsFor('test-model-2')).toEqual(['test-model-2', 24]);
    expect(await vectorsFor('test-model-3')).toEqual([undefined, undefined]);
  });

  it('never gives another principal or scope', async () => {
    const { store } = openStore();
    await store.turns.commit(
      [
        storedTurn('a', 't1'),
        storedTurn('b', 't2', { principal: 'p2' }),
        storedTurn('c', 't3', { principal: null }),
        storedTurn('a', 't1', { scope: OTHER_TENANT }),
        storedTurn('a', 't1', { scope: OTHER_ENVIRONMENT }),
      ],
      [],
      [],
    );
    for (const scope of [HERE, OTHER_TENANT, OTHER_ENVIRONMENT]) {
      expect((await store.past.recent(scope, 'p1', T0 + 1, 10)).map(({ turn }) => turn.id)).toEqual(['a']);
    }
    expect(await store.past.recent(OTHER_TENANT, 'p2', T0 + 1, 10)).toEqual([]);
  });
});

describe('walls', () => {
  it('show nothing of one scope in another, whatever is stored where', async () => {
    const scopes: readonly Scope[] = [HERE, OTHER_TENANT, OTHER_ENVIRONMENT];
    const item = fc.record({ scope: fc.nat(2), id: fc.nat(6), thread: fc.nat(2), principal: fc.constantFrom('p1', 'p2', null) });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 20 }), async (items) => {
        const { store } = openStore();
        const stored = items.map(({ scope, id, thread, principal }) =>
          storedTurn(`r${id}`, `t${thread}`, { scope: scopes[scope]!, principal, at: T0 + id, prompt: `shared words of tenant${scope}` }),
        );
        await store.turns.commit(stored, [], []);
        for (const [index, scope] of scopes.entries()) {
          const own = new Set(items.filter((one) => one.scope === index).map(({ id }) => `r${id}`));
          expect((await store.threads.counts(scope)).requests).toBe(own.size);
          expect(await store.vectors.count(scope)).toBe(own.size);
          const found = await store.texts.match(scope, ['shared', 'words'], 100);
          expect(new Set(found.map(({ requestId }) => requestId))).toEqual(own);
          expect(await store.texts.match(scope, [`tenant${(index + 1) % 3}`], 100)).toEqual([]);
          const near = await store.vectors.nearest({ scope, model: MODEL, vector: unitVector(1), limit: 100 });
          expect(new Set(near.map(({ id }) => id))).toEqual(own);
          const listed = await store.threads.list(scope, {}, { limit: 100 });
          const requests = await Promise.all(listed.items.map(async ({ id }) => (await store.threads.thread(scope, id))!.requests));
          expect(new Set(requests.flat().map(({ id }) => id))).toEqual(own);
        }
        await store.close();
      }),
      { numRuns: 20 },
    );
  });
});

describe('thread aggregates', () => {
  it('come out the same in whatever order and grouping the requests arrive', async () => {
    const step = fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      kind: fc.constantFrom('turn' as const, 'step' as const, 'auxiliary' as const),
      outcome: fc.constantFrom('ok' as const, 'ok' as const, 'error' as const, 'blocked' as const, 'aborted' as const),
      followUp: fc.constantFrom(undefined, 'correction' as const, 'repeat' as const, 'elaboration' as const),
      truncated: fc.boolean(),
      model: fc.constantFrom('m1', 'm2', undefined),
      tokens: fc.nat(100),
      confidence: fc.double({ min: 0.5, max: 1, noNaN: true }),
    });
    const steps = fc.uniqueArray(step, { minLength: 1, maxLength: 12, selector: ({ at }) => at });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (list, size) => {
        const build = (one: (typeof list)[number]): StoredTurn =>
          storedTurn(`r${one.at}`, 't1', {
            at: T0 + one.at,
            costUsd: one.tokens / 64,
            sample: {
              call: { kind: one.kind },
              status: { outcome: one.outcome },
              usage: { inputTokens: one.tokens },
              ...(one.model === undefined ? {} : { model: { executed: one.model, evidence: 'gateway' } }),
            },
            turn: { call: { kind: one.kind } },
            placement: {
              confidence: one.confidence,
              followUp: one.followUp,
              truncation: one.truncated ? { dropped: 2, kind: 'truncated' } : undefined,
              sessionId: `s${Math.floor(one.at / 10)}`,
            },
          });
        const shuffled = openStore();
        const ordered = openStore();
        for (let i = 0; i < list.length; i += size) await shuffled.store.turns.commit(list.slice(i, i + size).map(build), [], []);
        for (const one of list.toSorted((a, b) => a.at - b.at)) await ordered.store.turns.commit([build(one)], [], []);
        const left = await shuffled.store.threads.thread(HERE, 't1');
        const right = await ordered.store.threads.thread(HERE, 't1');
        expect(left).toEqual(right);
        expect(left?.calls).toBe(list.length);
        expect(left?.turns).toBe(list.filter(({ kind }) => kind === 'turn').length);
        await shuffled.store.close();
        await ordered.store.close();
      }),
      { numRuns: 30 },
    );
  });
});
