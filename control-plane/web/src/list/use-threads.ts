import { useCallback, useEffect, useRef, useState } from 'react';
import { listThreads } from '../api/client.ts';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { onTokenChange } from '../api/token.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page, ThreadSummary } from '../api/views.ts';
import { apiFilters, listAddress, type Filters } from '../route/url.ts';
import { arrange, takeFirstPage, type Arrangement, type HeldOrder } from './arrange.ts';

export const POLL_MS = 3000;
const PAGE_SIZE = '50';

interface Known {
  readonly threads: ReadonlyMap<string, ThreadSummary>;
  /** Where the next older page begins; null at the end. */
  readonly next: string | null;
}

/** What was loaded of each list, so that going back finds it as it was. */
const loaded = new Map<string, Known>();
onTokenChange(() => loaded.clear());

export interface ThreadRows {
  /** Undefined until the first answer. */
  readonly arrangement: Arrangement | undefined;
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Puts what is pending in its place. */
  readonly settle: () => void;
  readonly reload: () => void;
}

/** The list for these filters, refreshed while it is shown. `isAtRest` says whether rows may move now. */
export function useThreads(filters: Filters, isAtRest: () => boolean): ThreadRows {
  const key = listAddress(filters);
  const query = (cursor?: string) => ({ ...apiFilters(filters, Date.now()), cursor, limit: PAGE_SIZE });
  const first = useResource<Page<ThreadSummary>>(`list ${key}`, (signal) => listThreads(query(), signal), POLL_MS);
  const [known, setKnown] = useState<Known | undefined>(() => loaded.get(key));
  const [held, setHeld] = useState<HeldOrder>();
  const [more, setMore] = useState<{ readonly isLoading: boolean; readonly problem?: Problem }>({ isLoading: false });
  const rest = useRef(isAtRest);
  useEffect(() => {
    rest.current = isAtRest;
  });

  useEffect(() => {
    const page = first.data;
    if (page === undefined) return;
    const before = loaded.get(key);
    const threads = takeFirstPage(before?.threads ?? new Map<string, ThreadSummary>(), page.items, page.next === null);
    const hasOlder = threads.size > page.items.length;
    const now: Known = { threads, next: hasOlder && before ? before.next : page.next };
    loaded.set(key, now);
    setKnown(now);
    setHeld((current) => (current === undefined || rest.current() ? undefined : current));
  }, [key, first.data]);

  const arrangement = known === undefined ? undefined : arrange(known.threads, held);
  const drawn = arrangement?.held;
  // Whatever is drawn is held from then on, until an answer arrives while the reader rests.
  useEffect(() => {
    if (held === undefined && drawn !== undefined && drawn.size > 0 && !rest.current()) setHeld(drawn);
  }, [held, drawn]);

  const next = known?.next ?? null;
  const loadMore = (): void => {
    if (next === null || more.isLoading) return;
    setMore({ isLoading: true });
    listThreads(query(next)).then(
      (page) => {
        const before = loaded.get(key);
        const now: Known = {
          threads: new Map([...page.items.map((t) => [t.id, t] as const), ...(before?.threads ?? [])]),
          next: page.next,
        };
        loaded.set(key, now);
        setKnown(now);
        setMore({ isLoading: false });
      },
      (error: unknown) => setMore({ isLoading: false, problem: error instanceof ApiError ? error.problem : UNREACHED }),
    );
  };

  return {
    arrangement,
    problem: first.problem ?? more.problem,
    hasMore: next !== null,
    isLoadingMore: more.isLoading,
    loadMore,
    settle: useCallback(() => setHeld(undefined), []),
    reload: first.reload,
  };
}
