// Which topics may be told of at all: in every table, list, finding and file those that enough people talk about, and no other.
// Who sees exact figures and who released ones is the role's; this wall stands before both.
import type { TopicsPolicy } from '#contract';
import type { Scope } from '../kernel/index.ts';
import { hasTopics } from './placer.ts';
import type { TopicTexts } from './ports.ts';
import { publicLabel } from './public-label.ts';
import { leastUsers } from './routes.ts';

export interface TopicWall {
  /**
   * Of the topics those that enough people talk about now, with what those who may read their texts call them. All others are
   * missing, as if they were not there; where the scope has no topics, all are.
   */
  named(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
  /** The same topics by the words that enough people used, for everybody else; the name may be empty. */
  namedToOthers(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}

export interface TopicWallParts {
  readonly store: TopicTexts & {
    /** Whether at least so many known users have a thread in the topic; reads no further than it must. */
    hasUsers(scope: Scope, topicId: string, atLeast: number): Promise<boolean>;
  };
  readonly policy: () => TopicsPolicy | undefined;
}

/** Asks the store each time: an erasure can take a topic below the threshold at any moment. */
export function createTopicWall({ store, policy }: TopicWallParts): TopicWall {
  async function among(
    scope: Scope,
    ids: Iterable<string>,
    nameOf: (id: string, minUsers: number) => Promise<string>,
  ): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    if (!hasTopics(scope, policy())) return names;
    const minUsers = leastUsers(policy());
    for (const id of new Set(ids)) {
      if (await store.hasUsers(scope, id, minUsers)) names.set(id, await nameOf(id, minUsers));
    }
    return names;
  }
  return {
    named: (scope, ids) => among(scope, ids, (id) => store.labelOf(scope, id)),
    namedToOthers: (scope, ids) => among(scope, ids, (id, minUsers) => publicLabel(store, scope, id, minUsers)),
  };
}
