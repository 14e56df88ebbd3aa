import type { AuditEntry, Scope } from '../kernel/index.ts';

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
  /** Made from other places, and made anew by a start: erased once those are. */
  readonly isMemory?: boolean;
  /**
   * Removes what it holds of the principal, with no trace left in its files; answers how many of what. Idempotent.
   * With `untilMs`, what the principal did after that time is spared.
   */
  erase(scope: Scope, principal: string, untilMs?: number): Promise<Readonly<Record<string, number>>>;
  /** Looks, without trusting `erase`, how many items of the principal are still there. May remove what it finds. */
  residual(scope: Scope, principal: string): Promise<number>;
}

/** Remembers that a principal was erased, without naming whom. */
export interface Tombstones {
  /** From here on, requests that the principal made until `atMs` are not stored. Announces SubjectErased. Durable when it resolves. */
  set(scope: Scope, principal: string, atMs: number, audit?: AuditEntry): Promise<void>;
  /** The same for a digest from the ledger, without the event; answers false where it is there already. */
  restore(subject: string, atMs: number): Promise<boolean>;
  /** True where a request made at `atMs` falls under the principal's erasure. */
  covers(scope: Scope, principal: string, atMs: number): Promise<boolean>;
}

/** Legal holds, as an erasure sees them. */
export interface ErasureHolds {
  /** Ids of the holds in force that keep anything of the principal. */
  covering(scope: Scope, principal: string): Promise<readonly string[]>;
}

/** An erasure, by the digest of the pseudonym (subjectDigest). */
export interface ErasureRecord {
  readonly scope: Scope;
  readonly subject: string;
  readonly atMs: number;
}

/** Erasures, kept apart from the store and its backups: what makes a restored backup forget again. */
export interface ErasureLedger {
  /** Durable when it resolves. Rejects with `unavailable`: then nothing is erased yet. */
  add(record: ErasureRecord): Promise<void>;
  all(): Promise<readonly ErasureRecord[]>;
}

/** A place that data was sent to, or may have been copied to, and that is out of reach. */
export interface BeyondRecall {
  readonly place: string;
  /** What it may hold of a person. */
  readonly holds: string;
}
