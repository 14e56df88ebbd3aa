// Two stored runs side by side.
import type { Json } from '#contract';
import { diffRecords, diffValues, type Difference } from './diff.ts';
import type { RunTexts, StoredRun } from './ports.ts';
import { diffWords, type WordChange } from './words.ts';

/** What manifests declare in the clear, by digest. */
export interface TemplateTexts {
  template(digest: string): string | undefined;
  tool(digest: string): Json | undefined;
}

interface RunComparison {
  readonly a: { readonly id: string; readonly digest: string };
  readonly b: { readonly id: string; readonly digest: string };
  readonly differences: readonly Difference[];
  readonly texts?: { readonly prompt?: readonly WordChange[]; readonly answer?: readonly WordChange[] };
  /** Templates of instructions that differ. */
  readonly templates: readonly { readonly path: string; readonly words: readonly WordChange[] }[];
  /** Definitions of tools that differ, by their own fields. */
  readonly tools: readonly { readonly path: string; readonly name?: string; readonly differences: readonly Difference[] }[];
}

/** @param held redacted texts of both, where the caller may see them */
export function compareRuns(a: StoredRun, b: StoredRun, declared: TemplateTexts, held: readonly RunTexts[] | undefined): RunComparison {
  const differences = diffRecords(a.record, b.record);
  const [left, right] = held ?? [];
  return {
    a: { id: a.id, digest: a.digest },
    b: { id: b.id, digest: b.digest },
    differences,
    ...(left && right ? { texts: { ...words('prompt', left.prompt, right.prompt), ...words('answer', left.answer, right.answer) } } : {}),
    templates: pairs(differences, /^\/composition\/instructions\/\d+\/template\/digest$/, (digest) => declared.template(digest)).map(
      ({ path, a: one, b: other }) => ({
        path,
        words: diffWords(one, other),
      }),
    ),
    tools: pairs(differences, /^\/composition\/tools\/\d+\/digest$/, (digest) => declared.tool(digest)).map(
      ({ path, a: one, b: other }) => ({
        path,
        ...named(one),
        differences: diffValues(one, other),
      }),
    ),
  };
}

function words<K extends 'prompt' | 'answer'>(
  name: K,
  a: string | null,
  b: string | null,
): { readonly [key in K]?: readonly WordChange[] } {
  return a === null || b === null ? {} : ({ [name]: diffWords(a, b) } as { readonly [key in K]: readonly WordChange[] });
}

/** Differences between two digests whose clear values are both declared. */
function pairs<T>(
  differences: readonly Difference[],
  where: RegExp,
  valueOf: (digest: string) => T | undefined,
): { path: string; a: T; b: T }[] {
  return differences.flatMap(({ path, a, b }) => {
    if (!where.test(path) || typeof a !== 'string' || typeof b !== 'string') return [];
    const [one, other] = [valueOf(a), valueOf(b)];
    return one === undefined || other === undefined ? [] : [{ path, a: one, b: other }];
  });
}

function named(tool: Json): { readonly name?: string } {
  const name = typeof tool === 'object' && tool !== null ? (tool as { readonly name?: unknown }).name : undefined;
  return typeof name === 'string' ? { name } : {};
}
