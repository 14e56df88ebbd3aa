// What the room needs of the store.
import type { DeclaredSession } from '#contract';
import type { Scope } from '../kernel/index.ts';
import type { PlacedTurn } from './types.ts';
import type { Page, PartAsked, RequestView, ThreadDetail, ThreadFilter, ThreadSummary } from './views.ts';

export interface PastTurns {
  /** Up to `limit` different principals of the scope whose stored requests declared the session; none where the principal is not known. */
  carriers(scope: Scope, session: Pick<DeclaredSession, 'source' | 'id'>, limit: number): Promise<readonly string[]>;
  /**
   * The principal's placed turns before `at` (epoch seconds), at most `limit` newest, oldest first, with vectors: what
   * the linker rebuilds a principal's state from. Promise: reads what was committed, never another scope or principal, and
   * vectors of the given model only (of the one that the request was stored with, where none is given).
   */
  recent(scope: Scope, principal: string, at: number, limit: number, model?: string): Promise<readonly PlacedTurn[]>;
}

/** What topics that enough people talk about are called; the others are missing. */
export interface TopicNames {
  named(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}

/**
 * Reading threads for people. A principal given in `onlyUser` hides everything of others as if it did not exist: the answer
 * is the same, and is found with the same work, whether an id is another's or nobody's.
 */
export interface ThreadReader {
  /** Newest activity first. The cursor is opaque and stays valid while data arrives. */
  list(
    scope: Scope,
    filter: ThreadFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<ThreadSummary>>;
  /** With `part`, only that of a longer thread: figures of the summary are of the whole thread all the same. */
  thread(scope: Scope, id: string, onlyUser?: string, part?: PartAsked): Promise<ThreadDetail | undefined>;
  request(scope: Scope, id: string, onlyUser?: string): Promise<RequestView | undefined>;
  counts(scope: Scope): Promise<{ readonly requests: number; readonly threads: number }>;
}
