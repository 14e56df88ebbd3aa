import { useEffect, useState } from 'react';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { askRuns, type Answered } from '../api/runs.ts';
import { useResource } from '../api/use-resource.ts';
import type { Query } from '../api/http.ts';
import type { Page } from '../api/views.ts';

const PAGE_SIZE = '200';
/** Most runs have no answer that is looked for, so pages are short: so many are put together for one. */
const MOST_PAGES = 10;
const ENOUGH = 50;

async function gather(query: Query, cursor: string | undefined, signal?: AbortSignal): Promise<Page<Answered>> {
  const items: Answered[] = [];
  let next: string | null | undefined = cursor;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: Page<Answered> = await askRuns({ ...query, cursor: next, limit: PAGE_SIZE }, signal);
    items.push(...page.items);
    next = page.next;
    if (next === null || items.length >= ENOUGH) break;
  }
  return { items, next: next ?? null };
}

export interface Answers {
  /** Newest first; undefined until the first answer. */
  readonly items: readonly Answered[] | undefined;
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

/** @param key names the query; a new one begins anew */
export function useAnswers(key: string, query: Query): Answers {
  const newest = useResource<Page<Answered>>(`answers ${key}`, (signal) => gather(query, undefined, signal));
  const [older, setOlder] = useState<Page<Answered>>();
  const [more, setMore] = useState<{ readonly isLoading: boolean; readonly problem?: Problem }>({ isLoading: false });
  useEffect(() => setOlder(undefined), [key]);
  const page = newest.data;
  const next = older === undefined ? (page?.next ?? null) : older.next;
  return {
    items: page === undefined ? undefined : [...page.items, ...(older?.items ?? [])],
    problem: newest.problem ?? more.problem,
    hasMore: next !== null,
    isLoadingMore: more.isLoading,
    reload: newest.reload,
    loadMore() {
      if (next === null || more.isLoading) return;
      setMore({ isLoading: true });
      gather(query, next).then(
        ({ items, next: after }) => {
          setOlder((current) => ({ items: [...(current?.items ?? []), ...items], next: after }));
          setMore({ isLoading: false });
        },
        (error: unknown) => setMore({ isLoading: false, problem: error instanceof ApiError ? error.problem : UNREACHED }),
      );
    },
  };
}
