// The folded view: the same text as a careful reader sees it. Full-width and other Unicode digits and letters become
// ASCII, exotic spaces and hyphens become plain ones, invisible characters vanish, so that a value cannot hide behind
// its spelling. Offsets lead back to the text as it was given.

export interface Folded {
  readonly text: string;
  /** Offset in the given text of a folded offset; identity where nothing was folded. */
  toGiven(offset: number): number;
  /** Offset just behind the given character(s) of which the folded character before `offset` was made. */
  endToGiven(offset: number): number;
}

/** Quick look: from U+00A0 on, characters may need folding. */
const BEYOND_ASCII = /[\u00a0-\uffff]/;

/** Zero of each decimal digit range of the basic plane that people type numbers in. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];

const KEEP = -1;
const REMOVE = -2;

/** The folded code of a character, KEEP or REMOVE. */
function foldCode(code: number): number {
  if (code < 0xa0 || (code > 0xad && code < 0x61c)) return KEEP;
  if (code >= 0xff01 && code <= 0xff5e) return code - 0xfee0;
  if (code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000)
    return 32;
  if (code === 0x2028 || code === 0x2029) return 10;
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xfe58 || code === 0xfe63 || code === 0x2e3a || code === 0x2e3b)
    return 45;
  if (code === 0xad || code === 0x61c || code === 0x180e || code === 0xfeff || (code >= 0xfe00 && code <= 0xfe0f)) return REMOVE;
  if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x2069)) return REMOVE;
  if (code === 0x2024 || code === 0xfe52 || code === 0x3002 || code === 0xff61) return 46;
  if (code === 0xfe6b) return 64;
  return code < 0x660 || code > 0xe59 ? KEEP : foldDigit(code);
}

function foldDigit(code: number): number {
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return code - zero + 48;
  return KEEP;
}

/** Mathematical letters and digits (U+1D400 to U+1D7FF) as ASCII, 0 for others. */
function foldPair(low: number): number {
  if (low < 0xdc00 || low > 0xdfff) return 0;
  const plain = String.fromCharCode(0xd835, low).normalize('NFKC');
  const code = plain.length === 1 ? plain.charCodeAt(0) : 0;
  return code < 128 ? code : 0;
}

export function fold(given: string): Folded {
  if (!needsFolding(given)) return { text: given, toGiven: (offset) => offset, endToGiven: (offset) => offset };
  const codes = new Uint16Array(given.length);
  const starts = new Uint32Array(given.length + 1);
  const ends = new Uint32Array(given.length + 1);
  let size = 0;
  for (let at = 0; at < given.length; at += 1) {
    const code = given.charCodeAt(at);
    let width = 1;
    let folded = foldCode(code);
    if (code === 0xd835) {
      const plain = foldPair(given.charCodeAt(at + 1));
      if (plain !== 0) {
        folded = plain;
        width = 2;
      }
    }
    if (folded === REMOVE) continue;
    codes[size] = folded === KEEP ? code : folded;
    starts[size] = at;
    size += 1;
    at += width - 1;
    ends[size] = at + 1;
  }
  starts[size] = given.length;
  return {
    text: decode(codes, size),
    toGiven: (offset) => starts[offset] ?? given.length,
    endToGiven: (offset) => ends[offset] ?? given.length,
  };
}

function needsFolding(given: string): boolean {
  if (!BEYOND_ASCII.test(given)) return false;
  for (let at = 0; at < given.length; at += 1) {
    const code = given.charCodeAt(at);
    if (code >= 0xa0 && (code === 0xd835 || foldCode(code) !== KEEP)) return true;
  }
  return false;
}

function decode(codes: Uint16Array, size: number): string {
  // String.fromCharCode keeps lone surrogates, which a UTF-16 decoder would replace.
  const parts: string[] = [];
  for (let at = 0; at < size; at += 8192) parts.push(String.fromCharCode(...codes.subarray(at, Math.min(size, at + 8192))));
  return parts.join('');
}
