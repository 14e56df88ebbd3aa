// Secrets that a command line or a header gives away: curl -u ann:…, mysql -p…, sshpass -p …, Basic ….
import { isSpace } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

/** How far before an option its command may stand. */
const BEFORE = 200;
/** A value behind `lead`: quoted up to its quotation mark, else a word. */
const valued = (lead: string): string =>
  [`"${lead}([^"\\n]{3,128})"`, `'${lead}([^'\\n]{3,128})'`, `${lead}([^\\s"'\`\\\\|&;<>]{3,128})`].join('|');
const USER = String.raw`[^\s:"'$<{]{1,64}:`;

interface Option {
  readonly commands: RegExp;
  /** Anchored at the hyphen; the group that matched is the value. */
  readonly form: RegExp;
}

const OPTIONS: readonly Option[] = [
  {
    commands: /\b(?:curl|wget|httpie|xh)\b/i,
    form: new RegExp(`-(?:[uU] {0,2}|-user[ =]|-proxy-user[ =])(?:${valued(USER)})`, 'y'),
  },
  { commands: /\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b/i, form: new RegExp(`-p(?:${valued('')})`, 'y') },
  { commands: /\b(?:sshpass|(?:docker|podman|helm registry|oras) login)\b/i, form: new RegExp(`-p {1,2}(?:${valued('')})`, 'y') },
];
const PLACEHOLDER =
  /^(?:[$<{%*].*|.*\[[A-Z][A-Z0-9_]{2,}.*|x{3,}|pass|password|passwd|pwd|secret|token|your.*|my[-_]?pass.*|api[-_]?key|assword.*|ort.*|rotocol.*)$/i;

/** At a hyphen that begins an option: where to go on, or -1. */
export function matchOption(scan: Scan, at: number): number {
  const { text } = scan;
  const next = text.charCodeAt(at + 1) | 32;
  // -u, -p, --user and --proxy-user alone.
  if (next !== 117 && next !== 112 && !text.startsWith('--user', at) && !text.startsWith('--proxy-user', at)) return -1;
  if (at > 0 && !isSpace(text.charCodeAt(at - 1))) return -1;
  const before = text.slice(Math.max(scan.floor, at - BEFORE), at);
  const line = before.slice(before.lastIndexOf('\n\n') + 1);
  for (const { commands, form } of OPTIONS) {
    form.lastIndex = at;
    const match = form.exec(text);
    const groups: readonly (string | undefined)[] = match?.slice(1) ?? [];
    const value = groups.find((group) => group !== undefined);
    if (match === null || value === undefined || PLACEHOLDER.test(value) || !commands.test(line)) continue;
    const end = at + match[0].length - (/["']$/.test(match[0]) ? 1 : 0);
    return found(scan, 'PASSWORD', end - value.length, end);
  }
  return -1;
}

const BASIC = /[ \t]{1,2}([A-Za-z0-9+/]{6,256}={0,2})(?![A-Za-z0-9+/=])/y;

/** Behind the word "Basic" that ends at `end`: base64 of a name, a colon and a password. Where to go on, or -1. */
export function matchBasic(scan: Scan, end: number): number {
  BASIC.lastIndex = end;
  const value = BASIC.exec(scan.text)?.[1];
  if (value === undefined || value.replace(/=+$/, '').length % 4 === 1) return -1;
  const bytes = Buffer.from(value, 'base64');
  const colon = bytes.indexOf(58);
  // Words are base64 by chance, and then no text with a colon in it.
  if (colon < 1 || colon === bytes.length - 1 || !bytes.every((byte) => byte >= 32 && byte < 127)) return -1;
  const start = BASIC.lastIndex - value.length;
  return found(scan, 'PASSWORD', start, start + value.length);
}

const THIN = /:[\w$#.-]{1,64}\/([^@\s"'/]{2,128})@/y;

/** At the colon behind "thin" in an Oracle address: a name, a slash and a password before the at sign. Where to go on, or -1. */
export function matchThin(scan: Scan, at: number): number {
  const { text } = scan;
  if (!text.startsWith(':thin', at - 5)) return -1;
  THIN.lastIndex = at;
  return THIN.test(text) ? found(scan, 'URL_CREDENTIALS', at + 1, THIN.lastIndex - 1) + 1 : -1;
}
