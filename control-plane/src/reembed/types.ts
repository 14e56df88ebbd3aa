/** How far a move of the store's vectors to another model is. */
export interface Move {
  /** Model whose vectors are taken over. */
  readonly source: string;
  readonly target: string;
  /** Vectors of the source when the move began; more may have come since. */
  readonly total: number;
  readonly moved: number;
  /** Vectors whose text is not kept any more: their requests stay in their threads, without a vector. */
  readonly lost: number;
  readonly startedAtMs: number;
  /** Since when the target is in force; null: the source still is. */
  readonly switchedAtMs: number | null;
}

/** What is told of the store's vectors. */
export interface EmbeddingView {
  /** Model whose vectors are searched and linked by. */
  readonly model: string;
  readonly move: MoveView | null;
}

export interface MoveView {
  readonly from: string;
  readonly to: string;
  /** moving: the old vectors serve; removing: the new ones do, the old ones go; waiting: something is away, see `reason`. */
  readonly state: 'moving' | 'removing' | 'waiting';
  readonly total: number;
  readonly moved: number;
  readonly lost: number;
  readonly startedAt: string;
  readonly switchedAt: string | null;
  /** Why it waits, without anything of a user. */
  readonly reason: string | null;
}
