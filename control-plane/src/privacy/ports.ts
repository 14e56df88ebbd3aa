import type { Scope } from '../kernel/index.ts';

/** Finds names, addresses and the like by a model. Texts stay in memory. */
export interface Finder {
  /** Findings of each text in UTF-16 units, ordered, not overlapping. */
  find(texts: readonly string[]): Promise<readonly (readonly { readonly start: number; readonly end: number; readonly type: string }[])[]>;
}

/** A place that holds data of principals: a table, an index, a memory. Every such place registers one. */
export interface Erasable {
  readonly name: string;
  /** Tables of the store that it answers for; a test compares them with the schema. */
  readonly tables: readonly string[];
  /**
   * Removes what it holds of the principal, with no trace left in its files; answers how many of what. Idempotent.
   * With `untilMs`, a place outside the store spares what the principal did after that time.
   */
  erase(scope: Scope, principal: string, untilMs?: number): Promise<Readonly<Record<string, number>>>;
  /** Looks, without trusting `erase`, how many items of the principal are still there. May remove what it finds. */
  residual(scope: Scope, principal: string): Promise<number>;
}

/** Remembers that a principal was erased, without naming whom. */
export interface Tombstones {
  /** From here on, requests that the principal made until `atMs` are not stored. Announces SubjectErased. Durable when it resolves. */
  set(scope: Scope, principal: string, atMs: number): Promise<void>;
  /** True where a request made at `atMs` falls under the principal's erasure. */
  covers(scope: Scope, principal: string, atMs: number): Promise<boolean>;
}
