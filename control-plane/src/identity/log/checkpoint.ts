// C2SP tlog-checkpoint: the text of a note that states how large a log is and what it holds.
import { fromBase64 } from '#contract';
import { HASH_BYTES } from './merkle.ts';

export interface Checkpoint {
  /** Which log: its name, the first line. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Undefined for a text that is no checkpoint. Lines after the third (extensions) are signed with the rest and not read. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', decimal = '', base64 = '', ...more] = text.split('\n');
  const root = fromBase64(base64);
  const size = Number(decimal);
  const isText = more.length > 0 && more.at(-1) === '' && more.slice(0, -1).every((line) => line !== '');
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(decimal) || !Number.isSafeInteger(size) || !isText) return undefined;
  return root?.length === HASH_BYTES ? { origin, size, root } : undefined;
}
