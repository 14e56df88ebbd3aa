import type { Guess } from './infer/guess.ts';
import type { Entry } from './state.ts';
import type { LinkMethod, Reason, Truncation } from './types.ts';

/** What the evidence says about one request, before position and intent are added. */
export interface Link {
  /** The thread it joins; a new one where absent. */
  readonly threadId: string | undefined;
  /** Id of the new thread, where the evidence names one. */
  readonly newThreadId?: string | undefined;
  readonly predecessor?: Entry | undefined;
  readonly method: LinkMethod;
  readonly confidence: number;
  readonly reasons: readonly Reason[];
  readonly alternatives?: readonly { readonly threadId: string; readonly probability: number }[];
  readonly truncation?: Truncation | undefined;
  readonly fork?: boolean;
  /** The request goes on with something that was never seen here. */
  readonly orphaned?: boolean;
  /** What inference weighed, where it decided and is to be judged. */
  readonly guess?: Guess;
}
