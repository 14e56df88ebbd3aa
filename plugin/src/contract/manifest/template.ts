// Does a text come from a template? In time linear in the text, whatever the text: prompts are attacker-controlled, and
// matching runs in the gateway.
//
// The template is cut into literals with variables between. For each variable in turn, the set of offsets at which the
// match can stand after it is computed from the set before; a set has at most one entry an offset, so nothing is ever
// tried twice. That is the difference to a regular expression, which would go back and forth between variables.
import { createHash } from 'node:crypto';
import type { ManifestInstruction } from '../generated/manifest.ts';
import { variableOf, type Variable } from './variable.ts';

export interface Template {
  readonly text: string;
  /** SHA-256 of the text in UTF-8, lower-case hex. */
  readonly digest: string;
  /** One more than variables. */
  readonly literals: readonly string[];
  readonly variables: readonly Variable[];
}

export interface TemplateMatch {
  /** In the order of the template; a variable may stand in it more than once. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** Longer texts are not matched: what a match remembers is an offset set for each variable. */
export const MAX_TEXT = 256 * 1024;
const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}/g;

/** Names in double braces that are not declared as variables are text. */
export function compileTemplate(instruction: Pick<ManifestInstruction, 'template' | 'variables'>): Template {
  const text = instruction.template.replace(/\r?\n$/, '').toWellFormed();
  const declared = instruction.variables ?? {};
  const literals: string[] = [];
  const variables: Variable[] = [];
  let at = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = match[1] ?? '';
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!declaration) continue;
    literals.push(text.slice(at, match.index));
    variables.push(variableOf(name, declaration));
    at = match.index + match[0].length;
  }
  literals.push(text.slice(at));
  return { text, digest: createHash('sha256').update(text, 'utf8').digest('hex'), literals, variables };
}

/** The variables' values, or undefined where the text is not from the template. Later variables take as little as they can. */
export function matchTemplate(template: Template, text: string): TemplateMatch | undefined {
  const { literals, variables } = template;
  const [first = '', ...later] = literals;
  if (variables.length === 0) return text === first ? { variables: [] } : undefined;
  if (text.length > MAX_TEXT || !text.startsWith(first) || !text.endsWith(literals.at(-1) ?? '')) return undefined;
  // starts[i]: offsets at which variable i can begin; the last: at which the text can be used up.
  const starts: Uint8Array[] = [offsets(text.length, first.length)];
  for (const [index, variable] of variables.entries()) {
    const before = starts.at(-1);
    if (!before) return undefined;
    const ends = variable.ends(text, before);
    const after = afterLiteral(text, later[index] ?? '', ends);
    if (!after) return undefined;
    starts.push(after);
  }
  return starts.at(-1)?.[text.length] === 1 ? { variables: values(template, text, starts) } : undefined;
}

const offsets = (length: number, only: number): Uint8Array => {
  const set = new Uint8Array(length + 1);
  set[only] = 1;
  return set;
};

/** Offsets after the literal, for each offset at which it stands; undefined where there is none. */
function afterLiteral(text: string, literal: string, at: Uint8Array): Uint8Array | undefined {
  if (literal === '') return at.includes(1) ? at : undefined;
  const after = new Uint8Array(text.length + 1);
  let found = false;
  for (const start of occurrences(text, literal, at.indexOf(1))) {
    if (at[start] !== 1) continue;
    after[start + literal.length] = 1;
    found = true;
  }
  return found ? after : undefined;
}

/** Every offset at which the literal stands, overlapping ones included: Knuth, Morris and Pratt, since indexOf would begin anew at each. */
function* occurrences(text: string, literal: string, from: number): Generator<number> {
  if (from < 0) return;
  const borders = bordersOf(literal);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && literal.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (literal.charCodeAt(matched) === unit) matched += 1;
    if (matched < literal.length) continue;
    yield at - literal.length + 1;
    matched = borders[matched - 1] ?? 0;
  }
}

/** For each prefix, the length of its longest proper prefix that is also its end. */
function bordersOf(literal: string): Uint32Array {
  const borders = new Uint32Array(literal.length);
  let length = 0;
  for (let at = 1; at < literal.length; at += 1) {
    while (length > 0 && literal.charCodeAt(at) !== literal.charCodeAt(length)) length = borders[length - 1] ?? 0;
    if (literal.charCodeAt(at) === literal.charCodeAt(length)) length += 1;
    borders[at] = length;
  }
  return borders;
}

/** From the end backwards: where each variable began. */
function values({ literals, variables }: Template, text: string, starts: readonly Uint8Array[]): TemplateMatch['variables'] {
  const found: { name: string; value: string }[] = [];
  let end = text.length;
  for (let index = variables.length - 1; index >= 0; index -= 1) {
    const variable = variables[index];
    const possible = starts[index];
    if (!variable || !possible) break;
    end -= literals[index + 1]?.length ?? 0;
    const start = variable.startBefore(text, possible, end);
    found.unshift({ name: variable.name, value: text.slice(start, end) });
    end = start;
  }
  return found;
}
