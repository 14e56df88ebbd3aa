import type { Sample } from '#contract';
import type { Scope } from '../kernel/index.ts';
import type { FeedbackItem, FeedbackKind, Target } from './types.ts';

/** What a target is, as it is stored now. */
export interface Found {
  readonly threadId: string;
  /** Null where the thread as a whole is meant. */
  readonly requestId: string | null;
  readonly principal: string | null;
  /** The request as it is stored, the newest of a thread: says what was to be kept of it. */
  readonly sample: Sample;
}

/** `full`: too much is kept already for this thread, or waits of this giver. */
export type Saved = 'added' | 'duplicate' | 'full';

export interface FeedbackStore {
  /** Undefined where nothing of that id is stored (yet), and where `onlyUser` is given and it is another person's. */
  find(scope: Scope, target: Target, onlyUser: string | null): Promise<Found | undefined>;
  /**
   * Idempotent by id: the first one counts. What is found is attached, all else is held for `attach`. Never keeps a comment on
   * a request whose words were not to be kept. Durable when it resolves; the answers are in the order of the items.
   */
  save(scope: Scope, items: readonly FeedbackItem[]): Promise<readonly Saved[]>;
  /** Attaches what waited for these requests, and forgets what waited too long. Idempotent. */
  attach(scope: Scope, requestIds: readonly string[]): Promise<void>;
  /** Follows requests, and what was said of a thread that is gone, into the thread that they were moved to. Idempotent. */
  follow(scope: Scope, from: string, into: string): Promise<void>;
}

export interface FeedbackMeter {
  /** New items. `value`: up, down, yes, no, or "-" for scores and comments. */
  feedback(scope: Scope, kind: FeedbackKind, value: string): void;
}

/** Both redactions. */
export interface FeedbackRedactor {
  /** By patterns and by names, in the order of the texts; `subjects` says whose each text is. Rejects where names cannot be found. */
  texts(texts: readonly string[], subjects: readonly string[]): Promise<readonly string[]>;
  /** An identifier as it stands in stored requests: what looks personal is a keyed hash there. */
  identifier(value: string): string;
}
