// Gives each thread a topic, in the background, by its first prompt.
import type { TopicsPolicy } from '#contract';
import { scopeKey, type Clock, type DomainEvent, type EventHandler, type Scope } from '../kernel/index.ts';
import { TopicClusters, type TopicName } from './cluster.ts';
import { Lexicon, type EmbedWords } from './lexicon.ts';
import { partition } from './partition.ts';
import type { Partitioner, TopicStore } from './ports.ts';
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

type Clusters = Map<string, TopicClusters>;

const PAGE = 500;
/** For fewer texts it is not worth the seconds that learning words takes; their labels go by counts. */
const LEAST_TEXTS = 256;

const atOnce: Partitioner = (points) => Promise.resolve(partition(points));

export function createTopicPlacer(parts: {
  readonly store: TopicStore;
  readonly clock: Clock;
  readonly policy: () => TopicsPolicy | undefined;
  /** Without it texts are parted where they are, which holds up everything else for seconds. */
  readonly partitioner?: Partitioner;
  /** Vectors of single words by a model; undefined where words may not be embedded by it, and labels then go by counts alone. */
  readonly wordsOf?: (model: string) => EmbedWords | undefined;
  /** Told when texts could not be looked at together; topics then stay as they are until it is time again. */
  readonly onFailure?: (error: unknown) => void;
}): TopicPlacer {
  const { store, clock, partitioner = atOnce } = parts;
  const looking = new Map<TopicClusters, Promise<void>>();
  const states = new Map<string, Clusters>();
  const lexicons = new Map<string, Lexicon | undefined>();
  // One task at a time: placing reads and changes the state of a scope across awaits.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };

  function clustersOf(clusters: Clusters, scope: Scope, model: string): TopicClusters {
    if (!lexicons.has(model)) {
      const embed = parts.wordsOf?.(model);
      lexicons.set(model, embed && new Lexicon(embed));
    }
    const known = clusters.get(model) ?? new TopicClusters({ seed: scopeKey(scope), lexicon: lexicons.get(model) });
    clusters.set(model, known);
    return known;
  }

  /** Where texts are not kept any more, the label that was made from them stays; so it does where no model says what words mean. */
  async function relabel(scope: Scope, all: Iterable<TopicClusters>): Promise<void> {
    const labels: TopicName[] = [];
    for (const one of all) {
      if (one.texts >= LEAST_TEXTS) await one.learnWords().catch((error: unknown) => parts.onFailure?.(error));
      labels.push(...one.labels());
    }
    await store.relabel(scope, labels);
  }

  async function stateOf(scope: Scope): Promise<Clusters> {
    const known = states.get(scopeKey(scope));
    if (known) return known;
    const clusters: Clusters = new Map();
    for (let after = 0; ;) {
      const page = await store.placed(scope, after, PAGE);
      for (const { topicId, vector, text, model, requestId } of page) {
        clustersOf(clusters, scope, model).restore(topicId, vector, text, requestId);
      }
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) break;
    }
    const { topics, reviewedAt } = await store.standings(scope);
    for (const [model, one] of clusters) one.restored(topics, reviewedAt.get(model));
    states.set(scopeKey(scope), clusters);
    await relabel(scope, clusters.values());
    return clusters;
  }

  /** In the background; what came of it waits its turn, and is dropped when the state was made anew meanwhile. */
  function lookTogether(scope: Scope, clusters: Clusters, model: string, one: TopicClusters): void {
    if (looking.has(one)) return;
    const texts = one.recent();
    const task = partitioner(texts).then((found) =>
      inTurn(async () => {
        if (states.get(scopeKey(scope)) !== clusters) return;
        try {
          const { moves, changes } = one.apply(texts, found);
          await store.move(scope, moves, changes, clock.nowMs());
          await store.reviewed(scope, model, one.texts, clock.nowMs());
          await relabel(scope, [one]);
        } catch (error) {
          states.delete(scopeKey(scope));
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
    const clusters = states.get(scopeKey(scope));
    for (const { topicId, vector, text, model, requestId } of misplaced) clusters?.get(model)?.remove(topicId, vector, text, requestId);
    await store.placeFixed(scope, threadIds, FIXED_TOPICS);
  }

  async function place(scope: Scope, threadIds: readonly string[]): Promise<void> {
    if (!hasTopics(scope, parts.policy())) return;
    if (parts.policy()?.kind === 'fixed') return store.placeFixed(scope, threadIds, FIXED_TOPICS);
    const clusters = await stateOf(scope);
    try {
      const open = await store.open(scope, threadIds);
      const placements = open.map(({ requestId, vector, text, model }) => ({
        requestId,
        topic: clustersOf(clusters, scope, model).assign(requestId, vector, text),
      }));
      await store.place(scope, placements);
      for (const [model, one] of clusters) if (one.isDue) lookTogether(scope, clusters, model, one);
    } catch (error) {
      // The memory holds texts that the store did not take: it is made anew from the store.
      states.delete(scopeKey(scope));
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
        states.delete(scopeKey(scope));
        for (const lexicon of lexicons.values()) lexicon?.forget();
        if (hasTopics(scope, parts.policy())) await stateOf(scope);
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
