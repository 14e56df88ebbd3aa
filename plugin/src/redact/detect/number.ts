// Everything that begins with a digit. The most strictly checked kind wins; a number that is nothing is stepped over by
// one group, so each group is read a bounded number of times.
import { isAsciiLetter, isDigit, isHex, isWord } from '../chars.ts';
import { HINT, hintsBefore } from '../context.ts';
import { codeBefore, found, type Scan } from '../scan.ts';
import { matchCard, numberHints } from './card.ts';
import { parseGroups, type Groups } from './groups.ts';
import { NATIONAL_NUMBERS, type NumberRule } from './national.ts';
import { matchAddress, matchIpv4 } from './network.ts';
import { matchPhone } from './phone.ts';
import { matchDigitId } from './letters.ts';

const RULES = new Map<string, NumberRule[]>();
for (const rule of NATIONAL_NUMBERS) for (const shape of rule.shapes) RULES.set(shape, [...(RULES.get(shape) ?? []), rule]);

/** Where to go on: behind the value that was found, or behind what cannot be one. */
export function scanNumber(scan: Scan, at: number): number {
  const { text } = scan;
  const address = matchAddress(scan, at);
  if (address >= 0) return address;
  let runEnd = at;
  while (isDigit(text.charCodeAt(runEnd))) runEnd += 1;
  const id = matchDigitId(scan, at);
  if (id >= 0) return id;
  if (runEnd - at > 20) return runEnd;
  if (isContinued(scan, at)) return runEnd;
  const ip = matchIpv4(scan, at);
  if (ip >= 0) return ip;
  const groups = parseGroups(text, at);
  if (groups.size >= 7) {
    const before = numberHints(scan, at);
    const end = matchGroups(scan, groups, before);
    if (end >= 0) return end;
    const phone = matchPhone(scan, at, before);
    if (phone >= 0) return found(scan, 'PHONE_NUMBER', at, phone);
  }
  return runEnd;
}

/** A number inside a word, "card_4111…" or "ssn_219-…": a card, or what the word names. End, or -1. */
export function scanGluedNumber(scan: Scan, at: number): number {
  const { text } = scan;
  const before = numberHints(scan, at);
  const groups = parseGroups(text, at);
  if (groups.size < 7) return matchNamedAddress(scan, at);
  if ((before & HINT.nationalId) !== 0) {
    const id = matchDigitId(scan, at);
    if (id >= 0) return id;
  }
  if ((before & HINT.card) === 0 && !isWordInFront(scan, at)) return -1;
  const end = matchGroups(scan, groups, before, true);
  if (end >= 0 || (before & HINT.phone) === 0) return end >= 0 ? end : matchNamedAddress(scan, at);
  const phone = matchPhone(scan, at, before);
  return phone >= 0 ? found(scan, 'PHONE_NUMBER', at, phone) : -1;
}

function matchNamedAddress(scan: Scan, at: number): number {
  return (hintsBefore(scan.text, at, scan.floor) & HINT.ip) === 0 ? -1 : matchIpv4(scan, at);
}

/** A plus or an opening bracket before a digit. */
export function scanPhonePrefix(scan: Scan, at: number): number {
  const end = matchPhone(scan, at, numberHints(scan, at));
  return end < 0 ? at + 1 : found(scan, 'PHONE_NUMBER', at, end);
}

/** True where the digits go on with a number to their left: 12.345, 550e8400-41. */
function isContinued(scan: Scan, at: number): boolean {
  const previous = codeBefore(scan, at);
  return (previous === 46 || previous === 45) && isDigit(codeBefore(scan, at - 1));
}

function matchGroups(scan: Scan, groups: Groups, before: number, mustBeNamed = false): number {
  const cards = matchCard(scan, groups, before);
  if (cards > 0 && isClosed(scan.text, groups, cards))
    return found(scan, 'CREDIT_CARD', groups.starts[0] ?? 0, groups.ends[cards - 1] ?? 0);
  let shape = '';
  let digits = '';
  let best = 0;
  let type = '';
  for (let count = 1; count <= groups.starts.length; count += 1) {
    const part = scan.text.slice(groups.starts[count - 1], groups.ends[count - 1]);
    shape += `${count === 1 ? '' : '-'}${part.length}`;
    digits += part;
    const rule = RULES.get(shape)?.find((candidate) => isNumber(candidate, shape, digits, before, mustBeNamed));
    if (rule === undefined || !isClosed(scan.text, groups, count)) continue;
    best = count;
    type = rule.type;
  }
  return best === 0 ? -1 : found(scan, type, groups.starts[0] ?? 0, groups.ends[best - 1] ?? 0);
}

function isNumber(rule: NumberRule, shape: string, digits: string, before: number, mustBeNamed: boolean): boolean {
  const isNamed = (before & rule.hints) !== 0;
  const isTelling = !mustBeNamed && rule.telling.includes(shape) && (before & (HINT.other | HINT.phone)) === 0;
  return (isNamed || isTelling) && rule.check(digits);
}

/** The value ends here: no word goes on with it, nor another group behind the same hyphen or dot. */
function isClosed(text: string, groups: Groups, count: number): boolean {
  const end = groups.ends[count - 1] ?? 0;
  if (isWord(text.charCodeAt(end)) && !isWordBehind(text, end)) return false;
  const next = groups.separators[count];
  return next === undefined || count === 1 ? next !== '.' : !(next === groups.separators[count - 1] && (next === '-' || next === '.'));
}

const MAX_WORD_BEHIND = 24;

/** As isWordBehind, towards the left. */
function isWordInFront(scan: Scan, end: number): boolean {
  if (codeBefore(scan, end) === 95) return true;
  let at = end;
  let isPlain = false;
  while (end - at < MAX_WORD_BEHIND && isAsciiLetter(codeBefore(scan, at))) {
    isPlain ||= !isHex(codeBefore(scan, at));
    at -= 1;
  }
  return isPlain && !isWord(codeBefore(scan, at));
}

/** An underscore, or letters alone that are not all hexadecimal: what is glued to a value, not the rest of an identifier. */
function isWordBehind(text: string, from: number): boolean {
  if (text.charCodeAt(from) === 95) return true;
  let at = from;
  let isPlain = false;
  while (at - from < MAX_WORD_BEHIND && isAsciiLetter(text.charCodeAt(at))) {
    isPlain ||= !isHex(text.charCodeAt(at));
    at += 1;
  }
  return isPlain && !isWord(text.charCodeAt(at));
}
