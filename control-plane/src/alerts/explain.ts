// One alert explained, as of now.
import type { Scope } from '../kernel/index.ts';
import { changesBefore } from './changes.ts';
import { correlate } from './correlate.ts';
import { metricOf } from './metric.ts';
import type { AlertTraffic, ChangeSources, DeployStore, TopicNames } from './ports.ts';
import type { Labels } from './show.ts';
import { timesOf } from './times.ts';
import type { Alert, AlertMetric, AlertRow, Explanation, Finding, FindingThread, TimeRange } from './types.ts';

export interface ExplainParts {
  readonly traffic: AlertTraffic;
  readonly changes: ChangeSources;
  readonly deploys: DeployStore;
  readonly topics: TopicNames;
}

/** Of each time the newest so many requests are looked at. */
const MAX_ROWS = 30_000;
const MAX_THREADS = 5;
const HOUR_MS = 3_600_000;

export async function explain(
  scope: Scope,
  alert: Alert,
  nowMs: number,
  parts: ExplainParts,
): Promise<{ readonly explanation: Explanation; readonly threads: readonly FindingThread[] }> {
  const times = timesOf(alert, nowMs);
  const read = (range: typeof times.incident) => parts.traffic.rows(scope, { ...range, limit: MAX_ROWS });
  const found = [
    await read(times.incident),
    await read(times.before),
    times.dayBefore === null ? [] : await read(times.dayBefore),
  ] as const;
  const names = await parts.topics.named(
    scope,
    found.flat().flatMap(({ values }) => values.topic ?? []),
  );
  const [incident, before, dayBefore] = [walled(found[0], names), walled(found[1], names), walled(found[2], names)];
  const metric = metricOf(alert);
  const lengths = { incidentMs: seenMs(times.incident, incident), beforeMs: seenMs(times.before, before) };
  const findings = correlate({ incident, before, dayBefore, lengths }, metric);
  return {
    explanation: {
      atMs: nowMs,
      status: alert.status,
      metric,
      window: times.incident,
      baseline: times.before,
      dayBefore: times.dayBefore,
      requests: incident.length,
      baselineRequests: before.length,
      isCapped: Math.max(incident.length, before.length, dayBefore.length) >= MAX_ROWS,
      level: { incident: levelOf(incident, metric, lengths.incidentMs), baseline: levelOf(before, metric, lengths.beforeMs) },
      findings,
      changes: await changesBefore(scope, times.incident, parts),
    },
    threads: findings.flatMap((finding, at) => threadsOf({ incident, before }, finding, metric).map((one) => ({ finding: at, ...one }))),
  };
}

/** A topic that too few people talk about is no segment: a finding would tell of it. */
const walled = (rows: readonly AlertRow[], names: Labels): readonly AlertRow[] =>
  rows.map((row) => {
    const { topic, ...values } = row.values;
    return topic === undefined || names.has(topic) ? row : { ...row, values };
  });

/** Of a time that had more requests than are looked at, only the end was seen. */
function seenMs({ fromMs, toMs }: TimeRange, rows: readonly AlertRow[]): number {
  const oldest = rows.length < MAX_ROWS ? fromMs : rows.reduce((least, { atMs }) => Math.min(least, atMs), toMs);
  return Math.max(1, toMs - oldest);
}

/** The mean over all requests; of `requests` how many an hour. */
function levelOf(rows: readonly AlertRow[], metric: AlertMetric, lengthMs: number): number | null {
  if (metric === 'requests') return (rows.length * HOUR_MS) / lengthMs;
  const measured = rows.flatMap(({ metrics }) => metrics[metric] ?? []);
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** One a person, those that fare worst first, then the newest; of what there is less of, the last there were. */
function threadsOf(
  { incident, before }: { readonly incident: readonly AlertRow[]; readonly before: readonly AlertRow[] },
  { dimension, value, kind }: Finding,
  metric: AlertMetric,
): Omit<FindingThread, 'finding'>[] {
  const own = (kind === 'less' ? [...incident, ...before] : incident).filter(({ values }) => values[dimension] === value);
  const badness = ({ metrics }: AlertRow): number => (metric === 'requests' ? 0 : (metrics[metric] ?? -1));
  const worst = own.toSorted((a, b) => badness(b) - badness(a) || b.atMs - a.atMs);
  const byPerson = new Map<string, string>();
  for (const { person, thread } of worst) {
    if (thread !== undefined && !byPerson.has(person)) byPerson.set(person, thread);
    if (byPerson.size === MAX_THREADS) break;
  }
  return [...byPerson].map(([person, threadId]) => ({ person, threadId }));
}
