// Patterns that a policy brings, read into a tree. Whoever writes a policy decides what stands here.

/** Upper bound that `*`, `+` and `{n,}` get. */
const REPEAT_LIMIT = 64;
/** Counts beyond it are refused before anything is reckoned with them. */
const MAX_COUNT = 256;

/** A part of a pattern. */
export type Part =
  | { readonly kind: 'character'; readonly source: string }
  /** `^`, `$`, `\b`, `\B`: looks, and takes nothing. */
  | { readonly kind: 'assertion'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Part[] }
  | { readonly kind: 'choice'; readonly options: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly from: number; readonly to: number; readonly isLazy: boolean };

/** Why a pattern cannot be read, in the words that stand behind "expected". */
export class PatternFault extends Error {}

/** Reads a pattern. Throws PatternFault. Groups count as brackets only: nothing is captured. */
export function parsePattern(pattern: string): Part {
  const reader = { pattern, at: 0 };
  const part = readChoice(reader);
  if (reader.at < pattern.length) throw new PatternFault('balanced brackets');
  return part;
}

/** The pattern with every repetition bounded, and no group that captures. */
export function sourceOf(part: Part): string {
  switch (part.kind) {
    case 'character':
    case 'assertion':
      return part.source;
    case 'sequence':
      return part.parts.map(sourceOf).join('');
    case 'choice':
      return `(?:${part.options.map(sourceOf).join('|')})`;
    case 'repeat': {
      const inner = part.part.kind === 'character' ? part.part.source : `(?:${sourceOf(part.part)})`;
      return `${inner}{${part.from},${part.to}}${part.isLazy ? '?' : ''}`;
    }
  }
}

interface Reader {
  readonly pattern: string;
  at: number;
}

function readChoice(reader: Reader): Part {
  const options = [readSequence(reader)];
  while (reader.pattern[reader.at] === '|') {
    reader.at += 1;
    options.push(readSequence(reader));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

function readSequence(reader: Reader): Part {
  const parts: Part[] = [];
  while (reader.at < reader.pattern.length && !'|)'.includes(reader.pattern.charAt(reader.at))) {
    parts.push(readRepeats(reader, readAtom(reader)));
  }
  return { kind: 'sequence', parts };
}

/** One token: an escape, a class, an opening bracket with its mark, a repetition with its lazy mark, or a character. */
const TOKEN =
  /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]{1,40}\}|k<[^>]{0,40}>|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:<[=!]|[:=!]|<\w{1,40}>)|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/iuy;

function tokenOf({ pattern, at }: Reader): string {
  TOKEN.lastIndex = at;
  return TOKEN.exec(pattern)?.[0] ?? pattern.charAt(at);
}

const IS_REPEAT = /^(?:[*+?]|\{\d)/;

function readAtom(reader: Reader): Part {
  const token = tokenOf(reader);
  reader.at += token.length;
  if (/^\\(?:[1-9]|k)/.test(token)) throw new PatternFault('no back-reference');
  if (/^\(\?(?:[=!]|<[=!])/.test(token)) throw new PatternFault('no look-around');
  if (token.startsWith('(')) {
    const inside = readChoice(reader);
    if (reader.pattern[reader.at] !== ')') throw new PatternFault('balanced brackets');
    reader.at += 1;
    return inside;
  }
  if (IS_REPEAT.test(token)) throw new PatternFault('a regular expression that compiles with the u flag');
  return /^(?:\^|\$|\\b)$/i.test(token) ? { kind: 'assertion', source: token } : { kind: 'character', source: token };
}

/** A part with the repetition that follows it, where one does. */
function readRepeats(reader: Reader, part: Part): Part {
  const token = reader.at < reader.pattern.length ? tokenOf(reader) : '';
  if (!IS_REPEAT.test(token)) return part;
  if (part.kind === 'assertion') throw new PatternFault('a regular expression that compiles with the u flag');
  reader.at += token.length;
  const { from, to, isLazy } = counts(token);
  if (to > MAX_COUNT || from > to) throw new PatternFault(`shorter repetitions (counts of at most ${MAX_COUNT}, the smaller first)`);
  if (to > 1 && holdsOpenRepeat(part)) throw new PatternFault('no repetition inside a repetition');
  return { kind: 'repeat', part, from, to, isLazy };
}

/** True where a part can match longer and shorter texts by a repetition of its own. */
function holdsOpenRepeat(part: Part): boolean {
  switch (part.kind) {
    case 'character':
    case 'assertion':
      return false;
    case 'sequence':
      return part.parts.some(holdsOpenRepeat);
    case 'choice':
      return part.options.some(holdsOpenRepeat);
    case 'repeat':
      return (part.to > 1 && part.to > part.from) || holdsOpenRepeat(part.part);
  }
}

function counts(token: string): { readonly from: number; readonly to: number; readonly isLazy: boolean } {
  const isLazy = token.length > 1 && token.endsWith('?');
  const body = isLazy ? token.slice(0, -1) : token;
  if (body === '?') return { from: 0, to: 1, isLazy };
  if (body === '*' || body === '+') return { from: body === '+' ? 1 : 0, to: REPEAT_LIMIT, isLazy };
  const [, low = '', comma = '', high = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(body) ?? [];
  const from = Number(low);
  return { from, to: comma === '' ? from : high === '' ? from + REPEAT_LIMIT : Number(high), isLazy };
}
