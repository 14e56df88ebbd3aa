import type { ReleasedTopic, ReleasedTopics } from '../api/views.ts';
import { count, percent, plural } from '../ui/format.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { Link } from '../route/link.tsx';
import { topicAddress } from '../route/url.ts';
import { Sparkline } from '../ui/sparkline.tsx';
import { turnsText } from './days.ts';
import { StandsOut } from './stands-out.tsx';
import { Suppressed } from './suppressed.tsx';

/** Topics by figures that may be released: noisy, the same each time, and leading to no person's threads. */
export function ReleasedTable({ topics }: { readonly topics: ReleasedTopics }) {
  const { items, days, minUsers, threshold } = topics;
  if (items.length === 0)
    return (
      <>
        <p className="nothing">{whyEmpty(topics)}</p>
        <Suppressed figures="released" minUsers={minUsers} threshold={threshold} />
      </>
    );
  return (
    <>
      <Listing
        label="Topics"
        className="released-table"
        columns={[
          'Topic',
          plural(days.length, 'day'),
          figures('People'),
          figures('Unhappy'),
          figures('Corrected'),
          figures('Turns'),
          'Stands out',
        ]}
      >
        {items.map((topic) => (
          <Row key={topic.id} topic={topic} days={days} />
        ))}
      </Listing>
      <Suppressed figures="released" minUsers={minUsers} threshold={threshold} />
    </>
  );
}

/** What would have to be otherwise for something to show. */
function whyEmpty({ days, refused, threshold, budget }: ReleasedTopics): string {
  if (days.length === 0 && refused.length > 0) {
    return 'No topic shows: the privacy budget of the month was used up before a day could be looked at. It is new on the first of the next month.';
  }
  if (days.length === 0) return 'No topic shows: this environment has none.';
  return (
    `No topic shows: on none of ${plural(days.length, 'closed day')} did some ${threshold} people or more ask about the same matter. ` +
    `From about that many on a day (UTC) a topic shows, two hours after the day is over; fewer cannot be told apart from the noise that protects ` +
    `each person. A day on which nothing comes near costs ${budget.epsilonPerQuietDay} of the budget instead of ${budget.epsilonPerDay}.`
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
