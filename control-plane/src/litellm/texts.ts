// Prompt and answer as they may be made durable: redacted first, cut afterwards, so that a cut never leaves half of a
// value unrecognised. The same lengths as at a gateway.
import type { Original, RedactedText } from '#contract';
import type { Redactor } from '#redact';

const MAX_TEXT = 16_384;
/** Read beyond the cut, so that what begins before it is recognised whole. */
const MARGIN = 8192;

export interface Kept {
  readonly text: RedactedText;
  readonly counts: Readonly<Record<string, number>>;
  /** Where the policy is reversible: what the pseudonyms that are left in the text stand for. */
  readonly originals: readonly Original[];
}

/** @param subject whom the text belongs to: pseudonyms are bound to it */
export function keep(text: string, redactor: Redactor, subject: string): Kept {
  const redacted = redactor.redact(text.slice(0, MAX_TEXT + MARGIN).toWellFormed(), subject);
  const end = text.length <= MAX_TEXT ? redacted.text.length : firstBeyond(redacted.text.length, (offset) => redacted.toInput(offset));
  const kept = redacted.text.slice(0, Math.min(end, MAX_TEXT)).toWellFormed();
  const isCut = text.length > MAX_TEXT || kept.length < redacted.text.length;
  const originals = (redacted.originals ?? []).filter(({ token }) => kept.includes(token));
  return { text: { text: kept, length: text.length, ...(isCut ? { truncated: true } : {}) }, counts: redacted.counts, originals };
}

/** The first offset of the output that came from input beyond the cut; offsets within a replacement belong to its start. */
function firstBeyond(length: number, toInput: (offset: number) => number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (toInput(middle) < MAX_TEXT) low = middle + 1;
    else high = middle;
  }
  return low;
}
