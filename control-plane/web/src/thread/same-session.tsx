import { useMemo } from 'react';
import { listThreads } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page, SessionThreads, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { threadAddress } from '../route/url.ts';
import { plural, timeOfDay } from '../ui/format.ts';

export type SessionMate = SessionThreads['threads'][number];

interface SameSessionProps {
  /** The thread that is shown. */
  readonly thread: string;
  /** Threads in the same stretch of time. */
  readonly inTime: readonly SessionMate[];
  readonly declared: SessionThreads | null | undefined;
}

const SHOWN = '12';

/** Threads of a session, the oldest first. Not to be used by what is made anew for each turn: that would ask at each step. */
export function useSession(session: string | undefined, user: string | null): readonly SessionMate[] {
  const { data } = useResource<Page<ThreadSummary>>(`session ${session ?? ''} ${user ?? ''}`, (signal) =>
    session === undefined
      ? Promise.resolve({ items: [], next: null })
      : listThreads({ session, user: user ?? undefined, minTurns: '1', limit: SHOWN }, signal),
  );
  return useMemo(() => (data?.items ?? []).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)), [data]);
}

/**
 * A session is a stretch of time, or what the client declared as one; a thread is a matter. Where a session holds several
 * threads, all of them in order.
 */
export function SameSession({ thread, inTime, declared }: SameSessionProps) {
  const isSame = declared?.threads.map(({ id }) => id).join() === inTime.map(({ id }) => id).join();
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
  if (!threads.some((one) => one.id !== thread)) return null;
  return (
    <section className="card" aria-labelledby={id}>
      <h3 id={id}>
        {plural(threads.length, 'thread')} {what}
      </h3>
      <ol className="session-threads">
        {threads.map((one) => (
          <li key={one.id}>
            <time className="muted" dateTime={one.startedAt}>
              {timeOfDay(one.startedAt)}
            </time>
            {one.id === thread ? (
              <strong className="clip" dir="auto">
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
    </section>
  );
}

const titleOf = ({ title }: { readonly title: string }): string => (title === '' ? 'No text kept' : title);
