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
    const relinked = [{ requestId: 'b', from: 't1', into: 't2', evidence: 'history' as const }];
    const event = { type: 'ThreadRelinked' as const, scope: HERE, threadId: 't1', into: 't2' };
    await store.turns.commit([storedTurn('c', 't2', { at: T0 + 20, placement: { relinked } })], [], [event]);
    const again = await opened.reopen();
    expect((await again.threads.thread(HERE, 't1'))?.requests.map(({ id }) => id)).toEqual(['a']);
    expect((await again.threads.thread(HERE, 't2'))?.requests.map(({ id }) => id)).toEqual(['b', 'c']);
    const moved = await again.threads.request(HERE, 'b');
    expect(moved).toMatchObject({ thread: 't2', method: 'history', confidence: 1, predecessor: null });
    expect(moved?.reasons.map(({ code }) => code)).toContain('relinked');
    expect((await again.threads.request(OTHER_TENANT, 'b'))?.thread).toBe('t1');
    expect((await again.events.take(5)).map((row) => row.event)).toEqual([event]);
  });

  it('removes a thread that is left empty', async () => {
    const { store } = openStore();
    await store.turns.commit([storedTurn('a', 't1', { at: T0 })], [], []);
    const relinked = [{ requestId: 'a', from: 't1', into: 't2', evidence: 'declared' as const }];
    await store.turns.commit([storedTurn('b', 't2', { at: T0 + 5, placement: { relinked } })], [], []);
    expect(await store.threads.thread(HERE, 't1')).toBeUndefined();
    expect(await store.threads.counts(HERE)).toEqual({ requests: 2, threads: 1 });
  });
});
