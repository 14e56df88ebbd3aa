// One pass over the folded text: each position is looked at once and handed to the detectors that its character calls for.
import { isAlnum, isDigit, isWord, wordEnd } from './chars.ts';
import { matchBasic, matchOption, matchThin } from './detect/commands.ts';
import { scanEmail, scanSpelledEmail } from './detect/email.ts';
import { nextJoint, scanGlued } from './detect/glued.ts';
import { matchJwt, matchKey, matchPem } from './detect/keys.ts';
import { matchIban, matchLetterId } from './detect/letters.ts';
import { matchAddress } from './detect/network.ts';
import { scanNumber, scanPhonePrefix } from './detect/number.ts';
import { scanAssignment, scanSpokenPassword, scanUrl } from './detect/secrets.ts';
import { matchWallet } from './detect/wallet.ts';
import { codeBefore, type Scan } from './scan.ts';
import { NATIONAL_NUMBERS } from './detect/national.ts';

/** All types that the detectors report. */
export const TYPES: readonly string[] = [
  ...new Set(NATIONAL_NUMBERS.map(({ type }) => type)),
  ...[
    'CREDIT_CARD',
    'IBAN_CODE',
    'PHONE_NUMBER',
    'EMAIL_ADDRESS',
    'IP_ADDRESS',
    'MAC_ADDRESS',
    'URL_CREDENTIALS',
    'API_KEY',
    'PASSWORD',
    'JWT',
    'PRIVATE_KEY',
  ],
  ...['CRYPTO_WALLET', 'ES_DNI', 'ES_NIE', 'FI_HETU', 'IT_CODICE_FISCALE', 'UK_NINO'],
];

/** What a character calls for. */
const NOTHING = 0;
const LETTER = 1;
const NUMBER = 2;
const PHONE_PREFIX = 3;
const AT_SIGN = 4;
const COLON = 5;
const EQUALS = 6;
const HYPHEN = 7;
const BRACKET = 8;
const PERCENT = 9;

const CALLS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) CALLS[code] = isDigit(code) ? NUMBER : isAlnum(code) ? LETTER : NOTHING;
for (const [char, call] of [
  ['+', PHONE_PREFIX],
  ['(', PHONE_PREFIX],
  ['@', AT_SIGN],
  [':', COLON],
  ['=', EQUALS],
  ['-', HYPHEN],
  ['[', BRACKET],
  ['%', PERCENT],
] as const)
  CALLS[char.charCodeAt(0)] = call;

/** Names of types alone are taken for replacements: "[GB82WEST…]" is an account in brackets. */
const REPLACEMENT = new RegExp(String.raw`^\[(?:${TYPES.join('|')})(?:[:_][a-z]{8,32}|_\d{1,6})?\]`);
/** What stands between a name and its value in a sentence: "my password is …". */
const VERBS = new Set(['is', 'was', 'ist', 'lautet', 'es', 'est']);
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?!\w)/i;

/** Scans from `from` up to `limit` and gives the position reached: a value may end behind the limit. */
export function scanText(scan: Scan, from: number, limit: number): number {
  const { text } = scan;
  let at = from;
  while (at < limit) {
    const code = text.charCodeAt(at);
    const call = code < 128 ? (CALLS[code] ?? NOTHING) : NOTHING;
    if (call === NOTHING) at += 1;
    else if (call === LETTER) at = isWord(codeBefore(scan, at)) ? scanGlued(scan, at) : scanWord(scan, at);
    else at = scanSign(scan, at, call);
  }
  return at;
}

function scanSign(scan: Scan, at: number, call: number): number {
  const { text } = scan;
  switch (call) {
    case NUMBER:
      if (isWord(codeBefore(scan, at))) return scanGlued(scan, at);
      return UUID.test(text.slice(at, at + 37)) ? at + 36 : scanPlainNumber(scan, at);
    case PHONE_PREFIX: {
      const next = text.charCodeAt(at + 1);
      if (next === 97 || next === 65) return scanBracketedAt(scan, at);
      return isDigit(next) || next === 43 || next === 40 || next === 32 ? scanPhonePrefix(scan, at) : at + 1;
    }
    case AT_SIGN:
      return scanEmail(scan, at, 1);
    case PERCENT:
      return text.startsWith('%40', at) ? scanEmail(scan, at, 3) : at + 1;
    case COLON:
      return scanColon(scan, at);
    case EQUALS:
      return scanAssignment(scan, at);
    case HYPHEN:
      return text.startsWith('-----BEGIN ', at) ? orNext(matchPem(scan, at), at) : orNext(matchOption(scan, at), at);
    default:
      return scanBracket(scan, at);
  }
}

function orNext(end: number, at: number): number {
  return end < 0 ? at + 1 : end;
}

function scanPlainNumber(scan: Scan, at: number): number {
  const wallet = matchWallet(scan, at);
  return wallet >= 0 ? wallet : scanNumber(scan, at);
}

function scanColon(scan: Scan, at: number): number {
  const { text } = scan;
  if (text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47) return scanUrl(scan, at);
  const before = codeBefore(scan, at);
  if (text.charCodeAt(at + 1) === 58 && !isWord(before) && before !== 58) {
    const end = matchAddress(scan, at);
    return end < 0 ? at + 2 : end;
  }
  const thin = matchThin(scan, at);
  return thin >= 0 ? thin : scanAssignment(scan, at);
}

/** What an earlier pass left stands as it is; else "[at]" may spell an address. */
function scanBracket(scan: Scan, at: number): number {
  const replacement = REPLACEMENT.exec(scan.text.slice(at, at + 80));
  if (replacement === null) return scanBracketedAt(scan, at);
  scan.floor = at + replacement[0].length;
  scan.lastType = '';
  return scan.floor;
}

function scanBracketedAt(scan: Scan, at: number): number {
  const match = /^[[(] ?at ?[\])]/i.exec(scan.text.slice(at, at + 6));
  return match === null ? at + 1 : orNext(scanSpelledEmail(scan, at, at + match[0].length), at);
}

function scanWord(scan: Scan, at: number): number {
  const { text } = scan;
  const end = wordEnd(text, at);
  const size = end - at;
  const first = text.charCodeAt(at);
  const next = text.charCodeAt(end);
  if (size === 2 && (first | 32) === 97 && (text.charCodeAt(at + 1) | 32) === 116) return Math.max(end, scanSpelledEmail(scan, at, end));
  if (size <= 6 && VERBS.has(text.slice(at, end).toLowerCase())) return scanSpokenPassword(scan, at, end);
  if (size === 5 && (first | 32) === 98 && /^basic$/i.test(text.slice(at, end))) {
    const basic = matchBasic(scan, end);
    if (basic >= 0) return basic;
  }
  if (size >= 2 && (next === 58 || next === 45 || next === 46)) {
    if (size === 8 && UUID.test(text.slice(at, at + 37))) return at + 36;
    const address = size <= 4 ? matchAddress(scan, at) : -1;
    if (address >= 0) return address;
  }
  if (first === 101 && text.startsWith('eyJ', at)) {
    const jwt = matchJwt(scan, at);
    if (jwt >= 0) return jwt;
  }
  const key = matchKey(scan, at);
  if (key >= 0) return key;
  if (size >= 2) {
    const iban = matchIban(scan, /^IBAN[A-Z]{2}\d/i.test(text.slice(at, at + 7)) ? at + 4 : at);
    if (iban >= 0) return iban;
    const id = matchLetterId(scan, at, end);
    if (id >= 0) return id;
    const wallet = matchWallet(scan, at);
    if (wallet >= 0) return wallet;
  }
  return nextJoint(text, at + 1);
}
