// Check digits of the numbers that people carry. Each takes digits (or letters and digits) without separators.

/** Luhn, ISO/IEC 7812-1: payment cards, Swedish personnummer. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at -= 1, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Remainder by 97 of an IBAN: first four characters moved to the end, letters as 10 to 35 (ISO 13616). */
export function ibanRemainder(iban: string): number {
  let remainder = 0;
  for (let at = 0; at < iban.length; at += 1) {
    const code = iban.charCodeAt((at + 4) % iban.length);
    remainder = code <= 57 ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + (code & 0xdf) - 55) % 97;
  }
  return remainder;
}

/** Sum of digit times weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits.charCodeAt(at) - 48), 0);
}

const DIHEDRAL = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const PERMUTATION = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** Verhoeff: Aadhaar. */
export function verhoeff(digits: string): boolean {
  let state = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const permuted = (PERMUTATION[at % 8] ?? '').charCodeAt(digit) - 48;
    state = (DIHEDRAL[state] ?? '').charCodeAt(permuted) - 48;
  }
  return state === 0;
}

/** ISO 7064 MOD 11,10: German tax number (Steuer-ID), Croatian OIB. */
export function mod1110(digits: string): boolean {
  let product = 10;
  for (let at = 0; at < digits.length - 1; at += 1) {
    const sum = (digits.charCodeAt(at) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.charCodeAt(digits.length - 1) - 48;
}

/** No value is one repeated digit; such runs satisfy many checksums by chance. */
export function isRepeated(digits: string): boolean {
  for (let at = 1; at < digits.length; at += 1) if (digits.charCodeAt(at) !== digits.charCodeAt(0)) return false;
  return true;
}
