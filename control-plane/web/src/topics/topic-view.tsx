import { useMemo } from 'react';
import { listThreads, listTopics, readTopic, topicChanges } from '../api/client.ts';
import { useMay } from '../api/me.ts';
import { useResource } from '../api/use-resource.ts';
import type { ExactTopics, Page, ReleasedTopic, ReleasedTopics, ThreadSummary, Topic, TopicChange } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { listAddress, threadAddress, topicAddress, topicsAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { ago, count, dateTime, percent, plural } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { Budget } from './budget.tsx';
import { CourseChart } from './course-chart.tsx';
import { lastDays, turnsText } from './days.ts';
import { StandsOut } from './stands-out.tsx';
import { Suppressed } from './suppressed.tsx';

interface TopicViewProps {
  readonly id: string;
  readonly figures: 'released' | undefined;
}

const POLL_MS = 60_000;
const THREADS = 8;

/** One topic: how it went by day, how its threads go, what lies in it, what became of it, and its threads for who may read them. */
export function TopicView({ id, figures }: TopicViewProps) {
  const isExact = useMay()('threads:read') && figures === undefined;
  const { data, problem, reload } = useResource<Topic | ReleasedTopic>(
    `topic ${id} ${figures ?? ''}`,
    (signal) => readTopic(id, figures, signal),
    POLL_MS,
  );
  const all = useResource<ExactTopics | ReleasedTopics>(topicsAddress(figures), (signal) => listTopics(figures, signal), POLL_MS).data;
  const back = (): void => goBack(topicsAddress(figures));
  const name = data === undefined || data.label === '' ? 'Topic' : data.label;
  useTitle(name);
  useKeys({ Escape: back });
  if (data === undefined)
    return problem ? (
      <>
        <BackButton onBack={back} />
        <ProblemNote problem={problem} retry={reload} />
      </>
    ) : (
      <Skeleton rows={6} label="Loading the topic" />
    );
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      <section className="thread-head" aria-label="Topic">
        <BackButton onBack={back} />
        <h1 className="thread-title" dir="auto">
          {name}
        </h1>
        {'threads' in data ? <Told topic={data} /> : <ToldReleased topic={data} />}
      </section>
      {all?.figures === 'released' && <Budget budget={all.budget} refused={all.refused} />}
      <Course topic={data} all={all} />
      {'threads' in data && <Inside topic={data} all={all} />}
      {isExact && <Threads id={data.id} />}
      {isExact && <Became id={data.id} />}
      {all && (
        <Suppressed figures={all.figures} minUsers={all.minUsers} threshold={all.figures === 'released' ? all.threshold : undefined} />
      )}
    </>
  );
}

function Told({ topic }: { readonly topic: Topic }) {
  const now = useNow();
  return (
    <p className="summary">
      <Link href={listAddress({ topic: topic.id })}>{plural(topic.threads, 'thread')}</Link>
      <span>{plural(topic.users, 'user')}</span>
      {topic.parent !== null && (
        <span>
          in <Link href={topicAddress(topic.parent.id)}>{topic.parent.label === '' ? 'a coarser topic' : topic.parent.label}</Link>
        </span>
      )}
      <time dateTime={topic.lastAt} title={dateTime(topic.lastAt)}>
        active {ago(topic.lastAt, now)}
      </time>
      {topic.was !== undefined && <span className="muted">asked for as {topic.was}, which went into this topic</span>}
    </p>
  );
}

function ToldReleased({ topic }: { readonly topic: ReleasedTopic }) {
  return (
    <p className="summary">
      <span title="Sum of the days: who came on two days counts twice">{count(topic.users)} people</span>
      <span className="muted">with noise that protects each person; the same for everybody, and leading to no threads</span>
    </p>
  );
}

function Course({ topic, all }: { readonly topic: Topic | ReleasedTopic; readonly all: ExactTopics | ReleasedTopics | undefined }) {
  const now = useNow();
  const today = new Date(now).toISOString().slice(0, 10);
  const days = useMemo(
    () => (all?.figures === 'released' ? all.days : lastDays(Date.parse(today))),
    [all?.figures === 'released' ? all.days : undefined, today],
  );
  const figures = 'threads' in topic ? topic.figures : topic;
  if (figures === null) return <p className="nothing">No thread of this topic began in the last {plural(days.length, 'day')}.</p>;
  return (
    <section className="card" aria-labelledby="course-title">
      <h2 id="course-title">By day</h2>
      <CourseChart days={days} perDay={figures.perDay} />
      <dl className="topic-figures">
        <Figure name="turns to resolution" title="Mean turns of people whose threads went well, each at most 10">
          {turnsText(figures.turnsToResolution)}
        </Figure>
        <Figure name="corrected" title="People who corrected an answer or asked again">
          {figures.correctionRate === null ? '–' : percent(figures.correctionRate)}
        </Figure>
        <Figure name="unhappy" title="People with a thread that failed, was abandoned or needed a correction">
          {percent(figures.unhappyShare)}
        </Figure>
      </dl>
      <StandsOut of={figures} />
    </section>
  );
}

function Figure({ name, title, children }: { readonly name: string; readonly title: string; readonly children: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The finer topics of a coarse one; of a fine one those beside it. */
function Inside({ topic, all }: { readonly topic: Topic; readonly all: ExactTopics | ReleasedTopics | undefined }) {
  if (all?.figures !== 'exact') return null;
  const coarse = topic.parent?.id ?? topic.id;
  const finer = all.items.filter(({ id, parent }) => parent?.id === coarse && id !== topic.id);
  if (finer.length === 0) return null;
  return (
    <section className="card" aria-labelledby="finer-title">
      <h2 id="finer-title">{topic.parent === null ? 'Finer topics' : 'Beside it'}</h2>
      <ul className="plain-list">
        {finer.map(({ id, label, threads, users }) => (
          <li key={id}>
            <Link href={topicAddress(id)} dir="auto">
              {label === '' ? 'No words kept' : label}
            </Link>{' '}
            <span className="muted">
              {plural(threads, 'thread')}, {plural(users, 'user')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Threads({ id }: { readonly id: string }) {
  const now = useNow();
  const { data } = useResource<Page<ThreadSummary>>(
    `threads of topic ${id}`,
    (signal) => listThreads({ topic: id, limit: String(THREADS) }, signal),
    POLL_MS,
  );
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby="topic-threads-title">
      <h2 id="topic-threads-title">Newest threads</h2>
      <ul className="plain-list">
        {data.items.map((thread) => (
          <li key={thread.id}>
            <Link href={threadAddress({ thread: thread.id })} dir="auto">
              {thread.title === '' ? 'No text kept' : thread.title}
            </Link>{' '}
            <span className="muted">
              {plural(thread.turns, 'turn')}, {thread.outcome}, {ago(thread.lastAt, now)}
            </span>
          </li>
        ))}
      </ul>
      <Link href={listAddress({ topic: id })}>All threads of this topic</Link>
    </section>
  );
}

/** Merges and splits that the topic had a part in. */
function Became({ id }: { readonly id: string }) {
  const now = useNow();
  const { data } = useResource<Page<TopicChange>>(`changes of topic ${id}`, (signal) => topicChanges(id, signal), POLL_MS);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby="became-title">
      <h2 id="became-title">Merged and split</h2>
      <ul className="plain-list">
        {data.items.map((change) => (
          <li key={change.id}>
            {change.kind === 'merge'
              ? change.to === id
                ? `Took in ${change.from}`
                : `Went into ${change.label ?? change.to}`
              : change.to === id
                ? `Came out of ${change.from}`
                : `Gave off ${change.label ?? change.to}`}{' '}
            <span className="muted">
              with {plural(change.threads, 'thread')}, <time dateTime={change.at}>{ago(change.at, now)}</time>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
