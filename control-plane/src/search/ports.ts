import type { Scope } from '../kernel/index.ts';
import type { Filters } from './parse-query.ts';

export interface TextHit {
  readonly requestId: string;
  readonly threadId: string;
  /** Higher is better; only comparable within one answer. */
  readonly score: number;
  /** Redacted text around the match; matches between U+E000 and U+E001. */
  readonly snippet: string;
}

/** Full text over redacted prompts and answers. */
export interface TextIndex {
  /**
   * Words in any order, best first. The words are data, never query syntax: any text is a valid query. With a principal,
   * neither hits nor order nor scores depend on what anyone else wrote.
   */
  match(scope: Scope, words: readonly string[], limit: number, principal?: string): Promise<readonly TextHit[]>;
  /**
   * Requests whose id, run id, trace id, correlation id or declared session equals the text, or threads of that id, newest
   * first. With a principal, only that one's.
   */
  byIdentifier(scope: Scope, identifier: string, limit: number, principal?: string): Promise<readonly TextHit[]>;
  /** Ids of the newest requests of the scope that meet every filter given, however far back they are. */
  byFilters(scope: Scope, filters: Filters, limit: number): Promise<readonly string[]>;
}

/** Nearness of meaning, to requests that have a vector. */
export interface MeaningIndex {
  /** Best first. Empty where the text has no meaning to compare (blank). The text never leaves the process. */
  nearest(
    scope: Scope,
    text: string,
    limit: number,
    bounds: { readonly principal?: string | undefined; readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
  ): Promise<readonly { readonly id: string; readonly threadId: string; readonly score: number }[]>;
}
