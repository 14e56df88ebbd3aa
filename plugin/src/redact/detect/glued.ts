// Values inside a word: "my_sk-ant-…", "card4111…", "tokenghp_…". Behind an underscore a value is judged nearly as at the
// start of a word; behind a letter or digit only what carries its own proof counts: an issuer's mark and chance behind
// it, a checksum, a header that decodes.
import { isAlnum, isAsciiLetter, isDigit, isUpper, isWord } from '../chars.ts';
import { codeBefore, type Scan } from '../scan.ts';
import { isKeyHead, matchGluedKey, matchJwt, matchKey } from './keys.ts';
import { matchIban, matchLetterId } from './letters.ts';
import { scanGluedNumber } from './number.ts';
import { matchWallet } from './wallet.ts';

const UNDERSCORE = 95;
/** Digits of the shortest card. */
const MIN_CARD = 12;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?!\w)/i;

/** Where to go on in the word that holds `from`: the next place at which a value may begin, or the word's end. */
export function nextJoint(text: string, from: number): number {
  let at = from;
  let previous = text.charCodeAt(at - 1);
  for (;;) {
    const code = text.charCodeAt(at);
    if (!isWord(code) || isJoint(text, at, previous, code)) return at;
    previous = code;
    at += 1;
  }
}

function isJoint(text: string, at: number, previous: number, code: number): boolean {
  if (code >= 97) return previous === UNDERSCORE || isKeyHead(text, at, code);
  if (previous === UNDERSCORE) return code !== UNDERSCORE;
  if (isDigit(code)) return isAsciiLetter(previous) && isDigit(text.charCodeAt(at + MIN_CARD - 1));
  return isKeyHead(text, at, code) || isCountryCode(text, at, previous);
}

/** Two capitals behind a small letter or a digit, and digits soon: the start of an account number. */
function isCountryCode(text: string, at: number, previous: number): boolean {
  return !isUpper(previous) && isUpper(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at + 3));
}

/** The value that begins at `at`, inside a word: where to go on. */
export function scanGlued(scan: Scan, at: number): number {
  const { text } = scan;
  const previous = codeBefore(scan, at);
  const end =
    previous === UNDERSCORE ? afterUnderscore(scan, at) : isJoint(text, at, previous, text.charCodeAt(at)) ? inside(scan, at) : -1;
  return end > at ? end : nextJoint(text, at + 1);
}

function afterUnderscore(scan: Scan, at: number): number {
  const { text } = scan;
  if (UUID.test(text.slice(at, at + 37))) return at + 36;
  if (isDigit(text.charCodeAt(at))) return firstOf(scan, at, matchWallet, scanGluedNumber);
  if (text.startsWith('eyJ', at)) return firstOf(scan, at, matchJwt, matchKey);
  return firstOf(scan, at, matchKey, matchIban, letterId, matchWallet);
}

function letterId(scan: Scan, at: number): number {
  let end = at;
  while (isAlnum(scan.text.charCodeAt(end))) end += 1;
  return matchLetterId(scan, at, end);
}

function inside(scan: Scan, at: number): number {
  const { text } = scan;
  if (isDigit(text.charCodeAt(at))) return scanGluedNumber(scan, at);
  if (text.startsWith('eyJ', at)) return matchJwt(scan, at);
  const key = matchGluedKey(scan, at);
  return key >= 0 || isUpper(codeBefore(scan, at)) || !isUpper(text.charCodeAt(at)) ? key : matchIban(scan, at);
}

function firstOf(scan: Scan, at: number, ...matchers: readonly ((scan: Scan, at: number) => number)[]): number {
  for (const match of matchers) {
    const end = match(scan, at);
    if (end >= 0) return end;
  }
  return -1;
}
