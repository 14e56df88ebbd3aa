import type { Scope } from './scope.ts';

/**
 * "Afterwards": facts stored in the transaction that made them true and handed to the handlers that compose registered,
 * at least once, in the order they were stored.
 */
export type DomainEvent =
  | { readonly type: 'TurnStored'; readonly scope: Scope; readonly requestId: string; readonly threadId: string }
  /** Requests were moved from the thread into another; the first may be gone. */
  | {
      readonly type: 'ThreadRelinked';
      readonly scope: Scope;
      readonly threadId: string;
      readonly into: string;
      /** The moved ones. They may have been moved on since: handlers read where they stand now. */
      readonly requestIds: readonly string[];
      /** The repair by a person that moved them, or whose undoing did; absent: evidence did. */
      readonly repairId?: string;
    }
  | { readonly type: 'SubjectErased'; readonly scope: Scope; readonly principal: string; readonly untilMs?: number };

export interface EventHandler {
  readonly name: string;
  /** Events of erasures are handed to it again until it takes them, however long that is. */
  readonly mustNotBeLost?: boolean;
  /** Is told when the other handlers have been: it reads what they made of the events. */
  readonly afterOthers?: boolean;
  /** Must be idempotent: an event can come again after a crash. A rejection is retried with backoff, then counted and dropped. */
  handle(events: readonly DomainEvent[]): Promise<void>;
}
