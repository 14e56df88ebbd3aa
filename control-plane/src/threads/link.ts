import type { Entry } from './entry.ts';
import type { HistoryMatch } from './history.ts';
import type { Guess } from './judged.ts';
import type { LinkMethod, Reason, Truncation, TurnInput } from './types.ts';

/** Code of the reason that stands with a fork which a history shows. */
export const FORKED = 'history_fork';

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

export const truncationOf = ({ dropped, foreign }: HistoryMatch, summary: boolean): Truncation | undefined =>
  dropped === 0 ? undefined : { dropped, kind: summary || foreign > 0 ? 'compacted' : 'truncated' };

/** What history says of a request beside where it belongs. */
export const traitsOf = (match: HistoryMatch, turn: TurnInput): Pick<Link, 'fork' | 'truncation'> => ({
  fork: match.fork,
  truncation: truncationOf(match, turn.history?.summary ?? false),
});

export const certain = (method: 'declared' | 'history', predecessor: Entry | undefined, reasons: readonly Reason[]): Link => ({
  threadId: predecessor?.threadId,
  predecessor,
  method,
  confidence: 1,
  reasons,
});

export const fresh = (method: 'history' | 'new', confidence: number, reasons: readonly Reason[]): Link => ({
  threadId: undefined,
  method,
  confidence,
  reasons,
});
