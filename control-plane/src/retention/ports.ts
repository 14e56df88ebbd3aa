import type { Scope } from '../kernel/index.ts';

/** Removing what has been kept long enough, class by class. Each call removes at most `limit` and answers how many. */
export interface Purgeable {
  scopes(): Promise<readonly Scope[]>;
  /** Prompts and answers go, also from the text index; the rest of the request stays. */
  purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Prompt and answer vectors go. */
  purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Whole requests go, and threads that have none left. The identity of their runs stays, without principal and salts. */
  purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Sealed original values go, and data keys that no value is left of. */
  purgeVault(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** The identity of runs goes: composition, digests, run id. */
  purgeRuns(scope: Scope, beforeMs: number, limit: number): Promise<number>;
}

/** Vectors in a store of their own. */
export interface AgedVectors {
  /** Removes vectors older than the time, at most `limit`; answers how many. */
  removeBefore(scope: Scope, atMs: number, limit: number): Promise<number>;
}
