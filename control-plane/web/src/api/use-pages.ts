import { useEffect, useState } from 'react';
import { ApiError, UNREACHED, type Problem } from './problem.ts';
import { useResource } from './use-resource.ts';
import type { Page } from './views.ts';

export interface Pages<T> {
  /** Undefined until the first answer. */
  readonly items: readonly T[] | undefined;
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

/**
 * The first page of a list, refreshed while it is shown where `pollMs` says how often, and the later ones that were asked for. The newest
 * copy of an item counts.
 */
export function usePages<T extends { readonly id: string }>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  pollMs?: number,
): Pages<T> {
  const first = useResource<Page<T>>(key, (signal) => load(undefined, signal), pollMs);
  const [later, setLater] = useState<{ readonly key: string; readonly items: readonly T[]; readonly next: string | null }>();
  const [more, setMore] = useState<{ readonly isLoading: boolean; readonly problem?: Problem }>({ isLoading: false });
  const page = first.data;
  const shown = later?.key === key ? later : undefined;
  // Once later pages are shown, what leaves the first one as new items arrive must stay.
  useEffect(() => {
    if (page === undefined) return;
    setLater((known) => (known?.key === key ? { ...known, items: union(page.items, known.items) } : undefined));
  }, [page, key]);
  const next = shown === undefined ? (page?.next ?? null) : shown.next;
  const loadMore = (): void => {
    if (next === null || more.isLoading) return;
    setMore({ isLoading: true });
    load(next).then(
      (answer) => {
        setLater((known) => ({
          key,
          items: union(known?.key === key ? known.items : (page?.items ?? []), answer.items),
          next: answer.next,
        }));
        setMore({ isLoading: false });
      },
      (error: unknown) => setMore({ isLoading: false, problem: error instanceof ApiError ? error.problem : UNREACHED }),
    );
  };
  return {
    items: page === undefined ? undefined : shown === undefined ? page.items : union(page.items, shown.items),
    problem: first.problem ?? more.problem,
    hasMore: next !== null,
    isLoadingMore: more.isLoading,
    loadMore,
    reload: first.reload,
  };
}

/** In the order of `newer`, then what only `older` has. */
const union = <T extends { readonly id: string }>(newer: readonly T[], older: readonly T[]): readonly T[] => {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))];
};
