// Which topic of a thread may be told to receivers and scrapers: those that enough users talk about. Counting is dear, so it is
// done again once in a while.
import type { Clock, Scope } from '../kernel/index.ts';
import { scopeKey } from '../kernel/index.ts';
import type { PublicTopics, ThreadTopics } from './ports.ts';

export interface PublicTopicParts {
  readonly threads: ThreadTopics;
  /** Topics of at least the policy's number of users, the largest first; empty where the scope has none. */
  readonly counts: (scope: Scope) => Promise<readonly { readonly id: string; readonly label: string }[]>;
  readonly clock: Clock;
  readonly refreshMs?: number;
}

const REFRESH_MS = 60_000;
const SCOPES = 200;

export function createPublicTopics(parts: PublicTopicParts): PublicTopics {
  const known = new Map<string, { readonly atMs: number; readonly labels: Promise<ReadonlyMap<string, string>> }>();

  async function labelsOf(scope: Scope): Promise<ReadonlyMap<string, string>> {
    const key = scopeKey(scope);
    const nowMs = parts.clock.nowMs();
    const found = known.get(key);
    if (found && nowMs - found.atMs < (parts.refreshMs ?? REFRESH_MS)) return found.labels;
    const labels = parts.counts(scope).then((topics) => new Map(topics.map(({ id, label }) => [id, label])));
    // A failure is asked again at once, and never kept.
    labels.catch(() => known.delete(key));
    known.delete(key);
    known.set(key, { atMs: nowMs, labels });
    const [oldest] = known.keys();
    if (known.size > SCOPES && oldest !== undefined) known.delete(oldest);
    return labels;
  }

  return {
    async of(scope, threadId) {
      const id = await parts.threads.topicOf(scope, threadId);
      if (id === undefined) return undefined;
      const label = (await labelsOf(scope)).get(id);
      return label === undefined ? undefined : { id, label };
    },
  };
}
