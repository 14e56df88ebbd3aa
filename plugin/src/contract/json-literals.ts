// The texts of a JSON document where they stand, so that one can be changed and every other byte stays as it is. What is
// read comes from clients and providers: nothing here recurses, and what is no JSON is said to be none.

/** An object or array, as far as it has been read. */
export interface JsonLevel {
  readonly parent: JsonLevel | undefined;
  readonly isObject: boolean;
  /** The member that holds it; within arrays that of the array. */
  readonly name: string;
  /** False where it is an item of an array. */
  readonly isMember: boolean;
  /** The member being read. */
  key: string;
  /** Members that number a part of a stream (`index`, `output_index`, …), in the order in which they stand. */
  index: string;
}

export interface JsonLiteral {
  /** Offsets of what stands between the quotes, still escaped; of the number itself. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'key' | 'text' | 'number';
  readonly level: JsonLevel;
  /** The nearest member that holds it; of a key its own name. */
  readonly name: string;
}

const INDEX = new Set(['index', 'output_index', 'content_index', 'summary_index']);
const NEXT = /["{}[\]]|-?\d[\d.eE+-]*/g;
const COLON = /[ \t\r\n]*:/y;

/** In the order in which they stand; undefined where a text has no end. What else is wrong with the JSON is not looked at. */
export function jsonLiterals(text: string): JsonLiteral[] | undefined {
  const literals: JsonLiteral[] = [];
  let level: JsonLevel = { parent: undefined, isObject: false, name: '', isMember: false, key: '', index: '' };
  NEXT.lastIndex = 0;
  for (let found = NEXT.exec(text); found; found = NEXT.exec(text)) {
    const at = found.index;
    const char = found[0];
    if (char === '"') {
      const end = endOfText(text, at + 1);
      if (end < 0) return undefined;
      COLON.lastIndex = end + 1;
      const isKey = level.isObject && COLON.test(text);
      if (isKey) level.key = text.slice(at + 1, end);
      literals.push({ from: at + 1, to: end, kind: isKey ? 'key' : 'text', level, name: nameIn(level) });
      NEXT.lastIndex = end + 1;
    } else if (char === '{' || char === '[') {
      level = { parent: level, isObject: char === '{', name: nameIn(level), isMember: level.isObject, key: '', index: '' };
    } else if (char === '}' || char === ']') {
      level = level.parent ?? level;
    } else {
      if (level.isObject && INDEX.has(level.key)) level.index += `${level.key}=${char};`;
      literals.push({ from: at, to: at + char.length, kind: 'number', level, name: nameIn(level) });
    }
  }
  return literals;
}

const nameIn = (level: JsonLevel): string => (level.isObject ? level.key : level.name);

/** Offset of the closing quote, or -1. */
function endOfText(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 92 && quote - backslashes > from) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
