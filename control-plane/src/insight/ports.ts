import type { Scope } from '../kernel/index.ts';
import type { FollowUp } from '../threads/index.ts';
import type { SequenceReport, TurnOutcome } from './views.ts';

/** A user turn as sequences read it. */
export interface SequenceTurn {
  readonly followUp: FollowUp | null;
  /** Of its last call that is not auxiliary. */
  readonly outcome: TurnOutcome | null;
  readonly truncated: boolean;
  readonly model: string | null;
  /** The last thumb of some source on one of its requests points down. */
  readonly thumbedDown: boolean;
}

export interface SequenceThread {
  readonly id: string;
  readonly principal: string | null;
  readonly outcome: keyof SequenceReport['outcomes'];
  /** Oldest first, of a long thread the first 500. */
  readonly turns: readonly SequenceTurn[];
}

/** Cosine of two requests' prompts, by id; undefined where one has no embedding. */
export type Likeness = (one: string, other: string) => number | undefined;

export interface PromptVectors {
  /**
   * Embeddings of the user's prompts by request id: unit vectors of the model in force, of at least the 400 newest requests before the
   * time (epoch milliseconds). What has no such embedding is missing. Never another scope or user.
   */
  before(scope: Scope, user: string, timeMs: number): Promise<ReadonlyMap<string, Float32Array>>;
}

export interface SequenceReader {
  /**
   * Threads whose last activity lies in the time (epoch milliseconds, the end excluded), newest first and at most `limit`, in
   * portions; between two portions others get the processor. Reads what was committed, never another scope.
   */
  walk(scope: Scope, time: { readonly fromMs: number; readonly toMs: number }, limit: number): AsyncIterable<readonly SequenceThread[]>;
}
