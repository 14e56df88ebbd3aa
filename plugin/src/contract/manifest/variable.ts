// What may stand in place of a variable: a kind of characters within bounds, or one of a few texts.
import type { ManifestVariable } from '../generated/manifest.ts';

export interface Variable {
  readonly name: string;
  /** Offsets at which the variable can end, given those at which it can begin. Linear in the text. */
  ends(text: string, starts: Uint8Array): Uint8Array;
  /** The last of `starts` from which it can end at `end`. There is one wherever `ends` said so. */
  startBefore(text: string, starts: Uint8Array, end: number): number;
}

const DEFAULT_LENGTH = 256;

export function variableOf(name: string, declared: ManifestVariable): Variable {
  const { type, minLength, maxLength = DEFAULT_LENGTH, minimum = -Infinity, maximum = Infinity, values = [] } = declared;
  switch (type) {
    case 'enum':
      return fixed(name, (text, start) => values.filter((value) => text.startsWith(value, start)).map((value) => start + value.length));
    case 'integer':
      return fixed(name, (text, start) =>
        integersAt(text, start).filter((end) => {
          const value = Number(text.slice(start, end));
          return value >= minimum && value <= maximum;
        }),
      );
    case 'date':
      return fixed(name, (text, start) => (isDate(text.slice(start, start + 10)) ? [start + 10] : []));
    case 'token':
      return run(name, isToken, minLength ?? 1, maxLength);
    case 'line':
      return run(name, isInLine, minLength ?? 0, maxLength);
    default:
      return run(name, () => true, minLength ?? 0, maxLength);
  }
}

/** A variable that has only a few ends for each start, whatever the text. */
function fixed(name: string, endsOf: (text: string, start: number) => readonly number[]): Variable {
  return {
    name,
    ends(text, starts) {
      const ends = new Uint8Array(text.length + 1);
      for (let start = starts.indexOf(1); start >= 0; start = starts.indexOf(1, start + 1))
        for (const end of endsOf(text, start)) ends[end] = 1;
      return ends;
    },
    startBefore(text, starts, end) {
      for (let start = end; start >= 0; start -= 1) if (starts[start] === 1 && endsOf(text, start).includes(end)) return start;
      return end;
    },
  };
}

/** A run of characters of a kind, within bounds. */
function run(name: string, isKind: (unit: number) => boolean, shortest: number, longest: number): Variable {
  return {
    name,
    ends(text, starts) {
      const ends = new Uint8Array(text.length + 1);
      // The offset `at` can be an end when some start lies in [at - longest, at - shortest] with only such characters between.
      // Of those the newest is enough for `longest` and the wall, so one number is remembered.
      let newest = -1;
      let wall = 0;
      for (let at = 0; at <= text.length; at += 1) {
        if (at > 0 && !isKind(text.charCodeAt(at - 1))) wall = at;
        const entering = at - shortest;
        if (entering >= 0 && starts[entering] === 1) newest = entering;
        if (newest >= wall && at - newest <= longest) ends[at] = 1;
      }
      return ends;
    },
    startBefore(_text, starts, end) {
      for (let start = end; start >= 0; start -= 1) {
        if (starts[start] === 1 && end - start >= shortest) return start;
      }
      return end;
    },
  };
}

const isInLine = (unit: number): boolean => unit !== 0x0a && unit !== 0x0d && unit !== 0x2028 && unit !== 0x2029;
const isToken = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x61 && unit <= 0x7a) ||
  unit === 0x2e ||
  unit === 0x2d ||
  unit === 0x5f;

const MAX_DIGITS = 16;

/** Ends of the integers that begin here: 1, 12, 123 in "123". Written as JSON writes them, without leading zeros. */
function integersAt(text: string, start: number): number[] {
  const ends: number[] = [];
  const first = text[start] === '-' ? start + 1 : start;
  for (let end = first; end < first + MAX_DIGITS; end += 1) {
    const unit = text.charCodeAt(end);
    if (!(unit >= 0x30 && unit <= 0x39)) break;
    if (end === first || text[first] !== '0') ends.push(end + 1);
  }
  return ends;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
