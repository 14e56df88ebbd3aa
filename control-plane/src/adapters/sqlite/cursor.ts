import { ClewError } from '../../kernel/index.ts';

/** Where a page ended: a time in epoch seconds and an id. */
export interface Cursor {
  readonly at: number;
  readonly id: string;
}

export const encodeCursor = ({ at, id }: Cursor): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

/** Cursors come back from anyone: whatever is not one of ours is a fault of the query. */
export function decodeCursor(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string') return { at: value[0], id: value[1] };
  } catch {
    // Falls through to the one error below.
  }
  throw new ClewError('invalid_query', 'cursor: take it from "next" of the page before');
}
