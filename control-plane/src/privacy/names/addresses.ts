// Addresses as wholes: what a model finds in pieces (number, street, unit, town, code) and what has the form of an address
// becomes one finding. Places and codes that belong to no address are left: a town alone is no one's data.
import type { Finding } from '#redact';
import { coverOf, type Cover } from './cover.ts';
import { ADDRESS_FORMS, COUNTRIES, NAMED_CODE, STREET_WORD, UNIT_WORDS, WITHIN_WORDS } from './address-words.ts';

const STREET = 'STREET_ADDRESS';
const PLACE = 'GPE';
const CODE = 'ZIP_CODE';

/** So near an address, a place or a code belongs to it. */
const REACH = 48;
/** Words that join the parts of an address, beside those with a capital. */
const JOINING = new Set([
  ...UNIT_WORDS.toLowerCase()
    .replaceAll(/[^\p{L}|]/gu, '')
    .split('|'),
  ...'no nr bis street st str road rd floor'.split(' '),
]);
/** So many words with a capital may stand between two parts: a town that the model did not see. */
const MAX_CAPITALS = 3;
const MAX_GAP = 40;

/** What may stand right before or behind an address and is part of it. */
const BEFORE = [
  new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${UNIT_WORDS})\.? ?#? ?$`, 'iu'),
  /(?<![\p{L}\p{N}.,-])\d{1,5}[A-Za-z]?,? $/u,
  /(?<![\p{L}\p{N}])(?:C\/|ul\. ?|str\. ?|Calle |Rua |Via |Rue |rue |the corner of |corner of )(?:\p{Lu}[\p{L}'’.-]* ){0,2}$/u,
];
const BEHIND = [
  new RegExp(String.raw`^[\s,>]{1,4}(?:${UNIT_WORDS})\.? ?#? ?\d{1,5}[A-Za-z]?(?![\p{L}\p{N}])`, 'iu'),
  /^(?: |, ?)(?:[Ss]treet|[Ss]tr\.|[Rr]oad|[Aa]venue)(?!\p{L})/u,
  /^,? \d{1,4}[A-Za-z]?(?![\p{L}\p{N}]|[.,]\d| [\p{Ll}])/u,
  /^ and (?:\p{Lu}[\p{L}\p{M}'’.-]* ){0,2}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Boulevard|Way|Union|Square|Park|Hill|Greens?|Mills?)(?!\p{L})/u,
  /^[\s,]{1,3}(?:[A-Z]{2}[\s,]{1,2})?(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|\d{4} [A-Z]{2}|\d{3}[ -]\d{2,4}|\d{2}-\d{3})(?![\p{L}\p{N}])/u,
];
const WINDOW = 48;

/** Findings of a model and of forms, assembled. Findings of other types are given back as they are. */
export function assembleAddresses(text: string, findings: readonly Finding[]): Finding[] {
  const parts = [...findings.filter(({ type }) => type === STREET || type === PLACE || type === CODE), ...formsIn(text)];
  const others = findings.filter(({ type }) => type !== STREET && type !== PLACE && type !== CODE);
  const addresses = join(text, parts, coverOf(others, text.length));
  const anchors = coverOf(
    addresses.filter(({ type }) => type === STREET),
    text.length,
  );
  const kept = addresses.filter(
    ({ start, end, type }) =>
      type === STREET || (anchors.overlaps(start - REACH, end + REACH) && !(type === PLACE && isSmallWord(text, start, end))),
  );
  return [...others, ...kept, ...namedCodes(text)];
}

/** "pink", "prettier": towns have a capital where the text knows capitals. */
const isSmallWord = (text: string, start: number, end: number): boolean =>
  /^\p{Ll}+$/u.test(text.slice(start, end)) && /\p{Ll}[ ,;:]+\p{Lu}\p{Ll}/u.test(text);

function formsIn(text: string): Part[] {
  if (!/\d|corner of/.test(text)) return [];
  return ADDRESS_FORMS.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({ start: match.index, end: match.index + match[0].length, type: STREET, isForm: true })),
  );
}

function namedCodes(text: string): Finding[] {
  return [...text.matchAll(NAMED_CODE)].map((match) => {
    const end = match.index + match[0].length;
    return { start: end - (match[2] ?? '').length, end, type: CODE };
  });
}

interface Group {
  start: number;
  end: number;
  /** Parts by kind. */
  streets: number;
  places: number;
  codes: number;
  /** True where a part has the form of an address. */
  isForm: boolean;
}

interface Part extends Finding {
  readonly isForm?: boolean;
}

/** Parts that stand together become one; a number alone, with nothing of an address beside it, is none. */
function join(text: string, parts: readonly Part[], others: Cover): Finding[] {
  const groups: Group[] = [];
  for (const { start, end, type, isForm = false } of [...parts].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = groups.at(-1);
    const counts = { streets: Number(type === STREET), places: Number(type === PLACE), codes: Number(type === CODE), isForm };
    if (last === undefined || !belongTogether(text, last.end, start, others)) {
      groups.push({ start, end, ...counts });
      continue;
    }
    last.end = Math.max(last.end, end);
    last.streets += counts.streets;
    last.places += counts.places;
    last.codes += counts.codes;
    last.isForm ||= isForm;
  }
  return groups.flatMap((group) => {
    const isTownWithCode = group.places > 0 && group.codes > 0;
    if (group.streets === 0 && !isTownWithCode) return split(group);
    const whole = widen(text, group, others);
    return group.isForm || isTownWithCode || isAddress(text, whole, group) ? [{ ...whole, type: STREET }] : [];
  });
}

/** Before an address in a sentence or a form. */
const CUE =
  /(?:address\p{L}*|lives?|living|located|street|side of|at|to|on|in|is|from|ship|deliver\p{L}*|mov(?:e|ed|ing)|near|home|house|office|by|and|corner of|:)\s*$/iu;
/** Before an address and little else. */
const SURE_CUE = /(?:address\p{L}* (?:is|was|to)|(?:lives?|living|located|resides?|deliver\p{L}*|ship\p{L}*) (?:at|on|to))\s*:?\s*$/iu;
/** "port 8080", "493 FT/M", "1096.36": a measure, a value or an identifier. */
const NO_STREET =
  /^(?:port|page|step|line|version|chapter|section|figure|table|level|part|volume|issue|error|code|rule|item|row|id) \d|^-?\d+(?:[.,]\d+)+$|^[\d ]+(?:ft|kts?|kn|kg|lbs?|km|mi|mph|mm|cm|px|pt|mb|gb|tb|kb|ms|hz|ghz|mhz|rpm|v|w|kw|pm|am)(?![\p{L}])/iu;

/** "floor 3", "hall 6", "3e étage": where inside some building or yard, of which nothing is said. */
const WITHIN = new RegExp(
  String.raw`^(?:(?:${WITHIN_WORDS})\.? [#n]?[°º.]? ?\d{1,4}[A-Za-z]?|\d{1,4}(?:\p{Ll}{1,3}|\.)? (?:${WITHIN_WORDS}))$`,
  'iu',
);

/** A number alone is no address, nor is a street of no number or a name with a number that nothing introduces. */
function isAddress(text: string, { start, end }: { readonly start: number; readonly end: number }, group: Group): boolean {
  const value = text.slice(start, end);
  const isWithTown = group.places + group.codes > 0;
  if (NO_STREET.test(value)) return false;
  if (!/\p{L}{2}/u.test(value)) return false;
  const before = text.slice(Math.max(0, start - 24), start);
  if (SURE_CUE.test(before)) return true;
  if (WITHIN.test(value)) return false;
  const isIntroduced = CUE.test(before);
  if (/\d/.test(value)) return isWithTown || isIntroduced || STREET_WORD.test(value);
  return isWithTown || (isIntroduced && STREET_WORD.test(value));
}

function split({ start, end, places }: Group): Finding[] {
  return [{ start, end, type: places > 0 ? PLACE : CODE }];
}

function belongTogether(text: string, from: number, to: number, others: Cover): boolean {
  if (to <= from) return true;
  if (to - from > MAX_GAP || others.overlaps(from, to)) return false;
  const gap = text.slice(from, to);
  if (!/^[\s,.;:>#/|()\p{L}\p{M}\p{N}'’-]*$/u.test(gap)) return false;
  const words = gap.match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? [];
  const plain = words.filter((word) => !JOINING.has(word.toLowerCase()));
  return plain.length <= MAX_CAPITALS && plain.every((word) => /^\p{Lu}/u.test(word)) && !(plain.length > 0 && /[.!?;:]\s/u.test(gap));
}

function widen(text: string, { start, end }: Group, others: Cover): { start: number; end: number } {
  const floor = others.endBefore(start);
  const ceiling = others.startBehind(end);
  let from = start;
  let to = end;
  for (let turn = 0; turn < 4; turn += 1) {
    const before = text.slice(Math.max(floor, from - WINDOW), from);
    const behind = text.slice(to, Math.min(ceiling, to + WINDOW));
    const left = Math.max(...BEFORE.map((form) => form.exec(before)?.[0].length ?? 0));
    const right = Math.max(countryBehind(behind), ...BEHIND.map((form) => form.exec(behind)?.[0].length ?? 0));
    if (left === 0 && right === 0) break;
    from -= left;
    to += right;
  }
  return { start: from, end: to };
}

/** Length of a country's name that follows, with what joins it; 0 where none does. */
function countryBehind(text: string): number {
  const match = /^[\s,>]{1,6}((?:\p{L}[\p{L}\p{M}.'’-]*)(?: \p{L}[\p{L}\p{M}.'’-]*){0,4})/u.exec(text);
  if (match === null) return 0;
  const words = (match[1] ?? '').split(' ');
  const joint = match[0].length - (match[1] ?? '').length;
  for (let count = words.length; count > 0; count -= 1) {
    const name = words.slice(0, count).join(' ').replace(/\.$/, '');
    // "us" and "it" are words; names of countries begin with a capital or are long.
    if (COUNTRIES.has(name.toLowerCase()) && (name.length > 3 || name === name.toUpperCase())) return joint + name.length;
  }
  return 0;
}
