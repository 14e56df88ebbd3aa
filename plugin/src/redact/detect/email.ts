// Mail addresses: around an at sign, in quotes, percent-encoded, with letters of any script, or spelled out.
import { isAlnum, isDigit, isWideLetter } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
/** Last labels that name a file or an attribute of a program, not a domain. */
const NOT_DOMAINS = new Set(
  'png jpg jpeg gif svg webp bmp ico js ts jsx tsx css scss json yaml yml toml html htm xml txt csv pdf zip gz tar exe dll so jar class shape length size mean sum dtype dot transpose conf cfg ini lock log'.split(
    ' ',
  ),
);

function isLocal(code: number): boolean {
  return isAlnum(code) || code === 46 || code === 95 || code === 37 || code === 43 || code === 45 || code === 39 || isWideLetter(code);
}

function isDomain(code: number): boolean {
  return isAlnum(code) || code === 45 || isWideLetter(code);
}

/** Address around the at sign (or "%40") at `at`, `width` wide: where to go on. */
export function scanEmail(scan: Scan, at: number, width: number): number {
  const { text } = scan;
  const end = domainEnd(text, at + width);
  if (end < 0) return at + width;
  const start = localStart(text, at);
  // git@host:path is where code lives.
  if (start === at || (text.slice(start, at) === 'git' && text.charCodeAt(end) === 58)) return at + width;
  return found(scan, 'EMAIL_ADDRESS', start, end);
}

function localStart(text: string, at: number): number {
  if (text.charCodeAt(at - 1) === 34) {
    const open = text.lastIndexOf('"', at - 2);
    const quoted = open >= 0 && at - open <= MAX_LOCAL && open < at - 2 ? text.slice(open + 1, at - 1) : '\n';
    return quoted.includes('\n') ? at : open;
  }
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && isLocal(text.charCodeAt(start - 1))) start -= 1;
  while (start < at && !isAlnum(text.charCodeAt(start)) && !isWideLetter(text.charCodeAt(start)) && text.charCodeAt(start) !== 95)
    start += 1;
  return start;
}

/** End of the domain that starts at `from`, or -1: labels of letters, digits and hyphens, the last without digits. */
function domainEnd(text: string, from: number): number {
  let end = -1;
  let label = from;
  for (let labels = 0; labels < 12 && label - from < MAX_DOMAIN; labels += 1) {
    let at = label;
    while (isDomain(text.charCodeAt(at)) && at - label <= 63) at += 1;
    while (at > label && text.charCodeAt(at - 1) === 45) at -= 1;
    if (at === label || text.charCodeAt(label) === 45) break;
    if (labels > 0 && isTopLevel(text, label, at)) end = at;
    if (text.charCodeAt(at) !== 46) break;
    label = at + 1;
  }
  return end;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  const size = end - start;
  const label = text.slice(start, Math.min(end, start + 24)).toLowerCase();
  if (label.startsWith('xn--')) return size > 4;
  if (isWideLetter(text.charCodeAt(start))) return true;
  if (size < 2 || size > 24 || NOT_DOMAINS.has(label)) return false;
  for (let at = start; at < end; at += 1) if (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 45) return false;
  return true;
}

const MAIL_HOSTS =
  /^(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton|protonmail|gmx|aol|live|msn|fastmail|zoho|yandex|mail|web|hey|me|tutanota)\.[a-z.]{2,8}$/;
/** Words before "at" that make it a place: "look at example dot com". */
const NOT_NAMES = new Set(
  'look looking is are was were be am me us you them it him her here there found find available hosted host visit meet work works working worked live lives living arrive arrived stay staying start starts error sale buy sold and or store shop check see saw read posted published listed documented page site website online again not only'.split(
    ' ',
  ),
);
const TOP_LEVELS = /^(?:com|org|net|edu|gov|io|info|biz|dev|app|ai|me|[a-z]{2})$/;
const AROUND = 130;

/** "jane dot roe at example dot com", "jane (at) example.com": `at` and `end` bound the word at with its brackets. */
export function scanSpelledEmail(scan: Scan, at: number, end: number): number {
  const { text } = scan;
  const isBracketed = text.charCodeAt(at) !== 97 && text.charCodeAt(at) !== 65;
  const right = /^ ?((?:[a-z\d-]{1,40}(?: ?[[({] ?dot ?[\])}] ?| dot |\.)){1,4})([a-z]{2,12})(?![\w@])/i.exec(
    text.slice(end, end + AROUND),
  );
  if (right === null || !TOP_LEVELS.test((right[2] ?? '').toLowerCase())) return -1;
  const left = /(?:^|[^a-z\d._+-])([a-z\d_+-]{1,40}(?:(?: dot | ?[[({]dot[\])}] ?|\.)[a-z\d_+-]{1,40}){0,3}) ?$/i.exec(
    text.slice(Math.max(0, at - AROUND), at),
  );
  const name = left?.[1];
  if (name === undefined) return -1;
  const host = `${right[1] ?? ''}${right[2] ?? ''}`.toLowerCase();
  const isSpelled = host.includes('dot');
  if (!isBracketed && (NOT_NAMES.has(name.toLowerCase()) || !(isSpelled || (MAIL_HOSTS.test(host) && text.charCodeAt(at - 1) === 32))))
    return -1;
  const nameEnd = text.charCodeAt(at - 1) === 32 ? at - 1 : at;
  return found(scan, 'EMAIL_ADDRESS', nameEnd - name.length, end + right[0].length);
}
