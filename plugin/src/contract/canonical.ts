// Canonical bytes of a JSON value: RFC 8785 (JSON Canonicalization Scheme). Two parties that hold the same value get
// the same bytes, whatever order its keys came in, so digests can be compared between gateways, languages and years.
import { hash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Thrown for values that have no canonical form. The message names the place, never the value. */
export class CanonicalError extends Error {
  override readonly name = 'CanonicalError';
  readonly code: 'not_json' | 'not_finite' | 'lone_surrogate' | 'too_deep';

  constructor(code: CanonicalError['code'], place: string) {
    super(`No canonical form at ${place === '' ? '(root)' : place}: ${code}`);
    this.code = code;
  }
}

const MAX_DEPTH = 512;

/**
 * The RFC 8785 text of a value. Object members whose value is undefined are left out, as JSON.stringify does.
 * Key order is that of UTF-16 code units; numbers are written as ECMAScript writes them; strings must be well formed.
 */
export function canonicalize(value: unknown): string {
  return write(value, '', 0);
}

/** Lower-case hex SHA-256 of the canonical bytes. */
export function canonicalDigest(value: unknown): string {
  return hash('sha256', canonicalize(value));
}

function write(value: unknown, place: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new CanonicalError('too_deep', place);
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new CanonicalError('not_finite', place);
      return JSON.stringify(value);
    case 'string':
      return writeString(value, place);
    case 'object':
      return Array.isArray(value) ? writeArray(value, place, depth) : writeObject(value as Record<string, unknown>, place, depth);
    default:
      throw new CanonicalError('not_json', place);
  }
}

function writeString(value: string, place: string): string {
  if (!value.isWellFormed()) throw new CanonicalError('lone_surrogate', place);
  return JSON.stringify(value);
}

function writeArray(values: readonly unknown[], place: string, depth: number): string {
  const parts: string[] = [];
  // Array.from turns holes into undefined, which is refused below.
  Array.from(values).forEach((item, index) => parts.push(write(item, `${place}/${index}`, depth + 1)));
  return `[${parts.join(',')}]`;
}

function writeObject(record: Record<string, unknown>, place: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) throw new CanonicalError('not_json', place);
  const parts: string[] = [];
  // The default sort compares UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
  for (const key of Object.keys(record).sort()) {
    const item = record[key];
    if (item === undefined) continue;
    parts.push(`${writeString(key, place)}:${write(item, `${place}/…`, depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}
