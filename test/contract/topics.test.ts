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
