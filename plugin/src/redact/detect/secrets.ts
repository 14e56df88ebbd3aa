// Secrets that only their name gives away: api_key=…, "password": "…", Authorization: Bearer …, user:pass@ in a URL.
import { isAlnum, isSpace, isWord } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

const MAX_NAME = 64;
const MAX_VALUE = 256;
/** Beyond the alphabet of keys and tokens. */
const NOT_KEY = /[^\w.~+/=%:-]/;
const PASSWORD_NAMES = /(?:password|passwort|passwd|passphrase|passcode|kennwort|wachtwoord|contrasena|contraseña|pwd|motdepasse|senha)$/;
const SECRET_NAMES =
  /(?:secret|secretkey|secretaccesskey|apikey|accesskey|accesskeyid|accesstoken|authtoken|apitoken|refreshtoken|idtoken|sessiontoken|bearertoken|bottoken|privatekey|accountkey|sharedaccesskey|sharedaccesssignature|subscriptionkey|clientsecret|credential|credentials|signature|encryptionkey|signingkey|masterkey|authkey|token|auth|authorization|sig|xamzsignature|apisecret|keysecret|secrettoken|webhooksecret|cookie|sessionid)$/;
const WEAK_NAMES = /(?:^|[^a-z])(?:token|signature|auth|sig|sessionid|cookie|credentials?)$/;
const PLACEHOLDER =
  /^(?:x{3,}|\*{3,}|\.{3,}|-{3,}|<.*|\$.*|%.*|\{.*|\[.*|\(.*|your.*|my[-_].*|example.*|placeholder.*|changeme|change_me|redacted.*|null|none|nil|true|false|undefined|string|str|number|boolean|secret|password|passwort|token|process\.env.*|os\.environ.*|os\.getenv.*|env\..*|config\..*|self\..*|this\..*|req\..*|request\..*)$/i;

/** A name and its value around the ":" or "=" at `at`: where to go on. */
export function scanAssignment(scan: Scan, at: number): number {
  const name = nameBefore(scan, at);
  if (name.length < 3) return at + 1;
  const isPassword = PASSWORD_NAMES.test(name);
  if (!isPassword && !SECRET_NAMES.test(name)) return at + 1;
  return scanValue(scan, at + 1, isPassword, WEAK_NAMES.test(name));
}

/** "password is hunter2": the value behind the verb at [at, end). */
export function scanSpokenPassword(scan: Scan, at: number, end: number): number {
  return PASSWORD_NAMES.test(nameBefore(scan, at)) ? scanValue(scan, end, true, false) : end;
}

/** Lower-case name with its joints left out; "" where none stands before `at`. A value or its replacement is no name. */
function nameBefore({ text, floor }: Scan, at: number): string {
  let end = at;
  while (
    end > floor &&
    at - end < 4 &&
    (isSpace(text.charCodeAt(end - 1)) ||
      isQuote(text.charCodeAt(end - 1)) ||
      text.charCodeAt(end - 1) === 92 ||
      text.charCodeAt(end - 1) === 93)
  )
    end -= 1;
  let start = end;
  while (start > floor && end - start < MAX_NAME && isNamePart(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(start, end).toLowerCase().replace(/[_.-]/g, '');
}

function isNamePart(code: number): boolean {
  return isWord(code) || code === 45 || code === 46 || code === 0xf1;
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96;
}

function scanValue(scan: Scan, from: number, isPassword: boolean, isWeak: boolean): number {
  const { text } = scan;
  let start = from;
  while (
    start - from < 4 &&
    (text.charCodeAt(start) === 32 ||
      text.charCodeAt(start) === 9 ||
      text.charCodeAt(start) === 58 ||
      text.charCodeAt(start) === 61 ||
      text.charCodeAt(start) === 62)
  )
    start += 1;
  if (text.charCodeAt(start) === 92) start += 1;
  const quote = isQuote(text.charCodeAt(start)) ? text.charCodeAt(start) : 0;
  if (quote !== 0) start += 1;
  const scheme = /^(?:bearer|basic|token|apikey|digest) {1,2}/i.exec(text.slice(start, start + 10));
  if (scheme !== null) start += scheme[0].length;
  const isHidden = isPassword || /^basic/i.test(scheme?.[0] ?? '');
  const whole = text.slice(start, valueEnd(text, start, quote));
  // An unquoted key ends where its alphabet does, whatever is glued to it.
  const value = isHidden || quote !== 0 ? whole : whole.slice(0, whole.search(NOT_KEY) >>> 0);
  const end = start + value.length;
  if (PLACEHOLDER.test(value) || !(isHidden ? isPasswordLike(value, quote !== 0) : isKeyLike(value, isWeak && scheme === null)))
    return from;
  return found(scan, isHidden ? 'PASSWORD' : 'API_KEY', start, end);
}

function valueEnd(text: string, start: number, quote: number): number {
  let end = start;
  while (end - start < MAX_VALUE && end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 10 || code === 13 || (quote === 0 ? isSpace(code) || isQuote(code) || isEnd(code) : code === quote || code === 92)) break;
    end += 1;
  }
  if (quote !== 0) return end;
  while (end > start && (text.charCodeAt(end - 1) === 46 || text.charCodeAt(end - 1) === 58 || text.charCodeAt(end - 1) === 63)) end -= 1;
  return end;
}

/** Where an unquoted value ends: , ; & < > ( ) [ ] { } and the backslash of an escape. */
function isEnd(code: number): boolean {
  return (
    code === 44 ||
    code === 59 ||
    code === 38 ||
    code === 60 ||
    code === 62 ||
    code === 40 ||
    code === 41 ||
    code === 91 ||
    code === 93 ||
    code === 123 ||
    code === 125 ||
    code === 92
  );
}

function isPasswordLike(value: string, isQuoted: boolean): boolean {
  if (value.length < 4 || value.includes(' ') || value.includes('${')) return false;
  const kinds = Number(/\d/.test(value)) + Number(/[a-z]/.test(value)) + Number(/[A-Z]/.test(value)) + Number(/[^A-Za-z\d._]/.test(value));
  if (isQuoted) return value.length >= 6 || kinds >= 2;
  return kinds >= 2 && /[\d!@#$%^&*+?~]/.test(value) && !/[()[\]]/.test(value);
}

/** Long enough, and mixed as chance mixes; a name of a variable is not. */
function isKeyLike(value: string, isWeak: boolean): boolean {
  if (value.length < (isWeak ? 20 : 12) || NOT_KEY.test(value)) return false;
  const digits = value.replace(/\D/g, '').length;
  return digits >= 2 && digits < value.length && new Set(value).size >= 8;
}

const MAX_USERINFO = 256;

/** Credentials in a URL, at its "://": where to go on. */
export function scanUrl(scan: Scan, at: number): number {
  const { text } = scan;
  const start = at + 3;
  let end = start;
  let colon = -1;
  let sign = -1;
  while (end - start < MAX_USERINFO) {
    const code = text.charCodeAt(end);
    if (code === 58 && colon < 0) colon = end;
    if (code === 64) sign = end;
    if (!(isAlnum(code) || code === 64 || code === 58 || (code > 32 && code < 127 && "-._~!$&'()*+,;=%^".includes(text.charAt(end)))))
      break;
    end += 1;
  }
  if (sign < 0 || !isAlnum(text.charCodeAt(at - 1))) return start;
  const hasPassword = colon >= 0 && colon < sign - 1;
  const userinfo = text.slice(start, sign);
  if (userinfo.includes('$(') || /^\$\w/.test(userinfo) || !(hasPassword || (userinfo.length >= 16 && /\d/.test(userinfo)))) return start;
  // Past the at sign, which is that of no mail address.
  return found(scan, 'URL_CREDENTIALS', start, sign) + 1;
}
