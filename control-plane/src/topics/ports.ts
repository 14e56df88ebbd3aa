import type { Scope } from '../kernel/index.ts';
import type { TopicAssignment } from './cluster.ts';

/** The first prompt of a thread that has no topic yet. */
export interface OpenThread {
  readonly requestId: string;
  /** Redacted; empty where the policy keeps no text. */
  readonly text: string;
  /** Unit length. */
  readonly vector: Float32Array;
  /** Model that made the vector. Vectors of different models are never compared. */
  readonly model: string;
}

/** A first prompt that was placed before. */
export interface PlacedPrompt {
  /** Grows in the order of placing. */
  readonly seq: number;
  readonly topicId: string;
  readonly text: string;
  /** Absent where it is not kept any more. */
  readonly vector: Float32Array | undefined;
  readonly model: string;
}

export interface TopicCount {
  readonly id: string;
  readonly label: string;
  readonly threads: number;
  /** Distinct known principals. */
  readonly users: number;
  readonly lastAtMs: number;
}

export interface TopicStore {
  /** Of the threads, those without a topic whose first prompt has a vector; in the order they were stored. */
  open(scope: Scope, threadIds: readonly string[]): Promise<readonly OpenThread[]>;
  /** What was placed, in that order, after `afterSeq`. */
  placed(scope: Scope, afterSeq: number, limit: number): Promise<readonly PlacedPrompt[]>;
  /** Places threads by their first request; all or none. A thread that has a topic keeps it. */
  place(scope: Scope, placements: readonly { readonly requestId: string; readonly topic: TopicAssignment }[]): Promise<void>;
  /** What topics are called now; those that are not named keep their label. */
  relabel(scope: Scope, labels: readonly TopicAssignment[]): Promise<void>;
  /** Topics of at least so many users, the largest first. */
  counts(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]>;
}
