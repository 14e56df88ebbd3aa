// What the export of spans needs from outside, and what it counts.
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Scope } from '../kernel/index.ts';

/** What a receiver did with a batch. */
export type SendResult =
  /** It has the batch but for so many spans, which it named as wrong and would not take a second time either. */
  | { readonly kind: 'taken'; readonly refused: number }
  /** Not now: too busy, away, or cut off. `afterMs`: how long it asked to be left alone. */
  | { readonly kind: 'later'; readonly afterMs?: number | undefined; readonly reason: string }
  /** Never: the same batch would be refused again. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface SpanSender {
  /** Never rejects, and never takes longer than its own time limit. */
  send(spans: readonly ReadableSpan[]): Promise<SendResult>;
}

/**
 * What became of a span. exported: the receiver has it. queue_full: it came while too many waited. failed: the receiver stayed
 * away through every try. refused: the receiver said that it will not have it. unsampled: the caller's trace is not recorded.
 * shutdown: it waited when the process ended. erased: its user was erased while it waited.
 */
export const SPAN_OUTCOMES = ['exported', 'queue_full', 'failed', 'refused', 'unsampled', 'shutdown', 'erased'] as const;
export type SpanOutcome = (typeof SPAN_OUTCOMES)[number];

export interface SpanMeter {
  spans(destination: string, outcome: SpanOutcome, count: number): void;
}

/** Where threads stand. */
export interface ThreadTopics {
  /** Topic that the thread stands in now; undefined where it has none. */
  topicOf(scope: Scope, threadId: string): Promise<string | undefined>;
  /** Whether at least so many known users have a thread in the topic; reads no further than it must. */
  hasUsers(scope: Scope, topicId: string, atLeast: number): Promise<boolean>;
}

export interface PublicTopic {
  readonly id: string;
  /** Words that enough people used; may be empty. */
  readonly label: string;
}

/** Names of topics that may be told to others. */
export interface PublicTopics {
  /** Topic of the thread, where at least the policy's number of users talk about it; undefined for those of fewer, null where there is none. */
  of(scope: Scope, threadId: string): Promise<PublicTopic | undefined | null>;
}
