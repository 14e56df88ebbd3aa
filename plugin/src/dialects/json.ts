// Reading JSON that anyone may have written: own properties only, bounded depth, no throwing.
import { hash } from 'node:crypto';
import type { Json } from '#contract';

/** Deepest nesting of brackets that is read at all: far above what clients send, far below any recursion limit. */
export const MAX_DEPTH = 160;

type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: 'not_json' | 'too_deep' };

/** Depth is judged on the text, before anything recursive touches it. */
export function parseJson(text: string): ParsedJson {
  if (isTooDeep(text)) return { ok: false, reason: 'too_deep' };
  try {
    return { ok: true, value: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown };
  } catch {
    return { ok: false, reason: 'not_json' };
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) {
      at = endOfString(text, at);
    } else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (unit === 0x7d || unit === 0x5d) {
      depth -= 1;
    }
  }
  return false;
}

/** Index of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property of a value that may be anything: keys such as __proto__ and constructor mean nothing special. */
export function get(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `get` along a dotted path. */
export function dig(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>(get, value);
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A whole number that a counter can hold. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A name that a developer chose, where it is made of the characters that such names are made of. */
export function asToken(value: unknown, max = 128): string | undefined {
  return typeof value === 'string' && value.length <= max && /^[A-Za-z0-9_][A-Za-z0-9._:/-]*$/.test(value) ? value : undefined;
}

/** A word of a closed vocabulary, such as an error's type: no address, number or sentence passes for one. */
export function asKind(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 64 && /^[A-Za-z][A-Za-z_.-]*[A-Za-z0-9]*$/.test(value) ? value : undefined;
}

/** An id that another party made up, always the same for the same id. What does not look like an id is digested. */
export function asReference(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length <= 256 && /^[A-Za-z0-9._:=+/-]+$/.test(value)) return value;
  return `sha256:${hash('sha256', value)}`;
}

/** A copy that has canonical bytes: lone surrogates become U+FFFD, numbers out of range null, too deep parts null. */
export function toJson(value: unknown, depth = 0): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth + 1));
  if (!isRecord(value)) return null;
  // fromEntries defines properties and never calls the __proto__ setter.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), toJson(item, depth + 1)]));
}
