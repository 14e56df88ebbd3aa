// National identity numbers that are written in digits: a shape, a check, and where the check is weak a word beside it.
import { isRepeated, luhn, mod1110, verhoeff, weighted } from '../checksums.ts';
import { HINT } from '../context.ts';

export interface NumberRule {
  readonly type: string;
  /** Lengths of the groups, joined by hyphens. */
  readonly shapes: readonly string[];
  /** Shapes that are telling enough to stand without a word beside them. */
  readonly telling: readonly string[];
  /** Words, any of which names the number. */
  readonly hints: number;
  check(digits: string): boolean;
}

function isDay(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

function dayAt(digits: string, day: number, month: number): boolean {
  return isDay(Number(digits.slice(day, day + 2)), Number(digits.slice(month, month + 2)));
}

function usSsn(digits: string): boolean {
  const area = digits.slice(0, 3);
  return area !== '000' && area !== '666' && area < '900' && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000';
}

function usItin(digits: string): boolean {
  const group = Number(digits.slice(3, 5));
  return digits.startsWith('9') && ((group >= 50 && group <= 65) || (group >= 70 && group <= 99 && group !== 89 && group !== 93));
}

function dutchBsn(digits: string): boolean {
  return weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isRepeated(digits);
}

function steuerId(digits: string): boolean {
  return !digits.startsWith('0') && mod1110(digits) && new Set(digits.slice(0, 10)).size < 10;
}

function frenchNir(digits: string): boolean {
  const month = Number(digits.slice(3, 5));
  const monthKnown = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  return '123478'.includes(digits.charAt(0)) && monthKnown && 97 - Number(BigInt(digits.slice(0, 13)) % 97n) === Number(digits.slice(13));
}

function brazilianCpf(digits: string): boolean {
  const check = (size: number): number => {
    let sum = 0;
    for (let at = 0; at < size; at += 1) sum += (digits.charCodeAt(at) - 48) * (size + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return !isRepeated(digits) && check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

function pesel(digits: string): boolean {
  const month = Number(digits.slice(2, 4)) % 20;
  return isDay(Number(digits.slice(4, 6)), month) && weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

function personnummer(digits: string): boolean {
  const short = digits.slice(-10);
  const day = Number(short.slice(4, 6));
  const century = digits.length === 10 || /^(?:18|19|20)/.test(digits);
  return century && isDay(day > 60 ? day - 60 : day, Number(short.slice(2, 4))) && luhn(short);
}

function belgianNumber(digits: string): boolean {
  const body = Number(digits.slice(0, 9));
  const check = Number(digits.slice(9));
  return Number(digits.slice(2, 4)) <= 12 && (97 - (body % 97) === check || 97 - ((2_000_000_000 + body) % 97) === check);
}

function norwegianNumber(digits: string): boolean {
  const day = Number(digits.slice(0, 2));
  const first = weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0;
  return (
    isDay(day > 40 ? day - 40 : day, Number(digits.slice(2, 4))) && first && weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

function ean13(digits: string): boolean {
  return weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

function nhsNumber(digits: string): boolean {
  return weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !isRepeated(digits);
}

function chineseId(digits: string): boolean {
  return (
    dayAt(digits, 12, 10) &&
    /^(?:18|19|20)/.test(digits.slice(6)) &&
    weighted(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 1
  );
}

const named = HINT.nationalId | HINT.ssn | HINT.taxId;

/** In the order in which they are tried: the stricter check first. */
export const NATIONAL_NUMBERS: readonly NumberRule[] = [
  { type: 'US_SSN', shapes: ['3-2-4', '9'], telling: ['3-2-4'], hints: HINT.ssn, check: usSsn },
  { type: 'US_ITIN', shapes: ['3-2-4', '9'], telling: ['3-2-4'], hints: HINT.taxId | HINT.ssn, check: usItin },
  {
    type: 'FR_NIR',
    shapes: ['1-2-2-2-3-3-2', '13-2', '15', '1-2-2-2-3-3'],
    telling: ['1-2-2-2-3-3-2', '13-2', '15'],
    hints: named,
    check: (digits) => digits.length === 15 && frenchNir(digits),
  },
  { type: 'CN_RESIDENT_ID', shapes: ['18', '6-8-4'], telling: ['18', '6-8-4'], hints: named, check: chineseId },
  { type: 'BR_CPF', shapes: ['3-3-3-2', '9-2', '11'], telling: ['3-3-3-2', '9-2'], hints: named, check: brazilianCpf },
  { type: 'BE_NATIONAL_NUMBER', shapes: ['2-2-2-3-2', '11'], telling: ['2-2-2-3-2'], hints: named, check: belgianNumber },
  {
    type: 'CH_AHV',
    shapes: ['3-4-4-2', '13'],
    telling: ['3-4-4-2'],
    hints: named,
    check: (digits) => digits.startsWith('756') && ean13(digits),
  },
  { type: 'NO_NATIONAL_ID', shapes: ['6-5', '11'], telling: ['6-5'], hints: named, check: norwegianNumber },
  { type: 'SE_PERSONNUMMER', shapes: ['6-4', '8-4', '10', '12'], telling: ['6-4', '8-4'], hints: named, check: personnummer },
  { type: 'DK_CPR', shapes: ['6-4', '10'], telling: [], hints: named, check: (digits) => dayAt(digits, 0, 2) },
  {
    type: 'KR_RRN',
    shapes: ['6-7'],
    telling: ['6-7'],
    hints: named,
    check: (digits) => dayAt(digits, 4, 2) && /^[1-8]/.test(digits.slice(6)),
  },
  { type: 'PL_PESEL', shapes: ['11'], telling: [], hints: named, check: pesel },
  { type: 'DE_STEUER_ID', shapes: ['11', '2-3-3-3', '2-9', '3-8'], telling: [], hints: HINT.taxId, check: steuerId },
  { type: 'NL_BSN', shapes: ['9', '3-3-3', '4-2-3', '4-3-2', '3-2-4'], telling: [], hints: HINT.bsn, check: dutchBsn },
  { type: 'IN_AADHAAR', shapes: ['4-4-4', '12'], telling: ['4-4-4'], hints: named, check: (digits) => digits >= '2' && verhoeff(digits) },
  { type: 'UK_NHS', shapes: ['3-3-4', '10'], telling: [], hints: HINT.health, check: nhsNumber },
  {
    type: 'CA_SIN',
    shapes: ['3-3-3', '9'],
    telling: [],
    hints: HINT.ssn | HINT.nationalId,
    check: (digits) => luhn(digits) && !isRepeated(digits),
  },
];
