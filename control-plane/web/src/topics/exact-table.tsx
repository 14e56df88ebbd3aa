import type { ExactTopics, Topic } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { listAddress, topicAddress } from '../route/url.ts';
import { ago, count, dateTime, percent, plural } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Sparkline } from '../ui/sparkline.tsx';
import { useNow } from '../ui/use-now.ts';
import { lastDays, turnsText } from './days.ts';
import { StandsOut } from './stands-out.tsx';
import { Suppressed } from './suppressed.tsx';

/** Topics with exact figures, for those who run applications; each leads to its page, and from there to its threads. */
export function ExactTable({ topics: data }: { readonly topics: ExactTopics }) {
  const now = useNow();
  const days = lastDays(now);
  if (data.items.length === 0)
    return (
      <p className="nothing">
        No topic has {plural(data.minUsers, 'user')} yet. Topics of fewer people stay hidden, since they could point to a person; the least
        number is <code>topics.minUsers</code> in the policy. Each thread of the <Link href={listAddress()}>list</Link> shows words of its
        own on its page.
      </p>
    );
  return (
    <>
      <Listing
        label="Topics"
        className="topics-table"
        columns={[
          'Topic',
          plural(days.length, 'day'),
          figures('Threads'),
          figures('Users'),
          figures('Turns'),
          figures('Corrected'),
          'Stands out',
          figures('Active'),
        ]}
      >
        {data.items.map((topic) => (
          <Row key={topic.id} topic={topic} days={days} nowMs={now} />
        ))}
      </Listing>
      <Suppressed figures="exact" minUsers={data.minUsers} />
    </>
  );
}

interface RowProps {
  readonly topic: Topic;
  readonly days: readonly string[];
  readonly nowMs: number;
}

function Row({ topic, days, nowMs }: RowProps) {
  const { figures, parent } = topic;
  const byDay = new Map(figures?.perDay.map(({ day, users }) => [day, users]));
  return (
    <li className="row">
      <div>
        <Link data-row className="row-link" href={topicAddress(topic.id)} dir="auto">
          {topic.label === '' ? <i>No words kept</i> : topic.label}
        </Link>
        {parent !== null && (
          <Link className="above tag-link" href={topicAddress(parent.id)} title="The coarser topic that it lies in" dir="auto">
            {parent.label === '' ? 'coarser topic' : parent.label}
          </Link>
        )}
      </div>
      <div className="cell-spark">
        <Sparkline values={days.map((day) => byDay.get(day) ?? null)} />
      </div>
      <div className="number">
        {count(topic.threads)} <span className="narrow-only">threads</span>
      </div>
      <div className="number">
        {count(topic.users)} <span className="narrow-only">users</span>
      </div>
      <div className="number" title="Mean turns of people whose threads went well">
        {turnsText(figures?.turnsToResolution)} <span className="narrow-only">turns</span>
      </div>
      <div className="number" title="People who corrected an answer or asked again">
        {figures?.correctionRate == null ? '–' : percent(figures.correctionRate)} <span className="narrow-only">corrected</span>
      </div>
      <StandsOut of={figures} />
      <div className="cell-time number">
        <time dateTime={topic.lastAt} title={dateTime(topic.lastAt)}>
          {ago(topic.lastAt, nowMs)}
        </time>
      </div>
    </li>
  );
}
