// Runs before a moment against runs after it, as they are stored.
import type { Scope } from '../kernel/index.ts';
import { changesBetween, type Change } from './changes.ts';
import type { RunFilter, RunReader, StoredRun } from './ports.ts';

/** Runs that are compared on each side of the moment: those closest to it. */
const MOST_RUNS = 2_000;
const PAGE = 500;

export interface ChangesAround {
  /** Runs compared. */
  readonly before: number;
  readonly after: number;
  /** The largest differences first. */
  readonly changes: readonly Change[];
}

export async function changesAround(
  runs: Pick<RunReader, 'list'>,
  scope: Scope,
  { atMs, spanMs, model }: { readonly atMs: number; readonly spanMs: number; readonly model?: string | undefined },
): Promise<ChangesAround> {
  const before = await readAll(runs, scope, { model, fromMs: atMs - spanMs, toMs: atMs - 1 }, 'newest');
  const after = await readAll(runs, scope, { model, fromMs: atMs, toMs: atMs + spanMs }, 'oldest');
  return { before: before.length, after: after.length, changes: changesBetween(before, after) };
}

/** Newest first, at most MOST_RUNS: of the newest or of the oldest of the window. */
async function readAll(
  runs: Pick<RunReader, 'list'>,
  scope: Scope,
  filter: RunFilter,
  which: 'newest' | 'oldest',
): Promise<readonly StoredRun[]> {
  let found: StoredRun[] = [];
  let cursor: string | undefined;
  do {
    const page = await runs.list(scope, filter, { cursor, limit: PAGE });
    found = [...found, ...page.items];
    if (which === 'oldest') found = found.slice(-MOST_RUNS);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && (which === 'oldest' || found.length < MOST_RUNS));
  return found.slice(0, MOST_RUNS);
}
