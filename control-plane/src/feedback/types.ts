import type { Feedback } from '#contract';

export type FeedbackKind = Feedback['kind'];
export type FeedbackSource = NonNullable<Feedback['source']>;

/** What is judged, by one of the ids that a sender may know. */
export interface Target {
  readonly kind: 'run' | 'request' | 'response' | 'trace' | 'thread';
  readonly id: string;
}

/** One judgement as it is kept. */
export interface FeedbackItem {
  readonly id: string;
  readonly target: Target;
  readonly kind: FeedbackKind;
  /** thumbs: 1 up, -1 down; completion: 1 or 0; null for comments. */
  readonly value: number | null;
  /** Redacted; null for all other kinds. */
  readonly comment: string | null;
  readonly name: string | null;
  readonly source: FeedbackSource;
  readonly atMs: number;
  /** Pseudonym of a giver who may judge own requests only; null for applications. */
  readonly giver: string | null;
}
