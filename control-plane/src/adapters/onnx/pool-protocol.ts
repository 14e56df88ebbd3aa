// What the main thread and the threads that read texts say to each other. A call goes to every thread that may serve it, and
// each takes the next text as soon as it is free: no thread stands idle while a text waits, and none waits for the main thread.

/** What models say of a text, by what they are for. */
export interface Answers {
  /** Unit length. */
  readonly embedding: Float32Array;
  /** In UTF-16 units. */
  readonly names: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}
export type ModelKind = keyof Answers;

export interface PoolCall {
  readonly id: number;
  readonly kind: ModelKind;
  readonly texts: readonly string[];
  /** One number that all threads share: how many of the texts are taken. */
  readonly taken: Int32Array;
}

/** What one thread read of a call, or why it could not. */
export type PoolReply =
  | { readonly id: number; readonly answers: readonly (readonly [index: number, answer: unknown])[] }
  | { readonly id: number; readonly error: string };

/** More than any call has texts. */
const ALL = 2 ** 30;

export const nothingTaken = (): Int32Array => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Index of a text that is nobody else's; undefined when all are taken. */
export function takeText({ taken, texts }: PoolCall): number | undefined {
  const index = Atomics.add(taken, 0, 1);
  return index < texts.length ? index : undefined;
}

/** Nothing more of it is to be read. */
export const abandon = (taken: Int32Array): void => void Atomics.store(taken, 0, ALL);
