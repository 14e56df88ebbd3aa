// Which topic of a thread may be told to receivers and scrapers: those that enough users talk about, by the words that as many of
// them used. Looked up anew once in a while, since both grow.
import { scopeKey, type Clock, type Scope } from '../kernel/index.ts';
import type { PublicTopics, ThreadTopics } from './ports.ts';

export interface PublicTopicParts {
  readonly threads: ThreadTopics;
  /** Users that a topic needs; undefined where the scope has no topics. */
  readonly leastUsers: (scope: Scope) => number | undefined;
  /** The words of its name that at least so many people used. */
  readonly labelOf: (scope: Scope, topicId: string, minUsers: number) => Promise<string>;
  readonly clock: Clock;
}

/**
 * How many talk about it is counted often: there may be fewer after an erasure. Few may be many at once, so they are counted again
 * whenever the threads' requests have doubled too. Words of many change slowly.
 */
const RECHECK_MS = { people: 60_000, words: 3_600_000 } as const;
const TOPICS = 5_000;

interface Known {
  readonly untilMs: number;
  readonly wordsUntilMs: number;
  readonly minUsers: number;
  readonly topic: { readonly id: string; readonly label: string } | undefined;
  /** How often it was asked for, and when it was counted. */
  asked: number;
  readonly countedAt: number;
}

const isCurrent = ({ topic, minUsers, asked, countedAt, untilMs }: Known, nowMs: number): boolean =>
  untilMs > nowMs && (topic !== undefined || asked < Math.max(minUsers, 2 * countedAt));

export function createPublicTopics({ threads, leastUsers, labelOf, clock }: PublicTopicParts): PublicTopics {
  const known = new Map<string, Known>();

  async function look(scope: Scope, id: string, minUsers: number, before: Known | undefined): Promise<Known> {
    const nowMs = clock.nowMs();
    const untilMs = nowMs + RECHECK_MS.people;
    const asked = before?.asked ?? 1;
    const counted = { untilMs, minUsers, asked, countedAt: asked };
    if (!(await threads.hasUsers(scope, id, minUsers))) return { ...counted, wordsUntilMs: 0, topic: undefined };
    if (before?.topic && before.wordsUntilMs > nowMs) return { ...before, ...counted };
    const topic = { id, label: await labelOf(scope, id, minUsers) };
    return { ...counted, wordsUntilMs: nowMs + RECHECK_MS.words, topic };
  }

  return {
    async of(scope, threadId) {
      const minUsers = leastUsers(scope);
      const id = minUsers === undefined ? undefined : await threads.topicOf(scope, threadId);
      if (minUsers === undefined || id === undefined) return null;
      const key = `${scopeKey(scope)}/${id}`;
      const before = known.get(key);
      // A policy that asks for more people counts at once.
      const same = before?.minUsers === minUsers ? before : undefined;
      if (same) same.asked += 1;
      if (same && isCurrent(same, clock.nowMs())) return same.topic;
      const found = await look(scope, id, minUsers, same);
      known.delete(key);
      known.set(key, found);
      const [oldest] = known.keys();
      if (known.size > TOPICS && oldest !== undefined) known.delete(oldest);
      return found.topic;
    },
  };
}
