// Where two composition records differ, by path.
import { canonicalize, type CompositionPart } from '#contract';
import type { CompositionRecord } from './types.ts';

export interface Difference {
  /** JSON pointer into the record; of tools into the first one, where it holds the tool. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed';
  readonly a?: unknown;
  readonly b?: unknown;
}

/**
 * Differences of two records, ordered by path; empty where they say the same. The run id is who the run is, not what it
 * was, and is not compared; nor are salted commitments as such comparable: they differ for equal texts. Tools are compared
 * by name, so that one that was put in front does not make all others differ.
 */
export function diffRecords(a: CompositionRecord, b: CompositionRecord): readonly Difference[] {
  const found: Difference[] = [];
  compare('', comparable(a), comparable(b), found);
  compareTools(a.composition.tools ?? [], b.composition.tools ?? [], found);
  return found.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

/** Differences of two values, by JSON pointer; empty where they say the same. */
export function diffValues(a: unknown, b: unknown): readonly Difference[] {
  const found: Difference[] = [];
  compare('', a, b, found);
  return found.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

/** Which manifests the gateway knew is no property of the run. */
const comparable = (record: CompositionRecord): object => ({
  ...record,
  runId: null,
  composition: { ...record.composition, tools: undefined, declared: undefined },
});

function compare(path: string, a: unknown, b: unknown, found: Difference[]): void {
  if (a === undefined && b === undefined) return;
  if (a === undefined) found.push({ path, kind: 'added', b });
  else if (b === undefined) found.push({ path, kind: 'removed', a });
  else if (isNode(a) && isNode(b) && Array.isArray(a) === Array.isArray(b)) {
    if (isSalted(a) && isSalted(b)) {
      for (const key of ['length', 'role', 'name', 'source', 'template']) compare(`${path}/${key}`, a[key], b[key], found);
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(`${path}/${pointer(key)}`, a[key], b[key], found);
  } else if (canonicalize(a) !== canonicalize(b)) found.push({ path, kind: 'changed', a, b });
}

const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const isNode = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isSalted = (value: Record<string, unknown>): boolean => value['salted'] === true;

interface Placed {
  readonly part: CompositionPart;
  readonly index: number;
}

function compareTools(a: readonly CompositionPart[], b: readonly CompositionPart[], found: Difference[]): void {
  const [left, right] = [byName(a), byName(b)];
  for (const [name, one] of left) {
    const path = `/composition/tools/${one.index}`;
    const other = right.get(name);
    if (other) compare(path, one.part, other.part, found);
    else found.push({ path, kind: 'removed', a: one.part });
  }
  for (const [name, { part, index }] of right)
    if (!left.has(name)) found.push({ path: `/composition/tools/${index}`, kind: 'added', b: part });
  const [before, after] = [[...left.keys()].filter((name) => right.has(name)), [...right.keys()].filter((name) => left.has(name))];
  if (before.join('\n') !== after.join('\n')) found.push({ path: '/composition/tools', kind: 'changed', a: namesOf(a), b: namesOf(b) });
}

const namesOf = (parts: readonly CompositionPart[]): readonly (string | undefined)[] => parts.map(({ name }) => name);

/** Tools of one name are told apart by their order. */
function byName(parts: readonly CompositionPart[]): ReadonlyMap<string, Placed> {
  const placed = new Map<string, Placed>();
  const counts = new Map<string, number>();
  for (const [index, part] of parts.entries()) {
    const name = part.name ?? '';
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    placed.set(JSON.stringify([name, count]), { part, index });
  }
  return placed;
}
