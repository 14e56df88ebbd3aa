/** One stored request, as far as it is shown while it passes. Times are RFC 3339. */
export interface LiveRequest {
  readonly id: string;
  readonly at: string;
  /** Until the answer was whole; null where the gateway did not say. */
  readonly durationMs: number | null;
  readonly user: string | null;
  readonly thread: string;
  readonly run: string | null;
  /** turn, step, or the kind of a call beside. */
  readonly kind: string;
  readonly position: string;
  readonly intent: string;
  readonly model: { readonly requested: string | null; readonly executed: string | null };
  readonly outcome: string | null;
  readonly isBlocked: boolean;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** Redacted and shortened; null where none is kept. */
  readonly prompt: string | null;
}

/** What was stored since the last time. */
export interface LiveCounts {
  readonly requests: number;
  readonly errors: number;
  readonly blocked: number;
  /** The most frequent, by the name of the model that answered; null where none is known. */
  readonly models: readonly { readonly model: string | null; readonly requests: number }[];
}

/** `counts` are of all that the caller may see, `items` the newest of those that pass the filter, newest first. */
export interface LivePortion {
  readonly items: readonly LiveRequest[];
  readonly counts: LiveCounts;
  /** Requests that pass the filter and are not in `items`, since more came than are shown. */
  readonly left: number;
}
