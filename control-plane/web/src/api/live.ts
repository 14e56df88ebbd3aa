import { eventsSigned, type Query } from './http.ts';

export interface LiveRequest {
  readonly id: string;
  readonly at: string;
  readonly durationMs: number | null;
  readonly user: string | null;
  readonly thread: string;
  readonly run: string | null;
  readonly kind: string;
  readonly position: string;
  readonly intent: string;
  readonly model: { readonly requested: string | null; readonly executed: string | null };
  readonly outcome: string | null;
  readonly isBlocked: boolean;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly prompt: string | null;
}

export interface LiveCounts {
  readonly requests: number;
  readonly errors: number;
  readonly blocked: number;
  readonly models: readonly { readonly model: string | null; readonly requests: number }[];
}

/** `newest` begins each connection; `counts` and `left` are of a portion. */
export type LiveEvent =
  | { readonly event: 'newest'; readonly data: { readonly items: readonly LiveRequest[] } }
  | {
      readonly event: 'portion';
      readonly data: { readonly items: readonly LiveRequest[]; readonly counts: LiveCounts; readonly left: number };
    };

export const watchLive = (query: Query, signal: AbortSignal): AsyncGenerator<LiveEvent> =>
  eventsSigned('/v1/live', query, signal) as AsyncGenerator<LiveEvent>;
