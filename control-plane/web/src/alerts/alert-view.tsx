import { readAlert } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import type { AlertDetail, AlertMetric, Finding } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack } from '../route/navigate.ts';
import { alertsAddress, listAddress, searchAddress } from '../route/url.ts';
import { BackButton } from '../ui/back-button.tsx';
import { Badge } from '../ui/badge.tsx';
import { count, dateTime, percent, plural, words } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ShareBar } from '../ui/share-bar.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTitle } from '../ui/use-title.ts';

const POLL_MS = 10_000;

/** One alert: what stands out in its time against the time before, each leading to the threads behind it. */
export function AlertView({ id }: { readonly id: string }) {
  const { data, problem, reload } = useResource<AlertDetail>(`alert ${id}`, (signal) => readAlert(id, signal), POLL_MS);
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
          <Link href={listAddress(timesOf(data))}>threads of this time</Link>
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
      <p className="hint">
        {plural(requests, 'request')} in the time of the alert, {count(baselineRequests)} in the time before it.
        {findings.length > 0 &&
          ' The likeliest cause first. p: how likely so large a difference is by chance; of all findings one in twenty may be.'}
      </p>
      {findings.length === 0 ? (
        <p className="nothing">
          Nothing stands out: the requests of this time are spread over models, routes, topics and prompts as before, and none of them fares
          worse than the rest.
        </p>
      ) : (
        <ol className="findings">
          {findings.map((finding) => (
            <Row key={`${finding.dimension} ${finding.value}`} finding={finding} alert={data} />
          ))}
        </ol>
      )}
    </>
  );
}

const METRICS: Readonly<Record<AlertMetric, string>> = {
  errors: 'errors',
  blocks: 'blocked requests',
  latency: 'time to the end of the answer',
  corrections: 'corrected answers',
  cost: 'cost of a request',
};

/** What a finding rests on, in a sentence. */
function tellOf({ kind, people, effect, explainedBy }: Finding): string {
  const parts = [plural(people, 'person', 'people')];
  if (kind !== 'share' && effect) {
    const { metric, inside, outside } = effect;
    parts.push(
      `${METRICS[metric]} ${level(metric, inside.baseline)} → ${level(metric, inside.incident)}, elsewhere ${level(metric, outside.baseline)} → ${level(metric, outside.incident)}`,
    );
  }
  if (explainedBy) parts.push(`goes along with ${explainedBy.dimension} ${words(explainedBy.value)}`);
  return parts.join(' · ');
}

function level(metric: AlertMetric, value: number): string {
  if (metric === 'latency') return `${count(Math.round(value))} ms`;
  return metric === 'cost' ? `$${value.toPrecision(2)}` : percent(value);
}

const timesOf = ({ startsAt, endsAt }: AlertDetail): { from: string; to?: string } => ({
  from: startsAt,
  ...(endsAt === null ? {} : { to: endsAt }),
});

function Row({ finding, alert }: { readonly finding: Finding; readonly alert: AlertDetail }) {
  const inIncident = finding.inIncident / Math.max(1, alert.requests);
  const inBaseline = finding.inBaseline / Math.max(1, alert.baselineRequests);
  return (
    <li className="finding">
      <div>
        <span className="muted">{finding.dimension}</span>{' '}
        <Link href={evidenceOf(finding, alert)}>{finding.dimension === 'topic' ? 'this topic' : words(finding.value)}</Link>
        <p className="hint">{tellOf(finding)}</p>
      </div>
      <div className="finding-bars">
        <Bar name="now" share={inIncident} requests={finding.inIncident} tone={finding.lift > 1 ? 'bad' : 'accent'} />
        <Bar name="before" share={inBaseline} requests={finding.inBaseline} tone="soft" />
      </div>
      <div className="number">
        <strong>×{finding.lift >= 10 ? Math.round(finding.lift) : finding.lift.toFixed(1)}</strong>
        <span className="under">p {finding.pValue < 0.001 ? '< 0.001' : finding.pValue.toFixed(3)}</span>
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

/** Threads can be listed by some dimensions, for others the search box takes a filter; of the rest all threads of the time. */
function evidenceOf({ dimension, value }: Finding, alert: AlertDetail): string {
  const { from, to } = timesOf(alert);
  if (dimension === 'model' || dimension === 'position' || dimension === 'topic')
    return listAddress({ [dimension]: value, from, ...(to === undefined ? {} : { to }) });
  if (dimension !== 'intent' && dimension !== 'method') return listAddress(timesOf(alert));
  return searchAddress(`${dimension}:${value} after:${from}${to === undefined ? '' : ` before:${to}`}`);
}
