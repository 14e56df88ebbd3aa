// From the labels of tokens to the stretches of text that stand for a person or an address. Pure.
import type { Encoding } from './wordpiece.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/** What the model says of one token. */
export interface TokenClass {
  /** Without the B- or I- mark; "O" for none. */
  readonly name: string;
  /** Probability of the class, 0 to 1. */
  readonly score: number;
}

/** What the model's classes mean to us. Classes that are left out are found by patterns, with their checksums. */
export const TYPE_OF_CLASS: Readonly<Record<string, string>> = {
  GIVEN_NAME: 'PERSON',
  SURNAME: 'PERSON',
  BUILDING_NUMBER: 'STREET_ADDRESS',
  STREET_NAME: 'STREET_ADDRESS',
  SECONDARY_ADDRESS: 'STREET_ADDRESS',
  CITY: 'GPE',
  STATE: 'GPE',
  ZIP_CODE: 'ZIP_CODE',
};

const WORD = /[\p{L}\p{N}\p{M}'’]/u;
/** What may stand between two parts of one name or address. */
const GLUE: Readonly<Record<string, RegExp>> = {
  PERSON: /^(?:[ \u00a0.’'-]|, ?){0,3}$/u,
  STREET_ADDRESS: /^[\s,.#/-]{0,4}$/u,
};
/** Probability from which a word without a capital counts as a name. */
const SURE_WITHOUT_CAPITAL = 0.8;
/** So near an address, a place or code belongs to it. */
const ADDRESS_REACH = 48;

/** @param classes what the model says of each token of the encoding */
export function spansOf(text: string, encoding: Encoding, classes: readonly TokenClass[]): Span[] {
  const spans: (Span & { score: number })[] = [];
  const oneCase = !/\p{Ll}/u.test(text) || !/\p{Lu}/u.test(text);
  for (let token = 0; token < encoding.ids.length; token += 1) {
    const { name, score } = classes[token] ?? { name: 'O', score: 1 };
    const type = TYPE_OF_CLASS[name];
    const start = encoding.starts[token] ?? 0;
    const end = encoding.ends[token] ?? 0;
    if (type === undefined || end <= start) continue;
    const whole = widen(text, start, end);
    const last = spans.at(-1);
    if (last?.type === type && (whole.start <= last.end || glued(text, last.end, whole.start, type))) {
      spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, whole.end), type, score: Math.max(last.score, score) };
    } else if (last === undefined || whole.start >= last.end) {
      spans.push({ ...whole, type, score });
    }
  }
  return spans
    .filter((span) => plausible(text.slice(span.start, span.end), span, oneCase))
    .map(({ start, end, type }) => ({ start, end, type }));
}

/** Places and codes are kept where they are part of an address; alone, a town is not a person's data. */
export function onlyWithAddress(spans: readonly Span[]): Span[] {
  const anchors = spans.filter((span) => span.type === 'STREET_ADDRESS');
  return spans.filter((span) => {
    if (span.type !== 'GPE' && span.type !== 'ZIP_CODE') return true;
    return anchors.some((anchor) => span.start - anchor.end <= ADDRESS_REACH && anchor.start - span.end <= ADDRESS_REACH);
  });
}

/** A word is removed whole: half a name still tells who it was. */
function widen(text: string, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from > 0 && WORD.test(text[from - 1] ?? '')) from -= 1;
  while (to < text.length && WORD.test(text[to] ?? '')) to += 1;
  // A possessive belongs to the sentence, not to the name.
  const possessive = /['’]s$/u.exec(text.slice(from, to));
  return { start: from, end: possessive ? to - 2 : to };
}

function glued(text: string, from: number, to: number, type: string): boolean {
  return to - from <= 4 && (GLUE[type]?.test(text.slice(from, to)) ?? false);
}

/**
 * The model takes some plain words ("betcha", "nine") for names. Where a text uses capitals, a name has one, or the model
 * must be sure.
 */
function plausible(value: string, span: { readonly type: string; readonly score: number }, oneCase: boolean): boolean {
  if (!/[\p{L}\p{N}]/u.test(value)) return false;
  if (span.type === 'ZIP_CODE') return /\p{N}/u.test(value);
  if (span.type !== 'PERSON' || oneCase) return true;
  return /(?<!\p{L})[\p{Lu}\p{Lt}\p{Lo}]/u.test(value) || span.score >= SURE_WITHOUT_CAPITAL;
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
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last && span.start < last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}
