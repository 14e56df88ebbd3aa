// Character classes as one table look-up. Everything here works on the folded text (see fold.ts), in UTF-16 units.

const DIGIT = 1;
const UPPER = 2;
const LOWER = 4;
const UNDERSCORE = 8;
const HEX = 16;
const TABLE = new Uint8Array(128);
for (let code = 48; code <= 57; code += 1) TABLE[code] = DIGIT | HEX;
for (let code = 65; code <= 90; code += 1) TABLE[code] = UPPER | (code <= 70 ? HEX : 0);
for (let code = 97; code <= 122; code += 1) TABLE[code] = LOWER | (code <= 102 ? HEX : 0);
TABLE[95] = UNDERSCORE;

function classOf(code: number): number {
  return code < 128 ? (TABLE[code] ?? 0) : 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

export function isAsciiLetter(code: number): boolean {
  return (classOf(code) & (UPPER | LOWER)) !== 0;
}

export function isAlnum(code: number): boolean {
  return (classOf(code) & (DIGIT | UPPER | LOWER)) !== 0;
}

/** Letter, digit or underscore of ASCII. */
export function isWord(code: number): boolean {
  return classOf(code) !== 0;
}

export function isHex(code: number): boolean {
  return (classOf(code) & HEX) !== 0;
}

/** Letters beyond ASCII, roughly: everything from U+00C0 that is not general punctuation, a sign, a private or special character. */
export function isWideLetter(code: number): boolean {
  return (
    code >= 0xc0 &&
    code !== 0xd7 &&
    code !== 0xf7 &&
    !(code >= 0x2000 && code <= 0x2bff) &&
    !(code >= 0x3000 && code <= 0x303f) &&
    code < 0xfe00
  );
}

export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}

/** End of the run of ASCII word characters that holds `from`. */
export function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isWord(text.charCodeAt(end))) end += 1;
  return end;
}
