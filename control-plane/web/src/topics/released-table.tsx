import type { ReleasedTopic, ReleasedTopics } from '../api/views.ts';
import { Badge } from '../ui/badge.tsx';
import { count, percent, plural } from '../ui/format.ts';
import { Sparkline } from '../ui/sparkline.tsx';

/** Topics by figures that may be released: noisy, the same each time, and leading to no person's threads. */
export function ReleasedTable({ topics: { items, days } }: { readonly topics: ReleasedTopics }) {
  if (items.length === 0)
    return (
      <p className="nothing">
        No topic shows yet. Figures are released once a day has closed, for topics that enough people talked about on it.
      </p>
    );
  return (
    <div className="table released-table">
      <div className="columns" aria-hidden="true">
        <span>Topic</span>
        <span>{plural(days.length, 'day')}</span>
        <span className="number">People</span>
        <span className="number">Unhappy</span>
        <span>Stands out</span>
      </div>
      <ol className="rows" aria-label="Topics">
        {items.map((topic) => (
          <Row key={topic.id} topic={topic} days={days} />
        ))}
      </ol>
    </div>
  );
}

function Row({ topic, days }: { readonly topic: ReleasedTopic; readonly days: readonly string[] }) {
  const byDay = new Map(topic.perDay.map(({ day, users }) => [day, users]));
  return (
    <li className="row">
      <div className="released-label" dir="auto">
        {topic.label === '' ? <i>No word that enough people used</i> : topic.label}
      </div>
      <div className="cell-bar">
        <Sparkline values={days.map((day) => byDay.get(day) ?? null)} />
      </div>
      <div className="number" title="Sum of the days: who came on two days counts twice">
        {count(topic.users)} <span className="narrow-only">people</span>
      </div>
      <div className="number">
        {percent(topic.unhappyShare)} <span className="narrow-only">unhappy</span>
      </div>
      <div className="row-tags">
        {topic.trend !== null && <Badge title="Newer half of the days against the older, beyond chance and noise">{topic.trend}</Badge>}
        {topic.gap && (
          <Badge tone="warn" title="More of its people unhappy than elsewhere, beyond chance and noise">
            answers lacking
          </Badge>
        )}
      </div>
    </li>
  );
}
