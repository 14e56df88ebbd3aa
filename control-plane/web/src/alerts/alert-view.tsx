import { readAlert, type AlertDetail, type AlertPost } from '../api/alerts.ts';
import { useMay } from '../api/me.ts';
import { useResource } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { alertsAddress, changesAddress, listAddress, runsAddress, searchAddress, threadAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { Badge } from '../ui/badge.tsx';
import { ago, count, dateTime, percent, plural, timeOfDay } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ShareBar } from '../ui/share-bar.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTitle } from '../ui/use-title.ts';
import { Changes } from './changes.tsx';
import { courseOf, dimensionOf, nameOf, small, tellOf, timesOf } from './words.ts';

const POLL_MS = 10_000;

/** One alert: what stands out in its time against the time before, each leading to the threads behind it. */
export function AlertView({ id }: { readonly id: string }) {
  const { data, problem, reload } = useResource<AlertDetail>(`alert ${id}`, (signal) => readAlert(id, signal), POLL_MS);
  const may = useMay();
  const now = useNow();
  const back = (): void => goBack(alertsAddress());
  useTitle(data?.name ?? 'Alert');
  useKeys({ Escape: back });
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} retry={reload} /> : <Skeleton rows={6} label="Loading the alert" />;
  const { findings, requests, baselineRequests } = data;
  return (
    <>
      {problem && <ProblemNote problem={problem} slim />}
      <section className="thread-head" aria-label="Alert">
        <BackButton onBack={back} />
        <h1 className="thread-title">
          {data.name} <Badge tone={data.status === 'firing' ? 'bad' : 'good'}>{data.status}</Badge>
        </h1>
        <p className="summary">
          <span>
            {dateTime(data.startsAt)} to {data.endsAt === null ? 'now' : dateTime(data.endsAt)}
          </span>
          <Link href={listAddress(windowOf(data))}>threads of this time</Link>
          {Object.entries(data.labels)
            .filter(([name]) => name !== 'alertname')
            .map(([name, value]) => (
              <span key={name} className="muted">
                {name}={value}
              </span>
            ))}
        </p>
      </section>
      <h2 className="findings-title">What stands out</h2>
      {data.level && <p className="alert-course">{courseOf(data.metric, data.level)}</p>}
      <p className="hint">
        {plural(requests, 'request')} from {dateTime(data.window.from)} to {timeOfDay(data.window.to)}, against {count(baselineRequests)}{' '}
        from {dateTime(data.baseline.from)} to {timeOfDay(data.baseline.to)}
        {data.dayBefore && ', and the same time of the day before'}.{data.isCapped && ' There were more: only the newest were looked at.'}{' '}
        Looked at {ago(data.explainedAt, now)}.
        {findings.length > 0 &&
          ' The likeliest cause first. p: how likely so large a difference is by chance; of all findings one in twenty may be.'}
      </p>
      {findings.length === 0 ? (
        <p className="nothing">{nothingOf(data)}</p>
      ) : (
        <ol className="findings">
          {findings.map((finding) => (
            <Row key={`${finding.dimension} ${finding.value}`} finding={finding} alert={data} />
          ))}
        </ol>
      )}
      <Changes changes={data.changes} beginsAt={data.window.from} />
      {may('runs:read') && (
        <p className="hint">
          <Link href={changesAddress(data.window.from)}>Every field of the runs around then</Link>
        </p>
      )}
      <Posts posts={data.posts} />
    </>
  );
}

function nothingOf({ requests, baselineRequests }: AlertDetail): string {
  if (requests === 0) return 'No request came in this time, so there is nothing that some of them have in common.';
  if (baselineRequests === 0) return 'There were no requests before to compare with.';
  return 'Nothing stands out: the requests of this time are spread over models, routes, topics and prompts as before, and none of them fares worse than the rest.';
}

/** Where it was told. */
function Posts({ posts }: { readonly posts: readonly AlertPost[] }) {
  if (posts.length === 0) return null;
  return (
    <section aria-labelledby="posts-title">
      <h2 id="posts-title" className="findings-title">
        Told
      </h2>
      <ul className="alert-posts">
        {posts.map(({ id, host, state, reason, createdAt, settledAt }) => (
          <li key={id}>
            <Badge tone={state === 'delivered' ? 'good' : state === 'dropped' ? 'bad' : 'plain'}>{state}</Badge> {host}{' '}
            <span className="muted">
              {reason === null ? '' : `${reason.replaceAll('_', ' ')} · `}
              {dateTime(settledAt ?? createdAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const windowOf = ({ window }: AlertDetail): { from: string; to: string } => window;

type Finding = AlertDetail['findings'][number];

function Row({ finding, alert }: { readonly finding: Finding; readonly alert: AlertDetail }) {
  const { share } = finding;
  const mayRuns = useMay()('runs:read');
  return (
    <li className="finding">
      <div>
        <span className="muted">{dimensionOf(finding)}</span>{' '}
        <Link href={evidenceOf(finding, alert, mayRuns)} dir="auto" title={finding.value}>
          {nameOf(finding)}
        </Link>
        <p className="hint">{tellOf(finding, alert.findings)}</p>
        {finding.threads.length > 0 && (
          <p className="hint finding-threads">
            {finding.threads.map((thread, at) => (
              <Link key={thread} href={threadAddress({ thread })}>
                {at === 0 ? 'thread 1' : at + 1}
                {at > 0 && <span className="unseen">. thread that shows it</span>}
              </Link>
            ))}
          </p>
        )}
      </div>
      <div className="finding-bars">
        <Bar
          name="now"
          share={share.incident}
          requests={finding.inIncident}
          tone={finding.lift > 1 || finding.kind === 'less' ? 'bad' : 'accent'}
        />
        <Bar name="before" share={share.baseline} requests={finding.inBaseline} tone="soft" />
      </div>
      <div className="number">
        <strong>{timesOf(finding)}</strong>
        <span className="under">p {small(finding.pValue)}</span>
      </div>
    </li>
  );
}

interface BarProps {
  readonly name: string;
  readonly share: number;
  readonly requests: number;
  readonly tone: 'accent' | 'soft' | 'bad';
}

const Bar = ({ name, share, requests, tone }: BarProps) => (
  <div className="finding-bar">
    <span className="muted">{name}</span>
    <ShareBar share={share} tone={tone} />
    <span className="number">
      {percent(share)} <span className="muted">{count(requests)}</span>
    </span>
  </div>
);

/** Threads can be listed by some dimensions, runs by their verdict, for others the search box takes a filter; of the rest all threads of the time. */
function evidenceOf({ dimension, value }: Finding, alert: AlertDetail, mayRuns: boolean): string {
  const { from, to } = windowOf(alert);
  if (dimension === 'model' || dimension === 'position' || dimension === 'topic') return listAddress({ [dimension]: value, from, to });
  if (dimension === 'verdict' && mayRuns) return runsAddress({ verdict: value, from, to });
  if (dimension !== 'intent' && dimension !== 'method') return listAddress(windowOf(alert));
  return searchAddress(`${dimension}:${value} after:${from} before:${to}`);
}
