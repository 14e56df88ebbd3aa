// A policy file, judged: every fault at once, with its line, what was expected and what the field is for.
import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { canonicalDigest, parsePolicy, type Policy } from '#contract';
import { ClewError } from '../kernel/index.ts';
import { keepsText, LEGAL_BASES } from './purpose.ts';
import { placeOf } from './schema.ts';

export interface PolicyFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Dotted path of the field; empty for the file as a whole. */
  readonly field: string;
  readonly expected: string;
  /** What the field decides, or what follows from the fault. */
  readonly consequence: string;
}

export interface LoadedPolicy {
  readonly policy: Policy;
  /** Lower-case hex SHA-256 of the canonical bytes. */
  readonly digest: string;
}

export type PolicyReading =
  { readonly ok: true; readonly loaded: LoadedPolicy } | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Says why a custom pattern must not run on traffic beside those before it, or undefined when it is safe. */
export type PatternCheck = (pattern: string, before: readonly string[]) => string | undefined;

const MAX_BYTES = 1024 * 1024;
const MAX_PATTERNS = 64;

/**
 * @param isNew the policy is to come into force, or is asked about: it must say what texts are kept for. One that was in
 *   force before that was asked of policies stays good, so that no server stops for it; `isPurposeMissing` tells of it.
 */
export function readPolicy(text: string, file: string, checkPattern: PatternCheck, isNew = false): PolicyReading {
  if (text.length > MAX_BYTES) return failed([{ file, line: 1, field: '', expected: 'at most 1 MiB', consequence: NOT_APPLIED }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  if (document.errors.length > 0) {
    return failed(
      document.errors.map((error) => ({
        file,
        line: lineAt(error.pos[0]),
        field: '',
        expected: `valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
        consequence: NOT_APPLIED,
      })),
    );
  }
  const value = toPlain(document);
  if (value === undefined) return failed([{ file, line: 1, field: '', expected: 'few aliases', consequence: NOT_APPLIED }]);
  const parsed = parsePolicy(value.plain);
  const faults = parsed.ok ? [] : parsed.faults.flatMap(({ path, expected }) => explain(document, path, expected, file, lineAt));
  if (parsed.ok && parsed.value.vault !== undefined)
    faults.push(...explain(document, '/vault', 'nothing: the control plane sets it', file, lineAt));
  faults.push(...unsafePatterns(document, value.plain, file, lineAt, checkPattern));
  if (isNew) faults.push(...withoutPurpose(document, value.plain, file, lineAt));
  if (!parsed.ok || faults.length > 0) return failed(faults.sort((a, b) => a.line - b.line));
  return { ok: true, loaded: { policy: parsed.value, digest: canonicalDigest(parsed.value) } };
}

/** For people: one line a fault. */
export const faultLine = (fault: PolicyFault): string =>
  `${fault.file}:${fault.line}: ${fault.field === '' ? '' : `${fault.field}: `}expected ${fault.expected}. ${fault.consequence}`;

export class PolicyError extends ClewError {
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    super('policy_invalid', faults.map(faultLine).join('\n'), { extra: { faults } });
    this.faults = faults;
  }
}

const NOT_APPLIED = 'The policy is not applied; the one before it stays in force.';
const failed = (faults: readonly PolicyFault[]): PolicyReading => ({ ok: false, faults });

/** undefined for documents whose aliases would unfold without end. */
function toPlain(document: Document): { readonly plain: unknown } | undefined {
  try {
    return { plain: unfolded(document.toJS({ maxAliasCount: 100 }) as unknown) };
  } catch {
    return undefined;
  }
}

/** `topics: off` is short for what the schema says in two lines. */
function unfolded(plain: unknown): unknown {
  const isOff = (plain as { readonly topics?: unknown } | null)?.topics === 'off';
  return isOff ? { ...(plain as object), topics: { enabled: false } } : plain;
}

type LineAt = (offset: number) => number;

function explain(document: Document, pointer: string, expected: string, file: string, lineAt: LineAt): PolicyFault[] {
  const path = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { description, fields } = placeOf(path);
  const consequence = description === undefined ? NOT_APPLIED : `What it decides: ${description}`;
  if (expected !== 'no field of that name' || fields === undefined) {
    return [{ file, line: lineOf(document, path, lineAt), field: path.join('.'), expected, consequence }];
  }
  return unknownKeys(document, path, fields).map(({ name, offset }) => ({
    file,
    line: lineAt(offset),
    field: [...path, name].join('.'),
    expected: `one of the fields ${fields.join(', ')}`,
    consequence: 'The field would have no effect.',
  }));
}

function unknownKeys(document: Document, path: readonly string[], fields: readonly string[]): { name: string; offset: number }[] {
  const node = path.length === 0 ? document.contents : document.getIn(keysOf(path), true);
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key }) => {
    const name = String(key);
    return fields.includes(name) ? [] : [{ name, offset: isNode(key) ? (key.range?.[0] ?? 0) : 0 }];
  });
}

/** Line of the place, or of the nearest place above it that stands in the file. */
function lineOf(document: Document, path: readonly string[], lineAt: LineAt): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(keysOf(path.slice(0, length)), true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
  }
  return 1;
}

const keysOf = (path: readonly string[]): (string | number)[] => path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** Asked of the plain value, so that it is told along with all other faults. */
function withoutPurpose(document: Document, plain: unknown, file: string, lineAt: LineAt): PolicyFault[] {
  if (typeof plain !== 'object' || plain === null || !keepsText(plain)) return [];
  const expected = { purpose: 'what texts are kept for, in words', legalBasis: `one of ${LEGAL_BASES.join(', ')}` };
  return (['purpose', 'legalBasis'] as const)
    .filter((field) => !Object.hasOwn(plain, field))
    .map((field) => ({
      file,
      line: lineOf(document, ['mode'], lineAt),
      field,
      expected: expected[field],
      consequence: 'Nobody could tell people why their words are kept; modes topic_only, metadata_only and off keep none.',
    }));
}

function unsafePatterns(document: Document, plain: unknown, file: string, lineAt: LineAt, check: PatternCheck): PolicyFault[] {
  const patterns = (plain as { redaction?: { patterns?: unknown } } | null)?.redaction?.patterns;
  if (!Array.isArray(patterns)) return [];
  const before: string[] = [];
  // More than the schema takes are a fault already, and may be very many.
  return patterns.slice(0, MAX_PATTERNS).flatMap((entry: unknown, index) => {
    const pattern = (entry as { pattern?: unknown } | null)?.pattern;
    if (typeof pattern !== 'string') return [];
    const problem = check(pattern, before);
    before.push(pattern);
    if (problem === undefined) return [];
    const path = ['redaction', 'patterns', String(index), 'pattern'];
    return [
      {
        file,
        line: lineOf(document, path, lineAt),
        field: path.join('.'),
        expected: `a pattern that runs in linear time (${problem})`,
        consequence: 'One long prompt could stop the gateway.',
      },
    ];
  });
}
