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
      7_000,
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
    await store.topics.move(HERE, [{ id: 'a', from: 'two', to: 'three' }], [], 0);
    expect(await topicsOf(store.topics)).toMatchObject({ a: 'one' });
  });

  it('forgets the labels of topics that are no more', async () => {
    const { store } = await filled();
    await store.topics.move(HERE, [], [{ kind: 'merge', from: 'two', to: 'one' }], 0);
    await store.topics.relabel(HERE, [{ id: 'one', label: 'both' }]);
    expect((await store.topics.counts(HERE, 1, 10)).map(({ id, label }) => ({ id, label }))).toEqual([{ id: 'one', label: 'both' }]);
  });
});

describe('two levels, and what became of topics', () => {
  it('notes merges and splits with time and threads, newest first, and answers where a topic went over all merges since', async () => {
    const { store } = await filled();
    await store.topics.move(
      HERE,
      [{ id: 'a', from: 'one', to: 'three' }],
      [
        { kind: 'split', from: 'one', to: 'three' },
        { kind: 'merge', from: 'two', to: 'one' },
      ],
      7_000,
    );
    await store.topics.move(HERE, [], [{ kind: 'merge', from: 'one', to: 'three' }], 9_000);
    const all = await store.topics.changes(HERE, { limit: 10 });
    expect(all.map(({ kind, from, to, threads, atMs }) => [kind, from, to, threads, atMs])).toEqual([
      ['merge', 'one', 'three', 3, 9_000],
      ['merge', 'two', 'one', 2, 7_000],
      ['split', 'one', 'three', 1, 7_000],
    ]);
    expect(await store.topics.changes(HERE, { limit: 1, before: all[0]?.seq })).toEqual([all[1]]);
    expect((await store.topics.changes(HERE, { limit: 9, topic: 'two' })).map(({ from }) => from)).toEqual(['two']);
    expect(await store.topics.became(HERE, 'two')).toBe('three');
    expect(await store.topics.became(HERE, 'three')).toBeUndefined();
    expect(await store.topics.became(HERE, 'never')).toBeUndefined();
    expect(await store.topics.changes(OTHER_TENANT, { limit: 9 })).toEqual([]);
    expect(await store.topics.became(OTHER_TENANT, 'two')).toBeUndefined();
    // Who kept the old id finds the threads of what it became.
    expect((await store.threads.list(HERE, { topic: 'two' }, { limit: 10 })).items).toHaveLength(4);
  });

  it('keeps parents, widths and how far texts were looked at, and counts a person once in a parent', async () => {
    const { store } = await filled();
    await store.turns.commit([storedTurn('e', 'thread-e', { principal: 'user-a' })], [], []);
    await store.topics.place(HERE, [{ requestId: 'e', topic: { id: 'two', label: 'second' } }]);
    const parent = { id: 'all', label: 'both' };
    await store.topics.relabel(HERE, [
      { id: 'one', label: 'first', parent, joinAt: 0.5 },
      { id: 'two', label: '', parent },
    ]);
    await store.topics.reviewed(HERE, 'm', 5, 1_000);
    const { topics, reviewedAt } = await store.topics.standings(HERE);
    expect(topics.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'all', parent: undefined, joinAt: undefined },
      { id: 'one', parent: 'all', joinAt: 0.5 },
      { id: 'two', parent: 'all', joinAt: undefined },
    ]);
    expect([...reviewedAt]).toEqual([['m', 5]]);
    expect((await store.topics.counts(HERE, 1, 9)).map(({ id, label, parent: in_ }) => [id, label, in_])).toEqual([
      ['two', 'second', parent],
      ['one', 'first', parent],
    ]);
    expect(await store.topics.parents(HERE, 1, 9)).toMatchObject([{ id: 'all', label: 'both', threads: 5, users: 4, parent: null }]);
    expect(await store.topics.parents(HERE, 5, 9)).toEqual([]);
    expect(await store.topics.standings(OTHER_TENANT)).toMatchObject({ reviewedAt: new Map() });
    await store.topics.move(HERE, [], [{ kind: 'merge', from: 'two', to: 'one' }], 0);
    await store.topics.relabel(HERE, [{ id: 'one', label: 'first', parent: { id: 'new', label: 'new' } }]);
    expect((await store.topics.standings(HERE)).topics.map(({ id }) => id).toSorted()).toEqual(['new', 'one']);
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
