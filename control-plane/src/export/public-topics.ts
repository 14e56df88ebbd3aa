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

/** A topic that few talk about may be many people's soon; one that is many people's changes slowly. */
const RECHECK_MS = { small: 60_000, public: 3_600_000 } as const;
const TOPICS = 5_000;

interface Known {
  readonly untilMs: number;
  readonly minUsers: number;
  readonly topic: { readonly id: string; readonly label: string } | undefined;
}

export function createPublicTopics({ threads, leastUsers, labelOf, clock }: PublicTopicParts): PublicTopics {
  const known = new Map<string, Known>();

  async function look(scope: Scope, id: string, minUsers: number): Promise<Known> {
    const isPublic = await threads.hasUsers(scope, id, minUsers);
    const topic = isPublic ? { id, label: await labelOf(scope, id, minUsers) } : undefined;
    return { untilMs: clock.nowMs() + RECHECK_MS[isPublic ? 'public' : 'small'], minUsers, topic };
  }

  return {
    async of(scope, threadId) {
      const minUsers = leastUsers(scope);
      const id = minUsers === undefined ? undefined : await threads.topicOf(scope, threadId);
      if (minUsers === undefined || id === undefined) return null;
      const key = `${scopeKey(scope)}/${id}`;
      const before = known.get(key);
      // A policy that asks for more people counts at once.
      if (before && before.untilMs > clock.nowMs() && before.minUsers === minUsers) return before.topic;
      const found = await look(scope, id, minUsers);
      known.delete(key);
      known.set(key, found);
      const [oldest] = known.keys();
      if (known.size > TOPICS && oldest !== undefined) known.delete(oldest);
      return found.topic;
    },
  };
}
