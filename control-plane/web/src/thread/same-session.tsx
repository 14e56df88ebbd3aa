import { listThreads } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page, ThreadSummary } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { threadAddress } from '../route/url.ts';
import { plural, timeOfDay } from '../ui/format.ts';

interface SameSessionProps {
  readonly session: string;
  readonly user: string | null;
  /** The thread that is shown. */
  readonly thread: string;
}

const SHOWN = '12';

/** A session is a stretch of time, a thread a matter: where one session holds several, all of them in order. */
export function SameSession({ session, user, thread }: SameSessionProps) {
  const { data } = useResource<Page<ThreadSummary>>(`session ${session} ${user ?? ''}`, (signal) =>
    listThreads({ session, user: user ?? undefined, minTurns: '1', limit: SHOWN }, signal),
  );
  const threads = (data?.items ?? []).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  if (!threads.some(({ id }) => id !== thread)) return null;
  return (
    <section className="card" aria-labelledby="session-title">
      <h3 id="session-title">{plural(threads.length, 'thread')} in this session</h3>
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
      {data !== undefined && data.next !== null && <p className="hint">The latest of more.</p>}
    </section>
  );
}

const titleOf = ({ title }: ThreadSummary): string => (title === '' ? 'No text kept' : title);
