// Secrets that only their name gives away: api_key=…, "password": "…", Authorization: Bearer …, user:pass@ in a URL.
import { isAlnum, isDigit, isSpace, isWord } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

const MAX_NAME = 64;
const MAX_VALUE = 256;
/** Beyond the alphabet of keys and tokens. */
const NOT_KEY = /[^\w.~+/=%:-]/;
const PASSWORD_NAMES =
  /(?:password|passwort|passwd|passphrase|passcode|kennwort|wachtwoord|contrasena|contraseña|pwd|motdepasse|senha|^pw|(?:db|database|user|root|admin|smtp|mail|ftp|ssh|mysql|redis|postgres)pass)$/;
/** "password for the vpn: …": what it is for stands between the name and the value. */
const NAMED_FOR =
  /(?:password|passwort|passwd|passphrase|passcode|kennwort|pwd) (?:for|of|to|on|für|von) (?:[\w.@'-]{1,24} ){0,2}[\w.@'-]{1,24} ?$/i;
const MAX_FOR = 110;
const SECRET_NAMES =
  /(?:secret|secretkey|secretaccesskey|apikey|accesskey|accesskeyid|accesstoken|authtoken|apitoken|refreshtoken|idtoken|sessiontoken|bearertoken|bottoken|privatekey|accountkey|sharedaccesskey|sharedaccesssignature|subscriptionkey|clientsecret|credential|credentials|signature|encryptionkey|signingkey|masterkey|authkey|token|auth|authorization|sig|xamzsignature|apisecret|keysecret|secrettoken|webhooksecret|cookie|sessionid)$/;
const WEAK_NAMES = /(?:^|[^a-z])(?:token|signature|auth|sig|sessionid|cookie|credentials?)$/;
const PLACEHOLDER =
  /^(?:x{3,}|\*{3,}|\.{3,}|-{3,}|<.*|\$.*|%.*|\{.*|\[.*|\(.*|your.*|my[-_].*|example.*|placeholder.*|changeme|change_me|redacted.*|null|none|nil|true|false|undefined|string|str|number|boolean|secret|password|passwort|token|process\.env.*|os\.environ.*|os\.getenv.*|env\..*|config\..*|self\..*|this\..*|req\..*|request\..*)$/i;

/** A name and its value around the ":" or "=" at `at`: where to go on. */
export function scanAssignment(scan: Scan, at: number): number {
  const name = nameBefore(scan, at);
  if (name.length < 2) return at + 1;
  const isPassword = PASSWORD_NAMES.test(name);
  if (!isPassword && !SECRET_NAMES.test(name)) return isNamedFor(scan, at) ? scanValue(scan, at + 1, true, false) : at + 1;
  return scanValue(scan, at + 1, isPassword, WEAK_NAMES.test(name));
}

/** "password is hunter2": the value behind the verb at [at, end). */
export function scanSpokenPassword(scan: Scan, at: number, end: number): number {
  return PASSWORD_NAMES.test(nameBefore(scan, at)) || isNamedFor(scan, at) ? scanValue(scan, end, true, false) : end;
}

function isNamedFor({ text, floor }: Scan, at: number): boolean {
  const before = text.slice(Math.max(floor, at - MAX_FOR), at);
  return (before.includes('ass') || before.includes('pwd') || before.includes('ennwort')) && NAMED_FOR.test(before);
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
  const opening = start;
  while (start - opening < MOST_ESCAPES && text.charCodeAt(start) === BACKSLASH) start += 1;
  const escapes = start - opening;
  const quote = isQuote(text.charCodeAt(start)) ? text.charCodeAt(start) : 0;
  if (quote !== 0) start += text.charCodeAt(start + 1) === quote && isInside(text.charCodeAt(start + 2)) ? 2 : 1;
  const scheme = /^(?:bearer|basic|token|apikey|digest) {1,2}/i.exec(text.slice(start, start + 10));
  if (scheme !== null) start += scheme[0].length;
  const isHidden = isPassword || /^basic/i.test(scheme?.[0] ?? '');
  const isValue = (value: string): boolean =>
    !PLACEHOLDER.test(value) && (isHidden ? isPasswordLike(value, quote !== 0) : isKeyLike(value, isWeak && scheme === null));
  const ends = quote === 0 ? plainEnds(text, start) : quotedEnds(text, start, quote, escapes);
  for (const end of ends) {
    const whole = text.slice(start, end);
    // An unquoted key ends where its alphabet does, whatever is glued to it.
    const value = isHidden || quote !== 0 ? whole : whole.slice(0, whole.search(NOT_KEY) >>> 0);
    if (isValue(value)) return found(scan, isHidden ? 'PASSWORD' : 'API_KEY', start, start + value.length);
  }
  return from;
}

const BACKSLASH = 92;
/** Before the quotation mark of a string within a string within a string. */
const MOST_ESCAPES = 3;

/** What goes on behind a quotation mark where that is part of the value: a closed string is followed by a space, a comma, a bracket. */
function isInside(code: number): boolean {
  return isAlnum(code) || (code < 128 && '!@#$%^*?~_'.includes(String.fromCharCode(code)));
}

/**
 * Where a quoted value may end, the longest first: a quotation mark within it is escaped, doubled, or goes on in the middle of
 * a word. Where that reads more than a value, it ends at the first mark or escape.
 */
function quotedEnds(text: string, start: number, quote: number, escapes: number): readonly number[] {
  let end = start;
  let first = -1;
  let run = 0;
  for (; end - start < MAX_VALUE && end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 10 || code === 13) break;
    if (first < 0 && (code === quote || code === BACKSLASH)) first = end;
    if (code === quote) {
      // Of marks that were escaped as often as the opening one, what is escaped once more stands within.
      const isEscaped = run > escapes && ((run - escapes) / (escapes + 1)) % 2 === 1;
      const isDoubled = text.charCodeAt(end + 1) === quote && isInside(text.charCodeAt(end + 2));
      if (isDoubled) end += 1;
      else if (!isEscaped && !isInside(text.charCodeAt(end + 1))) break;
    }
    run = code === BACKSLASH ? run + 1 : 0;
  }
  // The escape of the closing mark is none of the value.
  const long = text.charCodeAt(end) === quote ? end - Math.min(run, escapes) : end;
  return first < 0 || first === long ? [long] : [long, first];
}

/** Where an unquoted value may end: a quotation mark within a word is part of it. */
function plainEnds(text: string, start: number): readonly number[] {
  let end = start;
  let first = -1;
  for (; end - start < MAX_VALUE && end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (isSpace(code) || isEnd(code) || (code === AMPERSAND && isSeparator(text, end))) break;
    if (!isQuote(code)) continue;
    if (!isInside(text.charCodeAt(end + 1))) break;
    if (first < 0) first = end;
  }
  const long = withoutStop(text, start, end);
  return first < 0 ? [long] : [long, withoutStop(text, start, first)];
}

function withoutStop(text: string, start: number, to: number): number {
  let end = to;
  while (end > start && (text.charCodeAt(end - 1) === 46 || text.charCodeAt(end - 1) === 58 || text.charCodeAt(end - 1) === 63)) end -= 1;
  return end;
}

const AMPERSAND = 38;
const NEXT_PARAMETER = /&(?:amp;)?[\w.%-]{1,64}=|&(?:[&\s]|$)|&(?:[a-z]{2,6}|#\d{2,5});/y;

/** Behind it comes the next parameter, or the next command; or it is a character's name in HTML. */
function isSeparator(text: string, at: number): boolean {
  NEXT_PARAMETER.lastIndex = at;
  return NEXT_PARAMETER.test(text);
}

/** Where an unquoted value ends: , ; < > ( ) [ ] { } and the backslash of an escape. */
function isEnd(code: number): boolean {
  return (
    code === 44 ||
    code === 59 ||
    code === 60 ||
    code === 62 ||
    code === 40 ||
    code === 41 ||
    code === 91 ||
    code === 93 ||
    code === 123 ||
    code === 125 ||
    code === BACKSLASH
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

/** As URLs allow it; and behind the colon what people leave unescaped in a password: a port has digits only. */
function isUserinfo(text: string, at: number, code: number, colon: number): boolean {
  if (isAlnum(code) || code === 64 || code === 58) return true;
  if (code <= 32 || code >= 127) return false;
  if ("-._~!$&'()*+,;=%^".includes(text.charAt(at))) return true;
  if (colon < 0) return false;
  if (isQuote(code)) return isInside(text.charCodeAt(at + 1));
  if (code === BACKSLASH) return isQuote(text.charCodeAt(at + 1)) && isInside(text.charCodeAt(at + 2));
  return '#?|'.includes(text.charAt(at)) && at > colon + 1 && !isDigit(text.charCodeAt(colon + 1));
}

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
    if (!isUserinfo(text, end, code, colon)) break;
    end += 1;
  }
  if (sign < 0 || !isAlnum(text.charCodeAt(at - 1))) return start;
  const hasPassword = colon >= 0 && colon < sign - 1;
  const userinfo = text.slice(start, sign);
  if (userinfo.includes('$(') || /^\$\w/.test(userinfo) || !(hasPassword || (userinfo.length >= 16 && /\d/.test(userinfo)))) return start;
  // Past the at sign, which is that of no mail address.
  return found(scan, 'URL_CREDENTIALS', start, sign) + 1;
}
