// Identity and account numbers that hold letters: IBAN, DNI and NIE, codice fiscale, National Insurance number, HETU.
import { isAlnum, isAsciiLetter, isDigit } from '../chars.ts';
import { ibanRemainder, weighted } from '../checksums.ts';
import { found, type Scan } from '../scan.ts';

/** Lengths by country, SWIFT IBAN registry. */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 ' +
    'HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 ' +
    'RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry): [string, number] => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** IBAN at a letter: end, or -1. Groups may be parted by single spaces, hyphens or dots. */
export function matchIban(scan: Scan, at: number): number {
  const { text } = scan;
  if (!isDigit(text.charCodeAt(at + 2)) && !isDigit(text.charCodeAt(at + 3))) return -1;
  const size = IBAN_LENGTHS.get(text.slice(at, at + 2).toUpperCase());
  if (size === undefined) return -1;
  let value = '';
  let end = at;
  while (value.length < size) {
    const code = text.charCodeAt(end);
    if (isAlnum(code)) value += text.charAt(end);
    else if ((code !== 32 && code !== 45 && code !== 46) || !isAlnum(text.charCodeAt(end + 1))) return -1;
    end += 1;
  }
  if (isAlnum(text.charCodeAt(end)) || !/^[a-z]{2}\d\d[\da-z]+$/i.test(value) || ibanRemainder(value) !== 1) return -1;
  return found(scan, 'IBAN_CODE', at, end);
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Spanish DNI (12345678Z, 12.345.678-Z), Finnish HETU (131052-308T) or a Chinese id that ends in X, at a digit: end, or -1. */
export function matchDigitId(scan: Scan, at: number): number {
  const { text } = scan;
  if (!isIdShaped(text, at)) return -1;
  const near = text.slice(at, at + 19);
  const dni = /^(\d{8}|\d{2}\.\d{3}\.\d{3})[- ]?([A-Z])(?![^\W_])/.exec(near);
  if (dni !== null && DNI_LETTERS[Number((dni[1] ?? '').replaceAll('.', '')) % 23] === dni[2])
    return found(scan, 'ES_DNI', at, at + dni[0].length);
  if (/^\d{17}X(?![^\W_])/i.test(near) && weighted(near, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11 === 2)
    return found(scan, 'CN_RESIDENT_ID', at, at + 18);
  const hetu = /^(\d{6})[-+A-FU-Y](\d{3})([\dA-Y])(?![^\W_])/.exec(near);
  if (
    hetu !== null &&
    '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(`${hetu[1] ?? ''}${hetu[2] ?? ''}`) % 31] === hetu[3] &&
    /^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])/.test(near)
  ) {
    return found(scan, 'FI_HETU', at, at + hetu[0].length);
  }
  return -1;
}

/** Six, eight or seventeen digits and what is not a digit, or two digits and a dot: the rest need not be looked at. */
function isIdShaped(text: string, at: number): boolean {
  let end = at;
  while (end - at < 18 && isDigit(text.charCodeAt(end))) end += 1;
  const size = end - at;
  return size === 6 || size === 8 || size === 17 || (size === 2 && text.charCodeAt(end) === 46);
}

/** Identity numbers at a letter: end, or -1. `end` is that of the word. */
export function matchLetterId(scan: Scan, at: number, end: number): number {
  const { text } = scan;
  const size = end - at;
  if (size === 16 && isFiscalCode(text.slice(at, end).toUpperCase())) return found(scan, 'IT_CODICE_FISCALE', at, end);
  if (size <= 9 && 'XYZ'.includes(text.charAt(at))) {
    const nie = /^([XYZ])-?(\d{7})-?([A-Z])(?![^\W_])/.exec(text.slice(at, at + 12));
    if (nie !== null && DNI_LETTERS[Number(`${'XYZ'.indexOf(nie[1] ?? '')}${nie[2] ?? ''}`) % 23] === nie[3])
      return found(scan, 'ES_NIE', at, at + nie[0].length);
  }
  if ((size === 2 || size === 4 || size === 8 || size === 9) && isAsciiLetter(text.charCodeAt(at + 1))) {
    const nino = /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?![^\W_])/.exec(
      text.slice(at, at + 14),
    );
    if (nino !== null) return found(scan, 'UK_NINO', at, at + nino[0].length);
  }
  return -1;
}

const FISCAL_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Letters stand for digits where two people share a code (omocodia), hence the classes. */
function isFiscalCode(code: string): boolean {
  if (!/^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/.test(code)) return false;
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const char = code.charCodeAt(at);
    const value = char <= 57 ? char - 48 : char - 65;
    sum += at % 2 === 0 ? (FISCAL_ODD[value] ?? 0) : value;
  }
  return sum % 26 === code.charCodeAt(15) - 65;
}
