import type { AuditEntry, Scope } from '../kernel/index.ts';

/** What a hold keeps: all of one user, of one thread, or everything of the tenant and environment. */
export type HoldKind = 'user' | 'thread' | 'scope';

export interface Hold {
  readonly id: string;
  readonly kind: HoldKind;
  /** Pseudonym of the user, or id of the thread; null where everything is held. */
  readonly subject: string | null;
  /** Redacted. */
  readonly reason: string;
  readonly placedAtMs: number;
  /** Who: see actorOf. */
  readonly placedBy: string;
  /** Null while it is in force. */
  readonly liftedAtMs: number | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
}

export interface HoldStore {
  /**
   * From when it resolves, nothing that the hold names is purged or erased. A held thread's requests stay held wherever they
   * are moved, and so do those that come into it later. False where there is no such thread. Durable, with the entry.
   */
  place(scope: Scope, hold: Hold, audit: AuditEntry): Promise<boolean>;
  /** False where no hold of that id is in force. What it alone held is subject to the policy again. */
  lift(
    scope: Scope,
    id: string,
    by: { readonly atMs: number; readonly actor: string; readonly reason: string },
    audit: AuditEntry,
  ): Promise<boolean>;
  /** Newest first. */
  list(scope: Scope, isActiveOnly: boolean): Promise<readonly Hold[]>;
  /** Ids of the holds in force that keep anything of the principal. */
  covering(scope: Scope, principal: string): Promise<readonly string[]>;
}
