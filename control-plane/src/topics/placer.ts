// Gives each thread a topic, in the background, by its first prompt.
import type { TopicsPolicy } from '#contract';
import { scopeKey, type Clock, type DomainEvent, type EventHandler, type Scope } from '../kernel/index.ts';
import type { TopicClusters } from './cluster.ts';
import { TopicMemory, type Clusters, type TopicMemoryParts } from './memory.ts';
import { partition } from './partition.ts';
import type { Partitioner } from './ports.ts';
import { FIXED_TOPICS } from './taxonomy.ts';

/** Traffic of tests is kept out of all statistics. */
export const hasTopics = (scope: Scope, policy: TopicsPolicy | undefined): boolean =>
  scope.environment !== 'test' && policy?.enabled !== false;

export interface TopicPlacer {
  readonly handler: EventHandler;
  /** Forgets what is in memory of the scope and makes topics and labels anew from what is stored. */
  refresh(scope: Scope): Promise<void>;
  /** Settles when no texts are being looked at together. */
  idle(): Promise<void>;
}

const atOnce: Partitioner = (points) => Promise.resolve(partition(points));

interface TopicPlacerParts extends TopicMemoryParts {
  readonly clock: Clock;
  readonly policy: () => TopicsPolicy | undefined;
  /** Without it texts are parted where they are, which holds up everything else for seconds. */
  readonly partitioner?: Partitioner;
}

export function createTopicPlacer(parts: TopicPlacerParts): TopicPlacer {
  const { store, clock, partitioner = atOnce } = parts;
  const memory = new TopicMemory(parts);
  const looking = new Map<TopicClusters, Promise<void>>();
  // One task at a time: placing reads and changes the state of a scope across awaits.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };

  /** In the background; what came of it waits its turn, and is dropped when the state was made anew meanwhile. */
  function lookTogether(scope: Scope, clusters: Clusters, model: string, one: TopicClusters): void {
    if (looking.has(one)) return;
    const texts = one.recent();
    const task = partitioner(texts).then((found) =>
      inTurn(async () => {
        if (memory.known(scope) !== clusters) return;
        try {
          const { moves, changes } = one.apply(texts, found);
          await store.move(scope, moves, changes, clock.nowMs());
          await store.reviewed(scope, model, one.texts, clock.nowMs());
          await memory.relabel(scope, [one]);
        } catch (error) {
          memory.forget(scope);
          throw error;
        }
      }),
    );
    const settled = task.catch((error: unknown) => {
      one.postpone();
      parts.onFailure?.(error);
    });
    looking.set(
      one,
      settled.finally(() => looking.delete(one)),
    );
  }

  /** Threads that requests left or joined: each goes by what is its first request now. */
  async function settle(scope: Scope, threadIds: readonly string[]): Promise<void> {
    if (!hasTopics(scope, parts.policy())) return;
    const misplaced = await store.settle(scope, threadIds);
    const clusters = memory.known(scope);
    for (const { topicId, vector, text, model, requestId } of misplaced) clusters?.get(model)?.remove(topicId, vector, text, requestId);
    await store.placeFixed(scope, threadIds, FIXED_TOPICS);
  }

  async function place(scope: Scope, threadIds: readonly string[]): Promise<void> {
    if (!hasTopics(scope, parts.policy())) return;
    if (parts.policy()?.kind === 'fixed') return store.placeFixed(scope, threadIds, FIXED_TOPICS);
    const clusters = await memory.of(scope);
    try {
      const open = await store.open(scope, threadIds);
      const placements = open.map(({ requestId, vector, text, model }) => ({
        requestId,
        topic: memory.clustersOf(clusters, scope, model).assign(requestId, vector, text),
      }));
      await store.place(scope, placements);
      for (const [model, one] of clusters) if (one.isDue) lookTogether(scope, clusters, model, one);
    } catch (error) {
      // The memory holds texts that the store did not take: it is made anew from the store.
      memory.forget(scope);
      throw error;
    }
  }

  return {
    handler: {
      name: 'topics',
      handle: (events) =>
        inTurn(async () => {
          const relinked = threadsOf(events, (event) => (event.type === 'ThreadRelinked' ? [event.threadId, event.into] : []));
          for (const [scope, threadIds] of relinked) await settle(scope, threadIds);
          for (const [scope, threadIds] of threadsOf(events, touched)) await place(scope, threadIds);
        }),
    },
    refresh: (scope) =>
      inTurn(async () => {
        memory.forget(scope);
        try {
          if (hasTopics(scope, parts.policy())) await memory.of(scope);
        } finally {
          // Last, so that words which are still there keep their meaning: to learn all of them again takes longer than all else.
          memory.forgetWords();
        }
      }),
    idle: async () => {
      await Promise.all(looking.values());
    },
  };
}

/** Threads that may need a topic after the event. */
function touched(event: DomainEvent): readonly string[] {
  if (event.type === 'TurnStored') return [event.threadId];
  return event.type === 'ThreadRelinked' ? [event.threadId, event.into] : [];
}

function threadsOf(events: readonly DomainEvent[], of: (event: DomainEvent) => readonly string[]): ReadonlyMap<Scope, readonly string[]> {
  const scopes = new Map<string, Scope>();
  const threads = new Map<Scope, string[]>();
  for (const event of events) {
    for (const threadId of of(event)) {
      const scope = scopes.get(scopeKey(event.scope)) ?? event.scope;
      scopes.set(scopeKey(scope), scope);
      const list = threads.get(scope) ?? [];
      if (!list.includes(threadId)) list.push(threadId);
      threads.set(scope, list);
    }
  }
  return threads;
}
