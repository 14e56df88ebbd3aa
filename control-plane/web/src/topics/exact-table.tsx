import type { ExactTopics, Topic } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { listAddress } from '../route/url.ts';
import { ago, count, dateTime, percent, plural } from '../ui/format.ts';
import { ShareBar } from '../ui/share-bar.tsx';
import { useNow } from '../ui/use-now.ts';

/** Topics with exact counts, for those who run applications; each leads to its threads. */
export function ExactTable({ topics: data }: { readonly topics: ExactTopics }) {
  const now = useNow();
  const most = Math.max(1, ...data.items.map(({ threads }) => threads));
  const all = data.items.reduce((sum, { threads }) => sum + threads, 0);
  if (data.items.length === 0)
    return (
      <p className="nothing">
        No topic has {plural(data.minUsers, 'user')} yet. Topics of fewer people stay hidden, since they could point to a person; the least
        number is <code>topics.minUsers</code> in the policy. Each thread shows its own topic words in the{' '}
        <Link href={listAddress()}>list</Link>.
      </p>
    );
  return (
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
