// From the labels of tokens to the stretches of text that stand for a person or an address. Pure.
import type { Encoding } from './wordpiece.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: string;
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
  TAX_ID: 'TAX_ID',
  BANK_ACCOUNT: 'BANK_ACCOUNT',
  GOVERNMENT_ID: 'GOVERNMENT_ID',
  PASSPORT: 'PASSPORT',
  DRIVERS_LICENSE: 'DRIVERS_LICENSE',
};

/** Classes whose findings need digits to count: the model also marks words near such numbers. */
const NUMERIC = new Set(['ZIP_CODE', 'TAX_ID', 'BANK_ACCOUNT', 'GOVERNMENT_ID', 'PASSPORT', 'DRIVERS_LICENSE']);

const WORD = /[\p{L}\p{N}\p{M}'’]/u;
/** What may stand between two parts of one name or address. */
const GLUE: Readonly<Record<string, RegExp>> = {
  PERSON: /^(?:[ \u00a0.’'-]|, ?){0,3}$/u,
  STREET_ADDRESS: /^[\s,.#/-]{0,4}$/u,
};
/** So near an address, a place or code belongs to it. */
const ADDRESS_REACH = 48;

/** @param classes model class of each token of the encoding, "O" for none, without the B-/I- mark */
export function spansOf(text: string, encoding: Encoding, classes: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (let token = 0; token < encoding.ids.length; token += 1) {
    const type = TYPE_OF_CLASS[classes[token] ?? 'O'];
    const start = encoding.starts[token] ?? 0;
    const end = encoding.ends[token] ?? 0;
    if (type === undefined || end <= start) continue;
    const whole = widen(text, start, end);
    const last = spans.at(-1);
    if (last?.type === type && (whole.start <= last.end || glued(text, last.end, whole.start, type))) {
      spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, whole.end), type };
    } else if (last === undefined || whole.start >= last.end) {
      spans.push({ ...whole, type });
    }
  }
  return spans.filter((span) => plausible(text, span));
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

function plausible(text: string, span: Span): boolean {
  const value = text.slice(span.start, span.end);
  if (!/[\p{L}\p{N}]/u.test(value)) return false;
  if (NUMERIC.has(span.type)) return /\p{N}/u.test(value);
  return true;
}

/** Cuts a text into windows that end between words where they can; neighbours share `overlap` units. */
export function windowsOf(text: string, size: number, overlap: number): readonly { readonly start: number; readonly end: number }[] {
  const windows: { start: number; end: number }[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(text.length, start + size);
    if (end < text.length) end = boundary(text, end, start + size / 2);
    windows.push({ start, end });
    if (end >= text.length) break;
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
