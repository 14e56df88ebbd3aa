import { describe, expect, it } from 'vitest';
import { HERE, openStore, OTHER_TENANT, storedTurn } from './store-fixtures.ts';

const T0 = 1_772_366_400;

describe('relinks (SQLite)', () => {
  it('moves requests with the turn that brought the evidence, and says so', async () => {
    const opened = openStore();
    const { store } = opened;
    const guessed = { method: 'inferred' as const, predecessorId: 'a', confidence: 0.7 };
    await store.turns.commit(
      [
        storedTurn('a', 't1', { at: T0 }),
        storedTurn('b', 't1', { at: T0 + 10, placement: guessed }),
        storedTurn('b', 't1', { scope: OTHER_TENANT }),
      ],
      [],
      [],
    );
    await store.turns.commit([storedTurn('s', 't1', { at: T0 + 15, placement: { ...guessed, predecessorId: 'b' } })], [], []);
    const relinked = [{ requestId: 'b', from: 't1', into: 't2', evidence: 'history' as const, position: 'topic_shift' as const }];
    const repointed = [{ requestId: 's', predecessorId: 'a' }];
    const event = { type: 'ThreadRelinked' as const, scope: HERE, threadId: 't1', into: 't2', requestIds: ['b'] };
    await store.turns.commit([storedTurn('c', 't2', { at: T0 + 20, placement: { relinked, repointed } })], [], [event]);
    const again = await opened.reopen();
    expect((await again.threads.thread(HERE, 't1'))?.requests.map(({ id }) => id)).toEqual(['a', 's']);
    expect(await again.threads.request(HERE, 's')).toMatchObject({ thread: 't1', predecessor: 'a', method: 'inferred', moves: [] });
    expect((await again.threads.thread(HERE, 't2'))?.requests.map(({ id }) => id)).toEqual(['b', 'c']);
    const moved = await again.threads.request(HERE, 'b');
    expect(moved).toMatchObject({
      thread: 't2',
      method: 'history',
      confidence: 1,
      predecessor: null,
      position: 'topic_shift',
      moves: [{ from: 't1', evidence: 'history', by: 'c', at: new Date((T0 + 20) * 1_000).toISOString() }],
    });
    expect(moved?.reasons.map(({ code }) => code)).toContain('relinked');
    expect((await again.threads.request(OTHER_TENANT, 'b'))?.thread).toBe('t1');
    expect((await again.events.take(5)).map((row) => row.event)).toEqual([event]);
  });

  it('takes a fork back where what came between has moved, and only there', async () => {
    const { store } = openStore();
    const forked = {
      method: 'history' as const,
      fork: true,
      predecessorId: 'a',
      reasons: [
        { code: 'history_prefix', text: 'x' },
        { code: 'history_fork', text: 'y' },
      ],
    };
    await store.turns.commit(
      [
        storedTurn('a', 't1', { at: T0 }),
        storedTurn('b', 't1', { at: T0 + 1, placement: forked }),
        storedTurn('back', 't1', { at: T0 + 2, placement: forked }),
        storedTurn('regenerated', 't1', { at: T0 + 3, placement: forked }),
      ],
      [],
      [],
    );
    const relinked = [{ requestId: 'b', from: 't1', into: 't2', evidence: 'history' as const, position: 'topic_shift' as const }];
    const repointed = [{ requestId: 'back', predecessorId: 'a', straight: true as const }];
    await store.turns.commit([storedTurn('c', 't2', { at: T0 + 4, placement: { relinked, repointed } })], [], []);
    const back = await store.threads.request(HERE, 'back');
    expect(back).toMatchObject({ fork: false, predecessor: 'a', thread: 't1' });
    expect(back?.reasons.map(({ code }) => code)).toEqual(['history_prefix']);
    // The first of its own thread goes on from nothing.
    expect(await store.threads.request(HERE, 'b')).toMatchObject({ fork: false, predecessor: null });
    expect(await store.threads.request(HERE, 'regenerated')).toMatchObject({ fork: true });
  });

  it('removes a thread that is left empty', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't1', { at: T0 })], [], []);
    const relinked = [{ requestId: 'a', from: 't1', into: 't2', evidence: 'declared' as const, position: 'first' as const }];
    await store.turns.commit([storedTurn('b', 't2', { at: T0 + 5, placement: { relinked } })], [], []);
    expect(await store.threads.thread(HERE, 't1')).toBeUndefined();
    expect(await store.threads.counts(HERE)).toEqual({ requests: 2, threads: 1 });
  });

  it('leaves the own link of a call that only follows as sure as it was', async () => {
    const { store } = openStore();
    const beside = { method: 'inferred' as const, confidence: 0.7, predecessorId: 'a' };
    await store.turns.commit([storedTurn('a', 't1', { at: T0 }), storedTurn('title', 't1', { at: T0 + 1, placement: beside })], [], []);
    const place = { from: 't1', into: 't2', evidence: 'history' as const, position: 'first' as const };
    const follower = { ...place, requestId: 'title', predecessorId: 'a', position: 'continuation' as const, follows: true as const };
    const relinked = [{ ...place, requestId: 'a' }, follower];
    await store.turns.commit([storedTurn('b', 't2', { at: T0 + 5, placement: { relinked } })], [], []);
    expect(await store.threads.request(HERE, 'title')).toMatchObject({
      thread: 't2',
      predecessor: 'a',
      method: 'inferred',
      confidence: 0.7,
      moves: [{ from: 't1', by: 'b' }],
    });
  });
});
