// Payment cards: Luhn, issuer ranges with their lengths, and the groupings that stand on cards.
import { isRepeated, luhn } from '../checksums.ts';
import { HINT, hintsAfter, hintsBefore } from '../context.ts';
import type { Scan } from '../scan.ts';
import type { Groups } from './groups.ts';

/** Issuer ranges by leading digits: [from, to, lengths]. */
const ISSUERS: readonly (readonly [string, string, readonly number[]])[] = [
  ['4', '4', [13, 16, 18, 19]],
  ['51', '55', [16]],
  ['2221', '2720', [16]],
  ['34', '34', [15]],
  ['37', '37', [15]],
  ['6011', '6011', [16, 19]],
  ['622', '629', [16, 17, 18, 19]],
  ['64', '65', [16, 19]],
  ['60', '60', [16]],
  ['81', '82', [16]],
  ['3528', '3589', [16, 19]],
  ['1800', '1800', [15]],
  ['2131', '2131', [15]],
  ['300', '305', [14]],
  ['36', '36', [14, 16]],
  ['38', '39', [14, 16]],
  ['2200', '2204', [16, 17, 18, 19]],
  ['9792', '9792', [16]],
  ['50', '50', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['56', '58', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['63', '63', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['67', '67', [12, 13, 14, 15, 16, 17, 18, 19]],
];

const GROUPINGS = new Set([
  '4-4-4-4',
  '4-6-5',
  '4-6-4',
  '4-4-4-4-3',
  '4-4-4-4-2',
  '4-4-5',
  '4-5-6',
  '4-4-4-1',
  '8-8',
  '6-13',
  '4-5-4',
  '4-3-3-3',
]);

function isIssued(digits: string): boolean {
  return ISSUERS.some(([from, to, lengths]) => {
    const head = digits.slice(0, from.length);
    return head >= from && head <= to && lengths.includes(digits.length);
  });
}

/** Number of groups that form a card from the first group on, or 0. */
export function matchCard(scan: Scan, groups: Groups, before: number): number {
  const { text } = scan;
  let digits = '';
  let shape = '';
  let best = 0;
  for (let count = 1; count <= groups.starts.length; count += 1) {
    const start = groups.starts[count - 1] ?? 0;
    const end = groups.ends[count - 1] ?? 0;
    digits += text.slice(start, end);
    shape += `${count === 1 ? '' : '-'}${end - start}`;
    if (digits.length > 19) break;
    if (digits.length < 12 || !luhn(digits) || isRepeated(digits)) continue;
    if (isCard(text, digits, count === 1, shape, end, before)) best = count;
  }
  return best;
}

function isCard(text: string, digits: string, isWhole: boolean, shape: string, end: number, before: number): boolean {
  const named = ((before | hintsAfter(text, end)) & HINT.card) !== 0;
  if (named) return true;
  if (!isIssued(digits)) return false;
  if (!isWhole) return GROUPINGS.has(shape);
  // Without a word, a bare run is a card only in the common lengths: 13 digits are milliseconds, 19 are snowflake ids.
  return digits.length >= 14 && digits.length <= 16 && (before & HINT.other) === 0 && !/^(?:50|5[678]|6[37]|60|81|82|22)/.test(digits);
}

/** What goes on a list: "555-0142, 555-0143 or 555-0144". */
const LIST = /^ ?(?:[,;/&|\n] ?|(?:[,;] )?(?:and|or|und|oder|et|ou|en|of|y|o|e) )$/;

/** Hints for what stands before a number; those of a list's first number hold for the next. Shared by all numeric detectors. */
export function numberHints(scan: Scan, at: number): number {
  const hints = hintsBefore(scan.text, at, scan.floor);
  if (scan.floor === 0 || scan.lastType === '' || at - scan.floor > 9 || !LIST.test(scan.text.slice(scan.floor, at))) return hints;
  return hints | (scan.lastType === 'PHONE_NUMBER' ? HINT.maybePhone : scan.lastType === 'CREDIT_CARD' ? HINT.card : 0);
}
