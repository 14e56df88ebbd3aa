import { describe, expect, it } from 'vitest';
import type { DomainEvent, Scope } from '../../../../control-plane/src/kernel/index.ts';
import { partitionInThread } from '../../../../control-plane/src/adapters/partition/index.ts';
import {
  createTopicPlacer,
  partition,
  type OpenThread,
  type Partitioner,
  type PlacedPrompt,
  type TopicStanding,
  type TopicStandings,
  type TopicStore,
} from '../../../../control-plane/src/topics/index.ts';
import { madeText } from './fixtures.ts';

const SCOPE: Scope = { tenant: 'acme', environment: 'production' };
const MATTERS = 4;
const clock = { nowMs: (): number => 0 };

function thread(n: number): OpenThread {
  const { text, vector } = madeText(n, MATTERS);
  return { requestId: `r${n}`, text, vector, model: 'm' };
}

/** As the port promises it, in memory. */
class MemoryTopics implements TopicStore {
  readonly rows = new Map<string, PlacedPrompt>();
  readonly names = new Map<string, string>();
  readonly standing = new Map<string, TopicStanding>();
  readonly reviews = new Map<string, number>();
  events = 0;
  /** Requests that no longer begin a thread. */
  misplaced: string[] = [];

  open(_scope: Scope, threadIds: readonly string[]): Promise<readonly OpenThread[]> {
    return Promise.resolve(threadIds.filter((id) => !this.rows.has(id)).map((id) => thread(Number(id.slice(1)))));
  }
  placed(_scope: Scope, afterSeq: number, limit: number): Promise<readonly PlacedPrompt[]> {
    return Promise.resolve([...this.rows.values()].filter(({ seq }) => seq > afterSeq).slice(0, limit));
  }
  place(_scope: Scope, placements: Parameters<TopicStore['place']>[1]): Promise<void> {
    for (const { requestId, topic } of placements) {
      this.rows.set(requestId, { ...thread(Number(requestId.slice(1))), seq: this.rows.size + 1, topicId: topic.id });
    }
    return Promise.resolve();
  }
  move(_scope: Scope, moves: Parameters<TopicStore['move']>[1], changes: Parameters<TopicStore['move']>[2]): Promise<void> {
    const into = (id: string, from: string, topicId: string): void => {
      const row = this.rows.get(id);
      if (row?.topicId === from) this.rows.set(id, { ...row, topicId });
    };
    this.events += changes.length;
    for (const { id, from, to } of moves) into(id, from, to);
    for (const { kind, from, to } of changes) if (kind === 'merge') for (const id of this.rows.keys()) into(id, from, to);
    return Promise.resolve();
  }
  settle(): Promise<readonly PlacedPrompt[]> {
    const misplaced = this.misplaced.flatMap((id) => this.rows.get(id) ?? []);
    for (const { requestId } of misplaced) this.rows.delete(requestId);
    return Promise.resolve(misplaced);
  }
  relabel(_scope: Scope, topics: Parameters<TopicStore['relabel']>[1]): Promise<void> {
    for (const { id, label, parent, joinAt } of topics) {
      if (label !== '') this.names.set(id, label);
      this.standing.set(id, { id, parent: parent?.id, joinAt });
    }
    return Promise.resolve();
  }
  placeFixed(): Promise<void> {
    return Promise.resolve();
  }
  reviewed(_scope: Scope, model: string, texts: number): Promise<void> {
    this.reviews.set(model, texts);
    return Promise.resolve();
  }
  standings(): Promise<TopicStandings> {
    return Promise.resolve({ topics: [...this.standing.values()], reviewedAt: this.reviews });
  }
  parents(): Promise<readonly []> {
    return Promise.resolve([]);
  }
  changes(): Promise<readonly []> {
    return Promise.resolve([]);
  }
  became(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  counts(): Promise<readonly []> {
    return Promise.resolve([]);
  }
}

const stored = (from: number, to: number): DomainEvent[] =>
  Array.from({ length: to - from }, (_, i) => ({ type: 'TurnStored', scope: SCOPE, threadId: `r${from + i}` }) as DomainEvent);
const topicsOf = (store: MemoryTopics): string[] => [...new Set([...store.rows.values()].map(({ topicId }) => topicId))];

describe('topic placer', () => {
  it('looks at what was placed together, and moves stored threads to the topics as they stand then', async () => {
    const store = new MemoryTopics();
    const placer = createTopicPlacer({ store, clock, policy: () => undefined, partitioner: partitionInThread });
    await placer.handler.handle(stored(0, 300));
    await placer.idle();
    expect(topicsOf(store)).toHaveLength(MATTERS);
    const labels = topicsOf(store).map((id) => store.names.get(id) ?? '');
    for (let n = 0; n < MATTERS; n += 1)
      expect(labels.some((label) => label.split(' ').some((word) => madeText(n, MATTERS).about.startsWith(word)))).toBe(true);

    const before = topicsOf(store);
    await placer.refresh(SCOPE);
    await placer.handler.handle(stored(300, 340));
    expect(topicsOf(store)).toEqual(before);
  });

  it('learns no word a second time when it makes topics anew, and keeps none of texts that went', async () => {
    const store = new MemoryTopics();
    const asked: string[] = [];
    const embed = (words: readonly string[]): Promise<readonly Float32Array[]> => {
      asked.push(...words);
      return Promise.resolve(words.map((word) => Float32Array.of(word.length, 1)));
    };
    const placer = createTopicPlacer({ store, clock, policy: () => undefined, wordsOf: () => embed });
    await placer.handler.handle(stored(0, 400));
    await placer.idle();
    await placer.refresh(SCOPE);
    const learned = asked.splice(0);
    expect(learned.length).toBeGreaterThan(0);
    await placer.refresh(SCOPE);
    expect(asked).toEqual([]);
    const kept = new Map(store.rows);
    store.rows.clear();
    await placer.refresh(SCOPE);
    for (const [id, row] of kept) store.rows.set(id, row);
    await placer.refresh(SCOPE);
    expect(asked.length).toBeGreaterThan(0);
    expect(learned).toEqual(expect.arrayContaining(asked));
  });

  it('takes texts in meanwhile, and drops what it found when the memory was made anew', async () => {
    const store = new MemoryTopics();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow: Partitioner = async (points) => {
      await gate;
      return partition(points);
    };
    const placer = createTopicPlacer({ store, clock, policy: () => undefined, partitioner: slow });
    await placer.handler.handle(stored(0, 300));
    await placer.handler.handle(stored(300, 310));
    expect(store.rows.size).toBe(310);
    await placer.refresh(SCOPE);
    const before = [...store.rows.values()].map(({ topicId }) => topicId);
    release();
    await placer.idle();
    expect([...store.rows.values()].map(({ topicId }) => topicId)).toEqual(before);
    expect(store.events).toBe(0);
  });

  it('takes out texts whose requests went into other threads, also while they are looked at, as if they had never come', async () => {
    const relinked = (from: number): DomainEvent => ({
      type: 'ThreadRelinked',
      scope: SCOPE,
      threadId: `r${from}`,
      into: 'r0',
      requestIds: [`r${from}`],
    });
    const [store, plain] = [new MemoryTopics(), new MemoryTopics()];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow: Partitioner = async (points) => {
      await gate;
      return partition(points);
    };
    const placer = createTopicPlacer({ store, clock, policy: () => undefined, partitioner: slow });
    await placer.handler.handle(stored(0, 300));
    // All of one matter but its first, which the others turned out to belong to.
    store.misplaced = Array.from({ length: 74 }, (_, n) => `r${(n + 1) * MATTERS}`);
    store.open = (_scope, ids) =>
      Promise.resolve(ids.filter((id) => !store.rows.has(id) && !store.misplaced.includes(id)).map((id) => thread(Number(id.slice(1)))));
    for (let round = 0; round < 2; round += 1) await placer.handler.handle(store.misplaced.map((id) => relinked(Number(id.slice(1)))));
    release();
    await placer.idle();
    expect(store.rows.size).toBe(226);
    const other = createTopicPlacer({ store: plain, clock, policy: () => undefined });
    const ids = [...store.rows.keys()];
    await other.handler.handle(ids.map((threadId) => ({ type: 'TurnStored', scope: SCOPE, threadId, requestId: threadId })));
    // Who belongs with whom is the same as where the others never came.
    const groups = (one: MemoryTopics): string[][] =>
      [...Map.groupBy(ids, (id) => one.rows.get(id)?.topicId).values()].map((list) => list.toSorted()).toSorted();
    expect(groups(store)).toEqual(groups(plain));
    const refreshed = groups(store);
    await placer.refresh(SCOPE);
    await placer.handler.handle(stored(1_000, 1_001));
    expect(groups(store)).toEqual(refreshed);
  });

  it('goes on after a restart as if there had been none: the same ids for what was there and for what comes', async () => {
    const [store, other] = [new MemoryTopics(), new MemoryTopics()];
    const through = createTopicPlacer({ store: other, clock, policy: () => undefined });
    for (let from = 0; from < 700; from += 100) {
      // A new process for each hundred.
      const placer = createTopicPlacer({ store, clock, policy: () => undefined });
      for (const one of [placer, through]) {
        await one.handler.handle(stored(from, from + 100));
        await one.idle();
      }
      const placed = (of: MemoryTopics): string[][] => [...of.rows.values()].map(({ requestId, topicId }) => [requestId, topicId]);
      expect(placed(store)).toEqual(placed(other));
    }
    expect([...store.standing.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, parent }) => [id, parent])).toEqual(
      [...other.standing.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, parent }) => [id, parent]),
    );
    expect(store.reviews).toEqual(other.reviews);
  });

  it('keeps placing when texts cannot be looked at together, and says why', async () => {
    const store = new MemoryTopics();
    const failures: unknown[] = [];
    const placer = createTopicPlacer({
      store,
      clock,
      policy: () => undefined,
      partitioner: () => Promise.reject(new Error('no thread')),
      onFailure: (error) => failures.push(error),
    });
    await placer.handler.handle(stored(0, 300));
    await placer.idle();
    await placer.handler.handle(stored(300, 320));
    await placer.idle();
    expect(store.rows.size).toBe(320);
    expect(failures).toEqual([new Error('no thread')]);
  });
});
