import type { Scope } from '../kernel/index.ts';

/** Removing what has been kept long enough, class by class. Each call removes at most `limit` and answers how many. */
export interface Purgeable {
  scopes(): Promise<readonly Scope[]>;
  /** Prompts and answers go, also from the text index; the rest of the request stays. */
  purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Prompt and answer vectors go. */
  purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Whole requests go, and threads that have none left. */
  purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number>;
}
