// Digests, salts and signatures cannot be pressed: written as hex or base64 they only take more room. They stand as bytes
// beside the text, which keeps a mark in their place.

/** Followed by a character that says the kind. JSON has none of these unescaped. */
const HERE = '\u0001';
/** Followed by the number of the value that was the same before. */
const AGAIN = '\u0002';
/** Numbers as characters that are no marks themselves. */
const BASE = 0x20;
const MOST = 0x5f;

const VALUE = /[0-9a-f]{16,}|(?<=")[A-Za-z0-9+/]{86}==(?=")|(?<=")[uat]?[A-Za-z0-9_-]{22}(?=")/g;

const MARKS = new RegExp(`${HERE}(.)|${AGAIN}(.)`, 'gs');

interface Kind {
  readonly mark: string;
  readonly length: number;
  readonly encoding: 'hex' | 'base64' | 'base64url';
}
const SIGNATURE: Kind = { mark: 's', length: 64, encoding: 'base64' };
const SHORT: Kind = { mark: 'b', length: 16, encoding: 'base64url' };
/** Halves of the lengths of digests, trace ids, span ids. */
const HEX: Readonly<Record<string, Kind>> = {
  h: { mark: 'h', length: 32, encoding: 'hex' },
  i: { mark: 'i', length: 16, encoding: 'hex' },
  j: { mark: 'j', length: 8, encoding: 'hex' },
};
const KINDS: Readonly<Record<string, Kind>> = { ...HEX, s: SIGNATURE, b: SHORT };

function kindOf(value: string): Kind | undefined {
  if (value.endsWith('==')) return SIGNATURE;
  if (value.length === 22) return SHORT;
  return Object.values(HEX).find(({ length }) => length * 2 === value.length);
}

/** The text with marks, and the bytes they stand for. */
export function takeDigests(text: string): { readonly text: string; readonly bytes: Buffer } {
  if (text.includes(HERE) || text.includes(AGAIN)) return { text, bytes: Buffer.alloc(0) };
  const seen = new Map<string, number>();
  const parts: Buffer[] = [];
  const marked = text.replace(VALUE, (found) => {
    const role = found.length === 23 ? found.slice(0, 1) : '';
    const value = found.slice(role.length);
    const known = seen.get(value);
    if (known !== undefined && known <= MOST) return `${role}${AGAIN}${String.fromCharCode(BASE + known)}`;
    const kind = kindOf(value);
    const bytes = kind && Buffer.from(value, kind.encoding);
    // What does not come back as it was is no digest.
    if (kind === undefined || bytes?.toString(kind.encoding) !== value) return found;
    seen.set(value, parts.push(bytes) - 1);
    return `${role}${HERE}${kind.mark}`;
  });
  return { text: marked, bytes: Buffer.concat(parts) };
}

export function putDigests(marked: string, bytes: Buffer): string {
  if (bytes.length === 0) return marked;
  const values: string[] = [];
  let at = 0;
  return marked.replace(MARKS, (_, mark: string | undefined, again: string | undefined) => {
    if (again !== undefined) return values[again.charCodeAt(0) - BASE] ?? '';
    const kind = KINDS[mark ?? ''];
    if (kind === undefined) throw new Error('The database holds a damaged record; restore it from a backup');
    const value = bytes.toString(kind.encoding, at, (at += kind.length));
    values.push(value);
    return value;
  });
}
