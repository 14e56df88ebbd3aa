// What every store of topics promises about moving what was placed.
import { describe, expect, it } from 'vitest';
import { HERE, openStore, OTHER_TENANT, storedTurn } from './store-fixtures.ts';

const topicsOf = async (topics: ReturnType<typeof openStore>['store']['topics'], scope = HERE): Promise<Record<string, string>> =>
  Object.fromEntries((await topics.placed(scope, 0, 100)).map(({ requestId, topicId }) => [requestId, topicId]));

async function filled(): Promise<ReturnType<typeof openStore>> {
  const opened = openStore();
  const { store } = opened;
  for (const scope of [HERE, OTHER_TENANT]) {
    const ids = ['a', 'b', 'c', 'd'].map((id) => (scope === HERE ? id : `${id}-other`));
    for (const id of ids) await store.turns.commit([storedTurn(id, `thread-${id}`, { scope, principal: `user-${id}` })], [], []);
    await store.topics.place(
      scope,
      ids.map((requestId, n) => ({ requestId, topic: n < 2 ? { id: 'one', label: 'first' } : { id: 'two', label: 'second' } })),
    );
  }
  return opened;
}

describe('moving what was placed', () => {
  it('moves single threads, merges what is left, and touches no other scope', async () => {
    const { store } = await filled();
    await store.topics.move(
      HERE,
      [{ id: 'a', from: 'one', to: 'three' }],
      [
        { kind: 'merge', from: 'two', to: 'one' },
        { kind: 'split', from: 'one', to: 'three' },
      ],
    );
    expect(await topicsOf(store.topics)).toEqual({ a: 'three', b: 'one', c: 'one', d: 'one' });
    expect(Object.values(await topicsOf(store.topics, OTHER_TENANT))).toEqual(['one', 'one', 'two', 'two']);
    const counts = await store.topics.counts(HERE, 1, 10);
    expect(counts.map(({ id, threads, users }) => ({ id, threads, users }))).toEqual([
      { id: 'one', threads: 3, users: 3 },
      { id: 'three', threads: 1, users: 1 },
    ]);
  });

  it('leaves a thread where it is when it is no longer where it is to be moved from', async () => {
    const { store } = await filled();
    await store.topics.move(HERE, [{ id: 'a', from: 'two', to: 'three' }], []);
    expect(await topicsOf(store.topics)).toMatchObject({ a: 'one' });
  });

  it('forgets the labels of topics that are no more', async () => {
    const { store } = await filled();
    await store.topics.move(HERE, [], [{ kind: 'merge', from: 'two', to: 'one' }]);
    await store.topics.relabel(HERE, [{ id: 'one', label: 'both' }]);
    expect((await store.topics.counts(HERE, 1, 10)).map(({ id, label }) => ({ id, label }))).toEqual([{ id: 'one', label: 'both' }]);
  });
});

describe('topics of threads that requests left or joined', () => {
  const T0 = 1_772_366_400;
  const moved = (requestId: string, from: string, into: string) => ({
    requestId,
    from,
    into,
    evidence: 'history' as const,
    position: 'continuation' as const,
  });

  it('go by the first request that is left, and count each thread once', async () => {
    const { store } = openStore();
    await store.turns.commit(
      [storedTurn('a', 't1', { at: T0 }), storedTurn('b', 't2', { at: T0 + 10 }), storedTurn('c', 't2', { at: T0 + 20 })],
      [],
      [],
    );
    await store.topics.place(HERE, [
      { requestId: 'a', topic: { id: 'one', label: 'first' } },
      { requestId: 'b', topic: { id: 'two', label: 'second' } },
    ]);
    // "b" turns out to go on with "a"; "c" stays, and begins its thread now.
    await store.turns.commit([storedTurn('d', 't1', { at: T0 + 30, placement: { relinked: [moved('b', 't2', 't1')] } })], [], []);
    const lost = await store.topics.settle(HERE, ['t1', 't2']);
    expect(lost.map(({ requestId, topicId }) => [requestId, topicId])).toEqual([['b', 'two']]);
    expect(await topicsOf(store.topics)).toEqual({ a: 'one' });
    expect((await store.threads.thread(HERE, 't1'))?.topic?.id).toBe('one');
    expect((await store.threads.thread(HERE, 't2'))?.topic).toBeNull();
    expect((await store.topics.open(HERE, ['t1', 't2'])).map(({ requestId }) => requestId)).toEqual(['c']);
    expect(await store.topics.settle(HERE, ['t1', 't2'])).toEqual([]);
    await store.topics.place(HERE, [{ requestId: 'c', topic: { id: 'three', label: 'third' } }]);
    expect((await store.topics.counts(HERE, 1, 10)).map(({ id, threads }) => [id, threads])).toEqual([
      ['one', 1],
      ['three', 1],
    ]);
  });

  it('stay with an earlier request that joins, and touch no other scope', async () => {
    const { store } = openStore();
    for (const scope of [HERE, OTHER_TENANT]) {
      const ids = scope === HERE ? ['a', 'b'] : ['a-other', 'b-other'];
      await store.turns.commit(
        ids.map((id, n) => storedTurn(id, `t${n + 1}`, { scope, at: T0 + n })),
        [],
        [],
      );
      await store.topics.place(
        scope,
        ids.map((requestId, n) => ({ requestId, topic: { id: `topic-${n}`, label: 'x' } })),
      );
    }
    await store.turns.commit([storedTurn('c', 't2', { at: T0 + 30, placement: { relinked: [moved('a', 't1', 't2')] } })], [], []);
    await store.topics.settle(HERE, ['t1', 't2']);
    expect(await topicsOf(store.topics)).toEqual({ a: 'topic-0' });
    expect((await store.threads.thread(HERE, 't2'))?.topic?.id).toBe('topic-0');
    expect(Object.values(await topicsOf(store.topics, OTHER_TENANT))).toEqual(['topic-0', 'topic-1']);
  });
});
