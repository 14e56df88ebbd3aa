// A manifest file, judged: every fault at once, with its line and what was expected.
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { canonicalize, parseManifest, type Manifest } from '#contract';

export interface ManifestFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Dotted path of the field; empty for the file as a whole. */
  readonly field: string;
  readonly expected: string;
}

export type ManifestReading =
  { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly faults: readonly ManifestFault[] };

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_VARIABLES = 64;

export function readManifest(text: string, file: string): ManifestReading {
  const failed = (line: number, field: string, expected: string): ManifestReading => ({
    ok: false,
    faults: [{ file, line, field, expected }],
  });
  if (text.length > MAX_BYTES) return failed(1, '', 'at most 4 MiB');
  const lines = new LineCounter();
  const document = documentIn(text, lines);
  if (!document) return failed(1, '', 'less nesting');
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const [broken] = document.errors;
  if (broken) return failed(lineAt(broken.pos[0]), '', `valid YAML (${broken.code.toLowerCase().replaceAll('_', ' ')})`);
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch {
    return failed(1, '', 'few aliases');
  }
  const parsed = parseManifest(plain);
  const found = parsed.ok
    ? [...semanticFaults(parsed.value), ...formFaults(parsed.value)]
    : parsed.faults.map(({ path, expected }) => ({ path: stepsOf(path), expected }));
  if (parsed.ok && found.length === 0) return { ok: true, manifest: parsed.value };
  const faults = found.map(({ path, expected }) => ({ file, line: lineOf(document, path, lineAt), field: path.join('.'), expected }));
  return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
}

export const manifestFaultLine = ({ file, line, field, expected }: ManifestFault): string =>
  `${file}:${line}: ${field === '' ? '' : `${field}: `}expected ${expected}`;

type Path = readonly (string | number)[];

const stepsOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));

/** Undefined where the parser gives up: it recurses. */
function documentIn(text: string, lineCounter: LineCounter): Document | undefined {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  } catch {
    return undefined;
  }
}

/** YAML says more than JSON: dates, binary, infinity, halves of characters. What has no canonical bytes has no digest. */
function formFaults(manifest: Manifest): { path: Path; expected: string }[] {
  try {
    canonicalize(manifest);
    return [];
  } catch {
    return [
      { path: placeWithoutForm(manifest, []), expected: 'JSON: finite numbers, whole characters, lists and objects, not nested deeply' },
    ];
  }
}

const DEEPEST = 64;

/** The first place, from above, of which no part alone is at fault. */
function placeWithoutForm(value: unknown, path: Path): Path {
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return path;
  for (const [key, item] of Object.entries(value)) {
    try {
      canonicalize(item);
    } catch {
      return placeWithoutForm(item, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
  return path;
}

/** What a schema cannot say. */
function semanticFaults({ instructions = [], parameters }: Manifest): { path: Path; expected: string }[] {
  const faults: { path: Path; expected: string }[] = [];
  for (const [index, { template, variables = {} }] of instructions.entries()) {
    const used = [...template.matchAll(/\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}/g)].map((match) => match[1] ?? '');
    const path = ['instructions', index];
    if (used.length > MAX_VARIABLES)
      faults.push({ path: [...path, 'template'], expected: `at most ${MAX_VARIABLES} places for variables` });
    for (const [name, variable] of Object.entries(variables)) {
      const at = [...path, 'variables', name];
      if (!used.includes(name)) faults.push({ path: at, expected: `{{${name}}} in the template` });
      if ((variable.type === 'enum') !== (variable.values !== undefined))
        faults.push({ path: at, expected: 'values with type enum, and only there' });
      if ((variable.minLength ?? 0) > (variable.maxLength ?? 256))
        faults.push({ path: at, expected: 'minLength not above maxLength (256 unless given)' });
      if ((variable.minimum ?? -Infinity) > (variable.maximum ?? Infinity))
        faults.push({ path: at, expected: 'minimum not above maximum' });
    }
  }
  for (const [name, { minimum = -Infinity, maximum = Infinity }] of Object.entries(parameters?.named ?? {})) {
    if (minimum > maximum) faults.push({ path: ['parameters', 'named', name], expected: 'minimum not above maximum' });
  }
  return faults;
}

/** Line of the place, or of the nearest place above it that stands in the file. */
function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
  }
  return 1;
}
