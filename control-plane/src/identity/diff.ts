// Where two composition records differ, by path.
import { canonicalize } from '#contract';
import type { CompositionRecord } from './types.ts';

export interface Difference {
  /** JSON pointer into the record. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed';
  readonly a?: unknown;
  readonly b?: unknown;
}

/**
 * Differences of two records, ordered by path; empty where they say the same. The run id is who the run is, not what it
 * was, and is not compared; nor are salted commitments as such comparable: they differ for equal texts.
 */
export function diffRecords(a: CompositionRecord, b: CompositionRecord): readonly Difference[] {
  const found: Difference[] = [];
  compare('', { ...a, runId: null }, { ...b, runId: null }, found);
  return found.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

function compare(path: string, a: unknown, b: unknown, found: Difference[]): void {
  if (a === undefined && b === undefined) return;
  if (a === undefined) found.push({ path, kind: 'added', b });
  else if (b === undefined) found.push({ path, kind: 'removed', a });
  else if (isNode(a) && isNode(b) && Array.isArray(a) === Array.isArray(b)) {
    if (isSalted(a) && isSalted(b)) {
      compare(`${path}/length`, a['length'], b['length'], found);
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      compare(`${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, a[key], b[key], found);
  } else if (canonicalize(a) !== canonicalize(b)) found.push({ path, kind: 'changed', a, b });
}

const isNode = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isSalted = (value: Record<string, unknown>): boolean => value['salted'] === true;
