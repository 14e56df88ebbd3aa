import { useRef } from 'react';
import { useTitle } from '../ui/use-title.ts';
import { goBack } from '../route/navigate.ts';
import { listAddress, type Filters } from '../route/url.ts';
import { useKeys } from '../ui/keys.ts';
import { plural } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Older } from '../ui/older.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { EmptyState } from './empty-state.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ThreadRow } from './thread-row.tsx';
import { useIsAtRest } from './use-is-at-rest.ts';
import { useThreads } from './use-threads.ts';

interface ThreadListProps {
  readonly filters: Filters;
}

export function ThreadList({ filters }: ThreadListProps) {
  // Each list of filters has its own rows, order and scroll.
  return <Rows key={listAddress(filters)} filters={filters} />;
}

function Rows({ filters }: ThreadListProps) {
  const list = useRef<HTMLOListElement>(null);
  const isAtRest = useIsAtRest(list);
  const { arrangement, problem, hasMore, isLoadingMore, loadMore, settle, reload } = useThreads(filters, isAtRest);
  const now = useNow();
  const isFiltered = Object.keys(filters).length > 0;
  useTitle('Threads');
  useKeys({
    j: () => moveRowFocus(1),
    k: () => moveRowFocus(-1),
    Escape: isFiltered ? () => goBack(listAddress()) : undefined,
  });

  if (arrangement === undefined) {
    return (
      <>
        <FilterBar filters={filters} rows={[]} isLive={undefined} />
        {problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={9} label="Loading threads" />}
      </>
    );
  }
  const { rows, pending } = arrangement;
  if (rows.length === 0 && !isFiltered) {
    return (
      <>
        {problem && <ProblemNote problem={problem} slim />}
        <EmptyState />
      </>
    );
  }
  return (
    <>
      <FilterBar filters={filters} rows={rows} isLive={problem === undefined} />
      {problem && <ProblemNote problem={problem} slim />}
      {pending > 0 && (
        <button
          type="button"
          className="pill"
          onClick={() => {
            settle();
            scrollTo({ top: 0 });
          }}
        >
          {plural(pending, 'thread')} with news
        </button>
      )}
      {rows.length === 0 ? (
        <p className="nothing">No thread matches these filters. New ones appear by themselves.</p>
      ) : (
        <Listing
          label="Threads"
          columns={[
            { text: 'Thread', className: 'column-prompt' },
            'User',
            figures('Turns'),
            'Models',
            figures('Cost'),
            'Confidence',
            figures('Active'),
          ]}
          list={list}
        >
          {rows.map((thread) => (
            <ThreadRow key={thread.id} thread={thread} filters={filters} nowMs={now} />
          ))}
        </Listing>
      )}
      {hasMore && <Older isLoading={isLoadingMore} onLoad={loadMore} text="Show older threads" />}
    </>
  );
}
