// A posted body into items. The sender controls every byte, so one bad line costs that line only.
import { isUtf8 } from 'node:buffer';
import { ClewError, type ErrorCode } from '../kernel/index.ts';

export type Item =
  { readonly index: number; readonly value: unknown } | { readonly index: number; readonly code: ErrorCode; readonly message: string };

const NEWLINE = 0x0a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/**
 * The items of a JSON array, of one JSON object, or of one JSON value a line. Throws malformed_json or invalid_encoding
 * where nothing can be told apart: a broken array, or a body that is no JSON at all.
 */
export function splitBody(body: Buffer, contentType: string | undefined): Iterable<Item> {
  const bytes = body.subarray(body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0);
  const first = firstMeaningful(bytes);
  if (first === undefined) throw new ClewError('malformed_json', 'the body is empty');
  if (first === OPEN_BRACKET) return arrayItems(bytes);
  if (isLines(contentType)) return lineItems(bytes);
  // Some senders call lines application/json: what is not one value may still be many.
  const whole = tryParse(bytes);
  if (whole.ok) return [{ index: 0, value: whole.value }];
  const lines = first === OPEN_BRACE ? linesFrom(bytes) : undefined;
  if (lines) return lines;
  throw isUtf8(bytes) ? new ClewError('malformed_json') : new ClewError('invalid_encoding', 'the body is not UTF-8');
}

function isLines(contentType: string | undefined): boolean {
  return /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)\b/i.test((contentType ?? '').trim());
}

function* arrayItems(bytes: Buffer): Iterable<Item> {
  if (!isUtf8(bytes)) throw new ClewError('invalid_encoding', 'the body is not UTF-8');
  const parsed = tryParse(bytes);
  if (!parsed.ok || !Array.isArray(parsed.value)) throw new ClewError('malformed_json');
  for (const [index, value] of (parsed.value as unknown[]).entries()) yield { index, value };
}

/** More bad lines than that at the beginning are no lines. */
const MOST_BAD_LINES = 10_000;

/** Undefined where no line is JSON. Never all at once: a small post may unfold to millions of lines, and whoever takes items stops at a limit. */
function linesFrom(bytes: Buffer): Iterable<Item> | undefined {
  let seen = 0;
  for (const item of lineItems(bytes)) {
    if ('value' in item) return lineItems(bytes);
    seen += 1;
    if (seen >= MOST_BAD_LINES) return undefined;
  }
  return undefined;
}

/** Index counts lines that hold something. */
function* lineItems(bytes: Buffer): Iterable<Item> {
  let index = 0;
  for (let start = 0; start < bytes.length;) {
    if (bytes[start] === NEWLINE) {
      start += 1;
      continue;
    }
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    start = end + 1;
    if (firstMeaningful(line) === undefined) continue;
    yield lineItem(line, index);
    index += 1;
  }
}

function lineItem(line: Buffer, index: number): Item {
  if (!isUtf8(line)) return { index, code: 'invalid_encoding', message: 'the line is not UTF-8' };
  const parsed = tryParse(line);
  return parsed.ok ? { index, value: parsed.value } : { index, code: 'malformed_json', message: 'the line is not valid JSON' };
}

function tryParse(bytes: Buffer): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  if (!isUtf8(bytes)) return { ok: false };
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { ok: false };
  }
}

/** First byte that is no JSON white space. */
function firstMeaningful(bytes: Buffer): number | undefined {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== NEWLINE && byte !== 0x0d) return byte;
  }
  return undefined;
}
