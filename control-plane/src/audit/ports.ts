import type { AuditKind, Scope } from '../kernel/index.ts';
import type { ChainedEntry, ChainEnd } from './chain.ts';

export interface AuditFilter {
  readonly kind?: AuditKind | undefined;
  readonly actor?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Reading a log. Entries are added by whoever makes the change that they tell of, in its transaction, or by AuditTrail. */
export interface AuditStore {
  scopes(): Promise<readonly Scope[]>;
  /** Size and last hash, as they stand in the store. */
  end(scope: Scope): Promise<ChainEnd>;
  /** Entries from `from` on, in order. */
  entries(scope: Scope, from: number, limit: number): Promise<readonly ChainedEntry[]>;
  /** Matching entries, newest first, before `before` (a seq) where given. */
  search(scope: Scope, filter: AuditFilter, before: number | undefined, limit: number): Promise<readonly ChainedEntry[]>;
  /** The newest head that was published; undefined before the first. */
  head(scope: Scope): Promise<string | undefined>;
  /** Durable when it resolves. */
  publishHead(scope: Scope, size: number, note: string): Promise<void>;
}

/** Heads kept apart from the store: a store that lost entries is behind them. */
export interface HeadGuard {
  read(scope: Scope): Promise<string | undefined>;
  /** Resolves when it would survive loss of power. */
  write(scope: Scope, note: string): Promise<void>;
}
