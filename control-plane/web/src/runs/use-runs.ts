import { useEffect, useState } from 'react';
import { listRuns, type RunSummary } from '../api/runs.ts';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page } from '../api/views.ts';
import { apiRunFilters, runsAddress, type RunFilters } from '../route/url.ts';

const POLL_MS = 5000;
const PAGE_SIZE = '50';

interface Older {
  readonly runs: readonly RunSummary[];
  readonly next: string | null;
}

export interface Runs {
  /** Newest first; undefined until the first answer. */
  readonly runs: readonly RunSummary[] | undefined;
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

/** The newest runs, refreshed while they are shown, and the older ones that were asked for. Runs never change. */
export function useRuns(filters: RunFilters): Runs {
  const narrowing: RunFilters = { ...filters, first: '' };
  const key = runsAddress(narrowing);
  const query = (cursor?: string) => ({ ...apiRunFilters(narrowing, Date.now()), cursor, limit: PAGE_SIZE });
  const newest = useResource<Page<RunSummary>>(`runs ${key}`, (signal) => listRuns(query(), signal), POLL_MS);
  const [older, setOlder] = useState<Older>();
  const [more, setMore] = useState<{ readonly isLoading: boolean; readonly problem?: Problem }>({ isLoading: false });
  const page = newest.data;
  useEffect(() => setOlder(undefined), [key]);
  // Once older ones are shown, those that leave the first page as new ones arrive must stay.
  useEffect(() => {
    if (page === undefined) return;
    setOlder((current) => (current === undefined ? undefined : { ...current, runs: union(page.items, current.runs) }));
  }, [page]);

  const next = older === undefined ? (page?.next ?? null) : older.next;
  const loadMore = (): void => {
    if (next === null || more.isLoading) return;
    setMore({ isLoading: true });
    listRuns(query(next)).then(
      (answer) => {
        setOlder((current) => ({ runs: union(current?.runs ?? page?.items ?? [], answer.items), next: answer.next }));
        setMore({ isLoading: false });
      },
      (error: unknown) => setMore({ isLoading: false, problem: error instanceof ApiError ? error.problem : UNREACHED }),
    );
  };
  return {
    runs: page === undefined ? undefined : older === undefined ? page.items : union(page.items, older.runs),
    problem: newest.problem ?? more.problem,
    hasMore: next !== null,
    isLoadingMore: more.isLoading,
    loadMore,
    reload: newest.reload,
  };
}

const union = (newer: readonly RunSummary[], older: readonly RunSummary[]): readonly RunSummary[] => [
  ...new Map([...newer, ...older].map((run) => [run.id, run])).values(),
];
