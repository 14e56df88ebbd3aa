import { listTopics } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { Topic } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { listAddress } from '../route/url.ts';
import { ago, count, dateTime, percent, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { moveRowFocus } from '../ui/row-focus.ts';
import { ShareBar } from '../ui/share-bar.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';

const POLL_MS = 10_000;

/** What people talk about, where enough of them do. */
export function TopicsView() {
  const { data, problem, reload } = useResource('topics', listTopics, POLL_MS);
  const now = useNow();
  useTitle('Topics');
  useKeys({ j: () => moveRowFocus(1), k: () => moveRowFocus(-1), Escape: () => goBack(listAddress()) });
  if (data === undefined) return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={8} label="Loading topics" />;
  const most = Math.max(1, ...data.items.map(({ threads }) => threads));
  const all = data.items.reduce((sum, { threads }) => sum + threads, 0);
  return (
    <>
      <section className="filters" aria-label="About">
        <h1 className="page-title">Topics</h1>
        <p className="hint">
          {plural(all, 'thread')} in {plural(data.items.length, 'topic')} of at least {plural(data.minUsers, 'user')}; smaller ones are left
          out.
        </p>
      </section>
      {problem && <ProblemNote problem={problem} slim />}
      {data.items.length === 0 ? (
        <p className="nothing">
          No topic has {plural(data.minUsers, 'user')} yet. Topics of fewer people stay hidden, since they could point to a person; the
          least number is <code>topics.minUsers</code> in the policy. Each thread shows its own topic words in the{' '}
          <Link href={listAddress()}>list</Link>.
        </p>
      ) : (
        <div className="table topics-table">
          <div className="columns" aria-hidden="true">
            <span>Topic</span>
            <span>Threads</span>
            <span className="number">Share</span>
            <span className="number">Users</span>
            <span className="number">Active</span>
          </div>
          <ol className="rows" aria-label="Topics">
            {data.items.map((topic) => (
              <Row key={topic.id} topic={topic} most={most} all={all} nowMs={now} />
            ))}
          </ol>
        </div>
      )}
    </>
  );
}

interface RowProps {
  readonly topic: Topic;
  readonly most: number;
  readonly all: number;
  readonly nowMs: number;
}

function Row({ topic, most, all, nowMs }: RowProps) {
  return (
    <li className="row">
      <div>
        <Link data-row className="row-link" href={listAddress({ topic: topic.id })} dir="auto">
          {topic.label === '' ? <i>No words kept</i> : topic.label}
        </Link>
      </div>
      <div className="cell-bar">
        <ShareBar share={topic.threads / most} />
        <span className="number">
          {count(topic.threads)} <span className="narrow-only">threads</span>
        </span>
      </div>
      <div className="number">{percent(topic.threads / all)}</div>
      <div className="number">
        {count(topic.users)} <span className="narrow-only">users</span>
      </div>
      <div className="cell-time number">
        <time dateTime={topic.lastAt} title={dateTime(topic.lastAt)}>
          {ago(topic.lastAt, nowMs)}
        </time>
      </div>
    </li>
  );
}
