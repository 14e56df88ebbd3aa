// From the labels of tokens to the stretches of text that stand for a person or a part of an address. Pure.
import type { TokenClass } from './ner-classes.ts';
import { peopleOf, wordAt, type ScoredSpan } from './ner-people.ts';
import type { Encoding } from './wordpiece.ts';

/** Classes whose words are judged as names of persons. */
export const PERSON_CLASSES: ReadonlySet<string> = new Set(['GIVEN_NAME', 'SURNAME']);

/** What the other classes mean to us. Classes that are left out are found by patterns, with their checksums. */
const TYPE_OF_CLASS: Readonly<Record<string, string>> = {
  BUILDING_NUMBER: 'STREET_ADDRESS',
  STREET_NAME: 'STREET_ADDRESS',
  SECONDARY_ADDRESS: 'STREET_ADDRESS',
  CITY: 'GPE',
  STATE: 'GPE',
  ZIP_CODE: 'ZIP_CODE',
};

/** What may stand between two parts of one street address. */
const GLUE = /^[\s,.#/-]{0,4}$/u;

/**
 * @param classes what the model says of each token of the encoding
 * @param oneCase true where the whole text, of which `text` may be a part, says nothing by capitals
 */
export function spansOf(text: string, encoding: Encoding, classes: readonly TokenClass[], oneCase: boolean): ScoredSpan[] {
  const spans: ScoredSpan[] = [];
  for (let token = 0; token < encoding.ids.length; token += 1) {
    const { name, score } = classes[token] ?? { name: 'O', score: 1 };
    const type = TYPE_OF_CLASS[name];
    const from = encoding.starts[token] ?? 0;
    if (type === undefined || (encoding.ends[token] ?? 0) <= from) continue;
    const { start, end } = { ...wordAt(text, from) };
    if (end <= start) continue;
    const last = spans.at(-1);
    if (last?.type === type && (start <= last.end || (type === 'STREET_ADDRESS' && GLUE.test(text.slice(last.end, start)))))
      spans[spans.length - 1] = { ...last, end: Math.max(last.end, end), score: Math.max(last.score, score) };
    else if (last === undefined || start >= last.end) spans.push({ start, end, type, score });
  }
  const isPlausible = ({ start, end, type }: ScoredSpan): boolean =>
    (type === 'ZIP_CODE' ? /\p{N}/u : /[\p{L}\p{N}]/u).test(text.slice(start, end));
  return mergeSpans([...peopleOf(text, encoding, classes, oneCase), ...spans.filter(isPlausible)]);
}

/**
 * Cuts a text into windows: at blank lines first, since what stands beyond one seldom helps and often misleads; longer
 * paragraphs between words where they can, neighbours sharing `overlap` units.
 */
export function windowsOf(text: string, size: number, overlap: number): readonly { readonly start: number; readonly end: number }[] {
  const windows: { start: number; end: number }[] = [];
  let from = 0;
  for (const gap of [...text.matchAll(/\n[^\S\n]*\n\s*/gu).map((match) => match.index + match[0].length), text.length]) {
    // Short paragraphs share a window: a signature is read together with the lines above it.
    if (gap < text.length && gap - from < size / 2) continue;
    windows.push(...cut(text, from, gap, size, overlap));
    from = gap;
  }
  return windows;
}

function cut(text: string, from: number, to: number, size: number, overlap: number): { start: number; end: number }[] {
  const windows: { start: number; end: number }[] = [];
  let start = from;
  while (start < to) {
    let end = Math.min(to, start + size);
    if (end < to) end = boundary(text, end, start + size / 2);
    windows.push({ start, end });
    if (end >= to) break;
    start = Math.max(start + 1, boundary(text, end - overlap, start + 1));
  }
  return windows;
}

function boundary(text: string, at: number, lowest: number): number {
  for (let position = at; position > lowest; position -= 1) if (/\s/u.test(text[position - 1] ?? '')) return position;
  // No space in sight: at least do not cut a surrogate pair.
  return /[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at;
}

/** Findings of overlapping windows as one ordered list without overlaps; of two that overlap, their union. */
export function mergeSpans(spans: readonly ScoredSpan[]): ScoredSpan[] {
  const merged: ScoredSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last && span.start < last.end)
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end), score: Math.max(last.score, span.score) };
    else merged.push(span);
  }
  return merged;
}
