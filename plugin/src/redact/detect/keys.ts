// Keys that carry their issuer's mark, JSON Web Tokens and PEM private keys.
import { isAlnum, isSpace, isWord } from '../chars.ts';
import { found, type Scan } from '../scan.ts';

/** A key: its first characters, then what may follow. Patterns are anchored and their repetitions bounded. */
interface KeyRule {
  readonly prefix: string;
  readonly rest: RegExp;
}

const URLSAFE = String.raw`[\w-]`;
/** No letter or digit follows; an underscore may. */
const END = '(?![A-Za-z0-9])';
function keyed(prefix: string, rest: string): KeyRule {
  return { prefix, rest: new RegExp(`^${rest}`) };
}

const KEY_RULES: readonly KeyRule[] = [
  keyed('sk-ant-', `${URLSAFE}{16,200}`),
  keyed('sk-proj-', `${URLSAFE}{16,240}`),
  keyed('sk-svcacct-', `${URLSAFE}{16,240}`),
  keyed('sk-admin-', `${URLSAFE}{16,240}`),
  keyed('sk-or-', `${URLSAFE}{16,200}`),
  keyed('sk-lf-', `${URLSAFE}{16,80}`),
  keyed('pk-lf-', `${URLSAFE}{16,80}`),
  keyed('sk-', String.raw`(?=[\w-]{0,80}\d)[A-Za-z0-9]${URLSAFE}{19,240}`),
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA', 'AROA', 'AIDA'].map((prefix) =>
    // With a word behind it, too, where a digit tells it from capitals.
    keyed(prefix, String.raw`(?:[A-Z2-7]{16}${END}|(?=[A-Z]{0,15}[2-7])[A-Z2-7]{16})`),
  ),
  keyed('AIza', `${URLSAFE}{30,45}`),
  keyed('ya29.', `${URLSAFE}{20,400}`),
  keyed('GOCSPX-', `${URLSAFE}{20,40}`),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => keyed(prefix, '[A-Za-z0-9]{20,255}')),
  keyed('github_pat_', String.raw`\w{20,255}`),
  ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glsoat-'].map((prefix) => keyed(prefix, String.raw`[\w.-]{18,300}`)),
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxe.', 'xapp-'].map((prefix) =>
    keyed(prefix, String.raw`[\w.%-]{10,255}`),
  ),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'pk_live_', 'pk_test_', 'whsec_'].map((prefix) =>
    keyed(prefix, '[A-Za-z0-9]{10,255}'),
  ),
  keyed('hf_', '[A-Za-z0-9]{20,60}'),
  keyed('SG.', String.raw`[\w-]{16,32}\.[\w-]{16,64}`),
  keyed('SK', String.raw`[0-9a-f]{32}${END}`),
  keyed('AC', String.raw`[0-9a-f]{32}${END}`),
  keyed('npm_', '[A-Za-z0-9]{30,60}'),
  keyed('pypi-', `${URLSAFE}{40,250}`),
  keyed('dop_v1_', '[0-9a-f]{64}'),
  keyed('doo_v1_', '[0-9a-f]{64}'),
  keyed('shpat_', '[0-9a-fA-F]{32}'),
  keyed('shpss_', '[0-9a-fA-F]{32}'),
  keyed('gsk_', '[A-Za-z0-9]{30,80}'),
  keyed('xai-', '[A-Za-z0-9]{40,120}'),
  keyed('pplx-', '[A-Za-z0-9]{30,80}'),
  keyed('r8_', '[A-Za-z0-9]{30,60}'),
  keyed('nvapi-', `${URLSAFE}{40,100}`),
  keyed('lsv2_', String.raw`\w{30,100}`),
  keyed('tvly-', `${URLSAFE}{20,60}`),
  keyed('fw_', '[A-Za-z0-9]{20,60}'),
  keyed('dapi', String.raw`[0-9a-f]{32}(?:-\d)?${END}`),
  keyed('hvs.', `${URLSAFE}{20,200}`),
  keyed('hvb.', `${URLSAFE}{20,300}`),
  keyed('key-', String.raw`[0-9a-f]{32}${END}`),
  keyed('sq0atp-', `${URLSAFE}{22}`),
  keyed('sq0csp-', `${URLSAFE}{43}`),
  keyed('EAACEdEose0cBA', '[0-9A-Za-z]{10,255}'),
  keyed('PMAK-', '[0-9a-f]{24}-[0-9a-f]{34}'),
  keyed('lin_api_', '[A-Za-z0-9]{32,60}'),
  keyed('ntn_', '[A-Za-z0-9]{30,60}'),
  keyed('secret_', '[A-Za-z0-9]{40,50}'),
  keyed('figd_', `${URLSAFE}{30,60}`),
  keyed('sntrys_', String.raw`[\w+/=-]{40,300}`),
  keyed('glsa_', String.raw`\w{36,60}`),
  keyed('AGE-SECRET-KEY-1', '[A-Z0-9]{58}'),
  keyed('tskey-', `${URLSAFE}{20,80}`),
  keyed('atlasv1.', `${URLSAFE}{40,100}`),
];

function byFirst(rules: readonly KeyRule[]): Map<number, readonly KeyRule[]> {
  return Map.groupBy(rules, ({ prefix }) => prefix.charCodeAt(0));
}

const BY_FIRST = byFirst(KEY_RULES);
const MAX_KEY = 420;

/** Marks that are found inside a word as well; the others are too short, or ends of words: "ma" + "sk-", "ta" + "sk_test_". */
const GLUED_RULES = KEY_RULES.filter(({ prefix }) => !['SK', 'AC', 'key-', 'fw_', 'secret_', 'tvly-'].includes(prefix));
const GLUED_BY_FIRST = byFirst(GLUED_RULES);
/** The first two characters of marks, and with the third a hash of them: few words pass both. */
const HEADS = new Uint8Array(1 << 14);
const THIRDS = new Uint8Array(1 << 12);
const thirdOf = (first: number, second: number, third: number): number => (first * 961 + second * 31 + third) & 4095;
for (const { prefix } of [...GLUED_RULES, { prefix: 'eyJ' }]) {
  HEADS[(prefix.charCodeAt(0) << 7) | prefix.charCodeAt(1)] = 1;
  THIRDS[thirdOf(prefix.charCodeAt(0), prefix.charCodeAt(1), prefix.charCodeAt(2))] = 1;
}

/** True where a key or token may begin inside a word; `first` is the character at `at`. */
export function isKeyHead(text: string, at: number, first: number): boolean {
  const second = text.charCodeAt(at + 1);
  return second < 128 && HEADS[(first << 7) | second] === 1 && THIRDS[thirdOf(first, second, text.charCodeAt(at + 2))] === 1;
}

/** A provider's key inside a word: as at its start, but what follows the mark must look like chance. End, or -1. */
export function matchGluedKey(scan: Scan, at: number): number {
  const { text } = scan;
  for (const { prefix, rest } of GLUED_BY_FIRST.get(text.charCodeAt(at)) ?? []) {
    if (!text.startsWith(prefix, at)) continue;
    const from = at + prefix.length;
    const token = text.startsWith('eyJ', from) ? matchJwt(scan, from) : -1;
    if (token >= 0) return token;
    const match = rest.exec(text.slice(from, from + MAX_KEY));
    if (match !== null && isChance(prefix, match[0])) return found(scan, 'API_KEY', at, trimmed(text, from + match[0].length));
  }
  return -1;
}

/** Words do not mix digits, capitals and small letters in one run, nor are they hexadecimal for long. */
function isChance(prefix: string, value: string): boolean {
  if (isAwsPrefix(prefix)) return /[2-7]/.test(value);
  for (const run of value.match(/[A-Za-z0-9]{12,}/g) ?? []) {
    const digits = run.replace(/\D/g, '').length;
    if (digits >= 2 && /[a-z]/.test(run) && /[A-Z]/.test(run)) return true;
    // The id of a "task-…" is hexadecimal too.
    if (prefix !== 'sk-' && run.length >= 24 && digits >= 4 && digits < run.length) return true;
  }
  return false;
}

function isAwsPrefix(prefix: string): boolean {
  return prefix.length === 4 && prefix.startsWith('A') && prefix !== 'AIza';
}

/** A provider's key at the start of a word: end, or -1. */
export function matchKey(scan: Scan, at: number): number {
  const { text } = scan;
  for (const { prefix, rest } of BY_FIRST.get(text.charCodeAt(at)) ?? []) {
    if (!text.startsWith(prefix, at)) continue;
    const from = at + prefix.length;
    // What stands behind a mark by chance may be a token, which is longer.
    const token = text.startsWith('eyJ', from) ? matchJwt(scan, from) : -1;
    if (token >= 0) return token;
    const match = rest.exec(text.slice(from, from + MAX_KEY));
    if (match !== null) return found(scan, 'API_KEY', at, trimmed(text, from + match[0].length));
  }
  return -1;
}

function trimmed(text: string, end: number): number {
  let at = end;
  while (text.charCodeAt(at - 1) === 46 || text.charCodeAt(at - 1) === 45) at -= 1;
  return at;
}

const MAX_HEADER = 2048;
/** Longest token or key block that is read as one; a stream holds back no more than this. */
export const MAX_SECRET = 16_384;

/** JSON Web Token (JWS, JWE, unsigned or cut off in its payload) at "eyJ": end, or -1. */
export function matchJwt(scan: Scan, at: number): number {
  const { text } = scan;
  const headerEnd = partEnd(text, at, at + MAX_HEADER);
  if (text.charCodeAt(headerEnd) !== 46 || !isJoseHeader(text.slice(at, headerEnd))) return -1;
  let end = partEnd(text, headerEnd + 1, at + MAX_SECRET);
  if (end - headerEnd < 3) return -1;
  for (let part = 2; part < 5 && text.charCodeAt(end) === 46; part += 1) {
    const next = partEnd(text, end + 1, at + MAX_SECRET);
    if (next === end + 1 && part > 2) break;
    end = next;
  }
  return found(scan, 'JWT', at, text.charCodeAt(end - 1) === 46 ? end - 1 : end);
}

function partEnd(text: string, from: number, limit: number): number {
  let end = from;
  while (end < limit && (isWord(text.charCodeAt(end)) || text.charCodeAt(end) === 45)) end += 1;
  return end;
}

function isJoseHeader(part: string): boolean {
  // The shortest is {"alg":""}; what is no object is not worth an exception.
  const text = part.length < 14 ? '' : Buffer.from(part, 'base64url').toString('utf8').trimEnd();
  if (!text.endsWith('}')) return false;
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === 'object' && header !== null && ('alg' in header || 'typ' in header || 'enc' in header);
  } catch {
    return false;
  }
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?)-----/;
const MIN_LINE = 16;

/** PEM private key at "-----BEGIN": end, or -1. Line breaks may be real or written as \n; the end may be missing. */
export function matchPem(scan: Scan, at: number): number {
  const { text } = scan;
  const begin = BEGIN.exec(text.slice(at, at + 64));
  if (begin === null) return -1;
  let end = at + begin[0].length;
  const limit = Math.min(text.length, at + MAX_SECRET);
  for (let position = end; position < limit;) {
    const code = text.charCodeAt(position);
    if (isSpace(code) || code === 92 || code === 34) {
      position += code === 92 && (text.charCodeAt(position + 1) === 110 || text.charCodeAt(position + 1) === 114) ? 2 : 1;
      continue;
    }
    if (text.startsWith('-----END', position)) {
      const close = /^-----END [A-Z0-9 ]{0,40}-----/.exec(text.slice(position, position + 64));
      if (close !== null) end = position + close[0].length;
      break;
    }
    const next = lineEnd(text, position, limit);
    if (next - position < MIN_LINE && !isLastLine(text, position, next)) break;
    position = next;
    end = next;
  }
  return found(scan, 'PRIVATE_KEY', at, end);
}

/** End of a run of base64, or of a header such as "DEK-Info: AES-128-CBC,0A". */
function lineEnd(text: string, from: number, limit: number): number {
  let end = from;
  while (end < limit && isBase64(text.charCodeAt(end))) end += 1;
  const header = /^(?:Proc-Type|DEK-Info|Version|Comment): ?[^\n\\]{1,80}/.exec(text.slice(from, from + 100));
  return header === null ? end : Math.max(end, from + header[0].length);
}

function isBase64(code: number): boolean {
  return isAlnum(code) || code === 43 || code === 47 || code === 61;
}

/** A short last line of a body: padding, a checksum, or the end mark comes next. */
function isLastLine(text: string, from: number, end: number): boolean {
  return end > from && (text.charCodeAt(end - 1) === 61 || /^(?:\\[nr]|\s){1,4}-----END/.test(text.slice(end, end + 16)));
}
