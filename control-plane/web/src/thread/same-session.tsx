import { useMemo, useState } from 'react';
import { listThreads } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page, SessionThreads, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { threadAddress } from '../route/url.ts';
import { count, day, plural, timeOfDay } from '../ui/format.ts';

export type SessionMate = SessionThreads['threads'][number];

interface SameSessionProps {
  /** The thread that is shown. */
  readonly thread: string;
  /** Threads in the same stretch of time. */
  readonly inTime: readonly SessionMate[];
  readonly declared: SessionThreads | null | undefined;
}

/** As many as the store names of a declared session: where so many are there, there may be more. */
const MOST = 100;
/** Shown at first: the thread itself and those around it. */
const SHOWN = 8;

/** Threads of a session, the oldest first. Not to be used by what is made anew for each turn: that would ask at each step. */
export function useSession(session: string | undefined, user: string | null): readonly SessionMate[] {
  const { data } = useResource<Page<ThreadSummary>>(`session ${session ?? ''} ${user ?? ''}`, (signal) =>
    session === undefined
      ? Promise.resolve({ items: [], next: null })
      : listThreads({ session, user: user ?? undefined, minTurns: '1', limit: String(MOST) }, signal),
  );
  return useMemo(() => (data?.items ?? []).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)), [data]);
}

/**
 * A session is a stretch of time, or what the client declared as one; a thread is a matter. Where a session holds several
 * threads, all of them in order.
 */
export function SameSession({ thread, inTime, declared }: SameSessionProps) {
  // As sets: of what began in one moment, either may come first.
  const isSame = declared?.threads.length === inTime.length && inTime.every(({ id }) => declared.threads.some((one) => one.id === id));
  return (
    <>
      {declared && <Threads id="declared-title" what="in the declared session" threads={declared.threads} thread={thread} />}
      {!isSame && <Threads id="session-title" what="in this session" threads={inTime} thread={thread} />}
    </>
  );
}

interface ThreadsProps {
  readonly id: string;
  readonly what: string;
  readonly threads: SessionThreads['threads'];
  readonly thread: string;
}

function Threads({ id, what, threads, thread }: ThreadsProps) {
  const [isWhole, setWhole] = useState(false);
  if (!threads.some((one) => one.id !== thread)) return null;
  const at = threads.findIndex((one) => one.id === thread);
  const from = Math.max(0, Math.min(at - SHOWN / 2, threads.length - SHOWN));
  const shown = isWhole ? threads : threads.slice(from, from + SHOWN);
  const days = new Set(threads.map(({ startedAt }) => day(startedAt)));
  return (
    <section className="card" aria-labelledby={id}>
      <h3 id={id}>
        {threads.length < MOST ? plural(threads.length, 'thread') : `${count(threads.length)} threads or more`} {what}
      </h3>
      <ol className="session-threads">
        {shown.map((one) => (
          <li key={one.id}>
            <time className="muted" dateTime={one.startedAt}>
              {days.size > 1 && `${day(one.startedAt)}, `}
              {timeOfDay(one.startedAt)}
            </time>
            {one.id === thread ? (
              <strong className="clip" dir="auto" aria-current="page">
                {titleOf(one)}
              </strong>
            ) : (
              <Link className="clip" href={threadAddress({ thread: one.id })} dir="auto">
                {titleOf(one)}
              </Link>
            )}
            <span className="muted">{plural(one.turns, 'turn')}</span>
          </li>
        ))}
      </ol>
      {shown.length < threads.length && (
        <button type="button" className="button" onClick={() => setWhole(true)}>
          Show all {count(threads.length)}
        </button>
      )}
    </section>
  );
}

const titleOf = ({ title }: { readonly title: string }): string => (title === '' ? 'No text kept' : title);
