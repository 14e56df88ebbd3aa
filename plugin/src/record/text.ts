// Texts as they may leave: redacted first, cut afterwards, so that a cut never leaves half of a value unrecognised.
import type { Original, RedactedText } from '#contract';
import type { Redactor } from '#redact';

/** UTF-16 units that are kept of a prompt or an answer. */
export const MAX_TEXT = 16_384;
/** Read beyond the cut, so that what begins before it is recognised whole. */
const MARGIN = 8192;

export class RedactionCounts {
  readonly #counts = new Map<string, number>();

  add(counts: Readonly<Record<string, number>>): void {
    for (const [type, count] of Object.entries(counts)) this.#counts.set(type, (this.#counts.get(type) ?? 0) + count);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries([...this.#counts].slice(0, 64));
  }
}

/** @param originals takes what the pseudonyms that are left in the text stand for */
export function redactText(text: string, redactor: Redactor, counts: RedactionCounts, originals: Original[] = []): RedactedText {
  const length = text.length;
  const redacted = redactor.redact(text.slice(0, MAX_TEXT + MARGIN).toWellFormed());
  const end = length <= MAX_TEXT ? redacted.text.length : outputEnd(redacted.text.length, (offset) => redacted.toInput(offset));
  counts.add(redacted.counts);
  const kept = redacted.text.slice(0, Math.min(end, MAX_TEXT));
  originals.push(...(redacted.originals ?? []).filter(({ token }) => kept.includes(token)));
  const isCut = length > MAX_TEXT || kept.length < redacted.text.length;
  return { text: kept.toWellFormed(), length, ...(isCut ? { truncated: true } : {}) };
}

/** A short text from outside (a name, an id), redacted and cut to what the contract allows. */
export function redactLabel(text: string | undefined, redactor: Redactor, counts: RedactionCounts, max = 256): string | undefined {
  if (text === undefined || text === '') return undefined;
  const redacted = redactor.redact(text.slice(0, 4096).toWellFormed());
  counts.add(redacted.counts);
  return redacted.text.slice(0, max).toWellFormed() || undefined;
}

/** The first output offset that came from input beyond the cut; offsets within a replacement belong to its start. */
function outputEnd(length: number, toInput: (offset: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (toInput(middle) < MAX_TEXT) low = middle + 1;
    else high = middle;
  }
  return low;
}
