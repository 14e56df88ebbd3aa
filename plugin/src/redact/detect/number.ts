// Everything that begins with a digit. The most strictly checked kind wins; a number that is nothing is stepped over by
// one group, so each group is read a bounded number of times.
import { isAlnum, isDigit, isWord, wordEnd } from '../chars.ts';
import { HINT } from '../context.ts';
import { found, type Scan } from '../scan.ts';
import { matchCard, numberHints } from './card.ts';
import { parseGroups, type Groups } from './groups.ts';
import { NATIONAL_NUMBERS, type NumberRule } from './national.ts';
import { matchAddress, matchIpv4 } from './network.ts';
import { matchPhone } from './phone.ts';
import { matchDni } from './letters.ts';

const RULES = new Map<string, NumberRule[]>();
for (const rule of NATIONAL_NUMBERS) for (const shape of rule.shapes) RULES.set(shape, [...(RULES.get(shape) ?? []), rule]);

/** Where to go on: behind the value that was found, or behind what cannot be one. */
export function scanNumber(scan: Scan, at: number): number {
  const { text } = scan;
  const address = matchAddress(scan, at);
  if (address >= 0) return address;
  let runEnd = at;
  while (isDigit(text.charCodeAt(runEnd))) runEnd += 1;
  const dni = runEnd - at <= 8 ? matchDni(scan, at) : -1;
  if (dni >= 0) return dni;
  if (runEnd - at > 20) return wordEnd(text, runEnd);
  if (isContinued(text, at)) return runEnd;
  const ip = matchIpv4(scan, at);
  if (ip >= 0) return ip;
  const groups = parseGroups(text, at);
  const size = digitCount(groups);
  if (size >= 7) {
    const before = numberHints(scan, at);
    const end = matchGroups(scan, groups, before);
    if (end >= 0) return end;
    const phone = matchPhone(scan, at, before);
    if (phone >= 0) return found(scan, 'PHONE_NUMBER', at, phone);
  }
  return isWord(text.charCodeAt(runEnd)) ? wordEnd(text, runEnd) : runEnd;
}

/** A plus or an opening bracket before a digit. */
export function scanPhonePrefix(scan: Scan, at: number): number {
  const end = matchPhone(scan, at, numberHints(scan, at));
  return end < 0 ? at + 1 : found(scan, 'PHONE_NUMBER', at, end);
}

function digitCount(groups: Groups): number {
  return groups.starts.reduce((sum, start, index) => sum + (groups.ends[index] ?? start) - start, 0);
}

/** True where the digits go on with a number to their left: 12.345, 550e8400-41. */
function isContinued(text: string, at: number): boolean {
  const previous = text.charCodeAt(at - 1);
  return (previous === 46 || previous === 45) && isAlnum(text.charCodeAt(at - 2)) && isDigit(text.charCodeAt(at - 2));
}

function matchGroups(scan: Scan, groups: Groups, before: number): number {
  const cards = matchCard(scan, groups, before);
  if (cards > 0 && isClosed(scan.text, groups, cards))
    return found(scan, 'CREDIT_CARD', groups.starts[0] ?? 0, groups.ends[cards - 1] ?? 0);
  for (let count = groups.starts.length; count >= 1; count -= 1) {
    const rule = matchRule(scan.text, groups, count, before);
    if (rule !== undefined && isClosed(scan.text, groups, count))
      return found(scan, rule.type, groups.starts[0] ?? 0, groups.ends[count - 1] ?? 0);
  }
  return -1;
}

function matchRule(text: string, groups: Groups, count: number, before: number): NumberRule | undefined {
  let shape = '';
  let digits = '';
  for (let index = 0; index < count; index += 1) {
    const part = text.slice(groups.starts[index], groups.ends[index]);
    shape += `${index === 0 ? '' : '-'}${part.length}`;
    digits += part;
  }
  for (const rule of RULES.get(shape) ?? []) {
    const isNamed = (before & rule.hints) !== 0;
    if ((isNamed || (rule.telling.includes(shape) && (before & (HINT.other | HINT.phone)) === 0)) && rule.check(digits)) return rule;
  }
  return undefined;
}

/** The value ends here: no letter follows, nor another group behind the same hyphen or dot. */
function isClosed(text: string, groups: Groups, count: number): boolean {
  const end = groups.ends[count - 1] ?? 0;
  if (isWord(text.charCodeAt(end))) return false;
  const next = groups.separators[count];
  return next === undefined || count === 1 ? next !== '.' : !(next === groups.separators[count - 1] && (next === '-' || next === '.'));
}
