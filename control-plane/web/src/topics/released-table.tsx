import type { ReleasedTopic, ReleasedTopics } from '../api/views.ts';
import { count, percent, plural } from '../ui/format.ts';
import { Link } from '../route/link.tsx';
import { topicAddress } from '../route/url.ts';
import { Sparkline } from '../ui/sparkline.tsx';
import { turnsText } from './days.ts';
import { StandsOut } from './stands-out.tsx';
import { Suppressed } from './suppressed.tsx';

/** Topics by figures that may be released: noisy, the same each time, and leading to no person's threads. */
export function ReleasedTable({ topics: { items, days, minUsers, threshold } }: { readonly topics: ReleasedTopics }) {
  if (items.length === 0)
    return (
      <>
        <p className="nothing">
          No topic shows yet. Figures are released once a day has closed, for topics that enough people talked about on it.
        </p>
        <Suppressed figures="released" minUsers={minUsers} threshold={threshold} />
      </>
    );
  return (
    <>
      <div className="table released-table">
        <div className="columns" aria-hidden="true">
          <span>Topic</span>
          <span>{plural(days.length, 'day')}</span>
          <span className="number">People</span>
          <span className="number">Unhappy</span>
          <span className="number">Corrected</span>
          <span className="number">Turns</span>
          <span>Stands out</span>
        </div>
        <ol className="rows" aria-label="Topics">
          {items.map((topic) => (
            <Row key={topic.id} topic={topic} days={days} />
          ))}
        </ol>
      </div>
      <Suppressed figures="released" minUsers={minUsers} threshold={threshold} />
    </>
  );
}

function Row({ topic, days }: { readonly topic: ReleasedTopic; readonly days: readonly string[] }) {
  const byDay = new Map(topic.perDay.map(({ day, users }) => [day, users]));
  return (
    <li className="row">
      <div className="released-label" dir="auto">
        <Link data-row className="row-link" href={topicAddress(topic.id, 'released')}>
          {topic.label === '' ? <i>No word that enough people used</i> : topic.label}
        </Link>
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
      <div className="number" title="People who corrected an answer or asked again">
        {topic.correctionRate === null ? '–' : percent(topic.correctionRate)} <span className="narrow-only">corrected</span>
      </div>
      <div className="number" title="Mean turns of people whose threads went well">
        {turnsText(topic.turnsToResolution)} <span className="narrow-only">turns</span>
      </div>
      <StandsOut of={topic} />
    </li>
  );
}
