// Phone numbers: international and national forms with brackets, trunk zero and extension. Few digits, or digits that
// could be an amount, are a phone number only where a word says so.
import { isAlnum, isDigit, isWord } from '../chars.ts';
import { isRepeated } from '../checksums.ts';
import { HINT, hintsAfter } from '../context.ts';
import { codeBefore, type Scan } from '../scan.ts';

interface Shape {
  readonly end: number;
  /** Without a trunk zero in brackets after a country code. */
  readonly digits: string;
  readonly groups: readonly number[];
  readonly plus: boolean;
  readonly bracket: boolean;
  /** Separators seen, brackets left out. */
  readonly separators: string;
}

const MAX_DIGITS = 15;
const MAX_GROUPS = 8;
const SEPARATOR_WIDTH = 3;
/** With more digits than this, what follows a space may be the next number. */
const MIN_RUN_ON = 12;

/** End of the phone number that starts at `at` (a digit, plus or opening bracket), or -1. */
export function matchPhone(scan: Scan, at: number, before: number): number {
  const shape = parseShape(scan.text, at, MAX_GROUPS);
  if (shape === undefined || shape.digits.length < 7) return -1;
  const end = phoneEnd(scan, shape, before, at);
  if (end >= 0 || shape.digits.length <= MIN_RUN_ON) return end;
  // Two numbers with a space between them look like one that is too long.
  for (let count = shape.groups.length - 1; count > 0; count -= 1) {
    const shorter = parseShape(scan.text, at, count);
    if (shorter === undefined || shorter.digits.length < 7) break;
    const shorterEnd = scan.text.charCodeAt(shorter.end) === 32 ? phoneEnd(scan, shorter, before, at) : -1;
    if (shorterEnd >= 0) return shorterEnd;
  }
  return -1;
}

function phoneEnd(scan: Scan, shape: Shape, before: number, at: number): number {
  if (isRepeated(shape.digits)) return -1;
  const extension = extensionEnd(scan.text, shape.end);
  return isPhone(scan, shape, extension > shape.end, before, at) ? extension : -1;
}

function parseShape(text: string, start: number, maxGroups: number): Shape | undefined {
  let at = start;
  let digits = '';
  let separators = '';
  let plus = false;
  let bracket = false;
  let open = false;
  let end = -1;
  const groups: number[] = [];
  while (groups.length < maxGroups) {
    if (text.charCodeAt(at) === 40 && !open) {
      open = true;
      bracket = true;
      at += 1;
      if (text.charCodeAt(at) === 32) at += 1;
    }
    if (text.charCodeAt(at) === 43 && digits === '') {
      plus = true;
      at += 1;
      if (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 40) at += 1;
    }
    const from = at;
    while (isDigit(text.charCodeAt(at)) && at - from <= MAX_DIGITS + 2) at += 1;
    if (at === from || digits.length + at - from > MAX_DIGITS + (plus ? 0 : 2)) break;
    digits += text.slice(from, at);
    groups.push(at - from);
    if (open && text.charCodeAt(at) === 32 && text.charCodeAt(at + 1) === 41) at += 1;
    if (open && text.charCodeAt(at) === 41) {
      open = false;
      at += 1;
    }
    if (!open) end = at;
    let width = 0;
    while (width < SEPARATOR_WIDTH && isSeparator(text.charCodeAt(at))) {
      separators += text.charAt(at);
      at += 1;
      width += 1;
    }
  }
  return end < 0 ? undefined : { end, digits, groups, plus, bracket, separators: separators.trim() };
}

function isSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 47;
}

/** "x123", "ext. 123", "extension 123", "#123", "Durchwahl 12": end of the extension, or `at`. */
function extensionEnd(text: string, at: number): number {
  const match = /^[ ,;]{0,2}(?:x|ext|extn|extension|durchwahl|poste|toestel|#)[.: ]{0,2}(\d{1,6})(?!\w)/i.exec(text.slice(at, at + 24));
  return match === null ? at : at + match[0].length;
}

function isPhone(scan: Scan, shape: Shape, extended: boolean, before: number, at: number): boolean {
  const { text } = scan;
  const next = text.charCodeAt(shape.end);
  const isGlued = isAlnum(next) || (next === 95 && !shape.plus);
  if (!extended && (isGlued || (next === 46 && isDigit(text.charCodeAt(shape.end + 1))))) return false;
  const hints = before | hintsAfter(text, shape.end);
  const isNamed = (hints & HINT.phone) !== 0;
  const isOther = (before & HINT.other) !== 0 && !isNamed;
  const { digits } = shape;
  if (shape.plus) return isInternational(scan, digits, at, isNamed);
  if (isDate(shape, digits) || isOther) return false;
  if (isNamed && digits.length <= 15 && !isDecimal(shape)) return true;
  if (shape.bracket) return digits.length >= 8 && digits.length <= 12 && (text.charCodeAt(at) === 40 || digits.startsWith('0') || extended);
  if (extended && digits.length >= 9) return true;
  return isTelling(shape, digits) || ((hints & HINT.maybePhone) !== 0 && isLikely(shape, digits));
}

function isInternational(scan: Scan, digits: string, at: number, isNamed: boolean): boolean {
  if (digits.length < 8 || digits.length > MAX_DIGITS || digits.startsWith('0')) return false;
  // "x+12345678" and "x + 12345678" are arithmetic.
  const previous = codeBefore(scan, at);
  return isNamed || !(isWord(previous) || previous === 41 || scan.text.charCodeAt(at + 1) === 32);
}

/** Forms that are phone numbers wherever they stand. */
function isTelling(shape: Shape, digits: string): boolean {
  const form = shape.groups.join('-');
  if (form === '3-3-4')
    return /^[2-9]\d\d[2-9]/.test(digits) || (/^[2-9]/.test(digits) && shape.separators !== '') || /^0[1-9]/.test(digits);
  if (form === '1-3-3-4') return /^[178]/.test(digits);
  if (/^00[1-9]/.test(digits)) return digits.length >= 10 && digits.length <= 17;
  if (!/^0[1-9]/.test(digits)) return false;
  if (shape.groups.length === 1) return (digits.length === 10 || digits.length === 11) && digits !== '0123456789';
  return digits.length >= 9 && digits.length <= 12 && (shape.groups[0] ?? 0) >= 2 && !isDecimal(shape);
}

/** Forms that a weak word ("call", "office") turns into a phone number. */
function isLikely(shape: Shape, digits: string): boolean {
  if (digits.endsWith('000') || isDecimal(shape)) return false;
  return shape.groups.length > 1 ? digits.length <= 13 : digits.length >= 8 && digits.length <= 12;
}

function isDecimal(shape: Shape): boolean {
  return shape.groups.length === 2 && shape.separators === '.' && (shape.groups[0] ?? 0) < 3;
}

/** 2024-03-01, 01.03.2024, 3/1/2024, also with a time behind. */
function isDate(shape: Shape, digits: string): boolean {
  const [first = 0, second = 0, third = 0] = shape.groups;
  if (shape.groups.length < 3) return false;
  if (first === 4 && second <= 2 && third <= 2) return /^(?:1[89]|20)/.test(digits);
  return first <= 2 && second <= 2 && third === 4 && /^(?:1[89]|20)/.test(digits.slice(first + second));
}
