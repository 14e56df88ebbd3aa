// IP and hardware addresses. Four numbers with dots are as often a version: words, letters and loopback decide.
import { isAlnum, isAsciiLetter, isDigit, isHex, isWord } from '../chars.ts';
import { HINT, hintsBefore } from '../context.ts';
import { codeBefore, found, type Scan } from '../scan.ts';

const MAX_V6 = 45;

/** IPv4 at a digit: where to go on when it is one or is a longer dotted number, else -1. */
export function matchIpv4(scan: Scan, at: number): number {
  const { text } = scan;
  const end = ipv4End(text, at);
  if (end < 0) return -1;
  const next = text.charCodeAt(end);
  if (isWord(next) || (next === 46 && isDigit(text.charCodeAt(end + 1)))) return -1;
  if (next === 45 && isAsciiLetter(text.charCodeAt(end + 1))) return -1;
  if (isUnspecific(text.slice(at, end)) || isVersion(scan, at)) return end;
  return found(scan, 'IP_ADDRESS', at, end);
}

function ipv4End(text: string, at: number): number {
  let position = at;
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (text.charCodeAt(position) !== 46) return -1;
      position += 1;
    }
    const start = position;
    while (isDigit(text.charCodeAt(position)) && position - start < 4) position += 1;
    const size = position - start;
    if (size === 0 || size > 3 || Number(text.slice(start, position)) > 255) return -1;
    if (size > 1 && text.charCodeAt(start) === 48) return -1;
  }
  return position;
}

/** Loopback, any and masks belong to no one. */
function isUnspecific(address: string): boolean {
  return address.startsWith('127.') || address.startsWith('255.') || address === '0.0.0.0';
}

function isVersion(scan: Scan, at: number): boolean {
  const { text } = scan;
  const previous = codeBefore(scan, at);
  const beforeThat = codeBefore(scan, at - 1);
  if (previous === 46) return true;
  // curl/1.2.3.4, package-1.2.3.4, package@1.2.3.4, ==1.2.3.4, ^1.2.3.4
  if ((previous === 47 || previous === 45 || previous === 64) && isAlnum(beforeThat)) return true;
  if ((previous === 61 && beforeThat === 61) || previous === 94 || previous === 126) return true;
  const hints = hintsBefore(text, at, scan.floor);
  return (hints & HINT.version) !== 0 && (hints & HINT.ip) === 0;
}

/** IPv6 or MAC at a hexadecimal digit or a colon: where to go on, else -1. */
export function matchAddress(scan: Scan, at: number): number {
  const { text } = scan;
  let end = at;
  while (end - at < 5 && isHex(text.charCodeAt(end))) end += 1;
  const next = text.charCodeAt(end);
  if ((next === 58 || next === 45) && isInChain(scan, at, next)) return -1;
  if (next === 58) return matchColons(scan, at);
  if (next === 45 && end - at === 2) return matchMac(scan, at, 45);
  return next === 46 && end - at === 4 ? matchDottedMac(scan, at) : -1;
}

/** The last groups of a longer chain ("ab:ab:ab:…", a fingerprint) are no address of their own. */
function isInChain(scan: Scan, at: number, separator: number): boolean {
  if (codeBefore(scan, at) !== separator) return false;
  let start = at - 1;
  while (at - start <= 5 && isHex(codeBefore(scan, start))) start -= 1;
  return start < at - 1 && !isWord(codeBefore(scan, start));
}

function matchColons(scan: Scan, at: number): number {
  const mac = matchMac(scan, at, 58);
  if (mac >= 0) return mac;
  const { text } = scan;
  let end = at;
  while (
    end - at <= MAX_V6 &&
    (isHex(text.charCodeAt(end)) || text.charCodeAt(end) === 58 || (text.charCodeAt(end) === 46 && isDigit(text.charCodeAt(end + 1))))
  )
    end += 1;
  // A colon behind the address belongs to the sentence.
  if (text.charCodeAt(end - 1) === 58 && text.charCodeAt(end - 2) !== 58) end -= 1;
  if (end - at < 4 || isWord(text.charCodeAt(end)) || !isIpv6(text.slice(at, end))) return -1;
  if (text.charCodeAt(end) === 37) end = zoneEnd(text, end);
  return found(scan, 'IP_ADDRESS', at, end);
}

function zoneEnd(text: string, percent: number): number {
  let end = percent + 1;
  while (end - percent <= 16 && isWord(text.charCodeAt(end))) end += 1;
  return end === percent + 1 ? percent : end;
}

function isIpv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = address.split(':').filter((group) => group !== '');
  if (address.split(':').length > 9 || (address.startsWith(':') && !address.startsWith('::'))) return false;
  const last = groups.at(-1) ?? '';
  const mapped = last.includes('.');
  if (mapped && ipv4End(last, 0) !== last.length) return false;
  const plain = mapped ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  const size = plain.length + (mapped ? 2 : 0);
  if (halves.length === 1) return size === 8;
  // "a::b" is a path in a program, "::1" the machine itself.
  const letters = groups.join('');
  return size < 8 && letters.length >= 4 && /\d/.test(letters) && (mapped || plain.length >= 3 || plain.some((group) => group.length >= 4));
}

function matchMac(scan: Scan, at: number, separator: number): number {
  const { text } = scan;
  for (let part = 0; part < 6; part += 1) {
    const from = at + part * 3;
    if (!isHex(text.charCodeAt(from)) || !isHex(text.charCodeAt(from + 1))) return -1;
    if (part < 5 && text.charCodeAt(from + 2) !== separator) return -1;
  }
  const next = text.charCodeAt(at + 17);
  if (isWord(next) || next === separator) return -1;
  return found(scan, 'MAC_ADDRESS', at, at + 17);
}

function matchDottedMac(scan: Scan, at: number): number {
  const { text } = scan;
  const value = text.slice(at, at + 14);
  if (
    !/^[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}$/i.test(value) ||
    !/[a-f]/i.test(value) ||
    isWord(text.charCodeAt(at + 14)) ||
    text.charCodeAt(at + 14) === 46
  )
    return -1;
  return found(scan, 'MAC_ADDRESS', at, at + 14);
}
