import type { Scope } from '../kernel/index.ts';
import type { LivePortion, LiveRequest } from './types.ts';

export const TROUBLES = ['error', 'blocked'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface LiveFilter {
  /** Only this user's; the wall for callers who see their own alone. */
  readonly user: string | undefined;
  readonly model: string | undefined;
  readonly trouble: Trouble | undefined;
}

/** A place in the order in which requests are stored, over all scopes: never shown to anybody. */
export type StoredPlace = number;

export interface LiveReader {
  /** The newest place that is taken; 0 in an empty store. */
  place(): Promise<StoredPlace>;
  /** The newest requests that pass, newest first. Looks at a bounded number of rows, so that a rare model costs no more. */
  newest(scope: Scope, filter: LiveFilter, limit: number): Promise<readonly LiveRequest[]>;
  /**
   * What was stored after `after`, up to and including `to`. Counts are of the user's requests where the filter names a user, else of
   * all; model and trouble narrow the items alone. Requests are given as they stand now; one that was erased since is left out.
   */
  since(
    scope: Scope,
    range: { readonly after: StoredPlace; readonly to: StoredPlace },
    filter: LiveFilter,
    limit: number,
  ): Promise<LivePortion>;
}
