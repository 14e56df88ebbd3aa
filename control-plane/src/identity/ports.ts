import type { Scope } from '../kernel/index.ts';
import type { RunRecord } from './types.ts';

/** A run as it is kept. The record holds no salts. */
export interface StoredRun extends RunRecord {
  /** Run id: 32 hex digits. */
  readonly id: string;
  readonly requestId: string;
  /** Null once the request's metadata is purged: identity is kept longer, without anything that points to a person. */
  readonly threadId: string | null;
  readonly traceId: string | null;
  readonly atMs: number;
}

export interface RunFilter {
  /** Model that answered, or that was asked for where none is known. */
  readonly model?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Reading runs: every stored request that carries a run id. */
export interface RunReader {
  /** Newest first. The cursor is opaque and stays valid while data arrives. Throws `invalid_query` for a cursor of others. */
  list(
    scope: Scope,
    filter: RunFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly StoredRun[]; readonly next: string | null }>;
  /** The first run that was stored under the id: nobody can put another in its place later. */
  find(scope: Scope, runId: string): Promise<StoredRun | undefined>;
}
