// What the room needs of the store.
import type { Scope } from '../kernel/index.ts';
import type { VectorItem } from '../ingest/index.ts';
import type { Move } from './types.ts';

/** A vector of the source, and the redacted text that it was made from. */
export interface Pending {
  readonly scope: Scope;
  readonly id: string;
  readonly kind: 'prompt' | 'answer';
  readonly principal: string | null;
  readonly threadId: string;
  readonly atMs: number;
  /** Null where the text is not kept any more. */
  readonly text: string | null;
}

export interface Chunk {
  readonly pending: readonly Pending[];
  /** How far each table of the store was read; for `take`. */
  readonly cursor: { readonly own: number; readonly request: number };
  /** Nothing lies behind the cursor. */
  readonly isEnd: boolean;
}

/** Which model's vectors are in force, and the one move there may be. All of it survives a crash. */
export interface EmbeddingStore {
  /** Undefined until a model was adopted. */
  inForce(): Promise<string | undefined>;
  /** Puts the model in force where none is; answers the one that is. */
  adopt(model: string): Promise<string>;
  move(): Promise<Move | undefined>;
  /** Begins a move from the model in force, or goes on with the one to the same target. Throws conflict where another is on. */
  begin(target: string, nowMs: number): Promise<Move>;
  /** The next vectors of the source, about `limit`: those of a request come together. */
  next(limit: number): Promise<Chunk>;
  /**
   * Stores vectors of the target and how far the move is, in one transaction. A vector is left out where that of the source,
   * or the text, has gone since it was read: erased and expired data must not come back. Answers what was left out.
   */
  take(items: readonly VectorItem[], chunk: Chunk): Promise<readonly VectorItem[]>;
  /** Puts the target in force. Throws conflict where vectors of the source are left behind the cursor. */
  switchOver(nowMs: number): Promise<void>;
  /** Removes vectors of other models than the one in force, at most `limit`; answers how many. */
  removeOthers(limit: number): Promise<number>;
  /** The move is over. */
  finish(): Promise<void>;
  /** Turns a move back that has not switched: what is left to do is to remove what it stored. Throws conflict where it has. */
  cancel(nowMs: number): Promise<void>;
}
