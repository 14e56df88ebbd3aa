// One alert explained, as of now.
import type { Scope } from '../kernel/index.ts';
import { changesBefore } from './changes.ts';
import { correlate } from './correlate.ts';
import { metricOf } from './metric.ts';
import type { AlertTraffic, ChangeSources, DeployStore, TopicNames } from './ports.ts';
import type { Labels } from './show.ts';
import { timesOf } from './times.ts';
import type { Alert, AlertMetric, AlertRow, Explanation, Finding, FindingThread } from './types.ts';

export interface ExplainParts {
  readonly traffic: AlertTraffic;
  readonly changes: ChangeSources;
  readonly deploys: DeployStore;
  readonly topics: TopicNames;
}

/** Of each time the newest so many requests are looked at. */
const MAX_ROWS = 30_000;
const MAX_THREADS = 5;

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
  const findings = correlate({ incident, before, dayBefore }, metric);
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
      findings,
      changes: await changesBefore(scope, times.incident, parts),
    },
    threads: findings.flatMap((finding, at) => threadsOf(incident, finding, metric).map((one) => ({ finding: at, ...one }))),
  };
}

/** A topic that too few people talk about is no segment: a finding would tell of it. */
const walled = (rows: readonly AlertRow[], names: Labels): readonly AlertRow[] =>
  rows.map((row) => {
    const { topic, ...values } = row.values;
    return topic === undefined || names.has(topic) ? row : { ...row, values };
  });

/** One a person, those that fare worst first, then the newest. */
function threadsOf(incident: readonly AlertRow[], { dimension, value }: Finding, metric: AlertMetric): Omit<FindingThread, 'finding'>[] {
  const own = incident.filter(({ values }) => values[dimension] === value);
  const worst = own.toSorted((a, b) => (b.metrics[metric] ?? -1) - (a.metrics[metric] ?? -1) || b.atMs - a.atMs);
  const byPerson = new Map<string, string>();
  for (const { person, thread } of worst) {
    if (thread !== undefined && !byPerson.has(person)) byPerson.set(person, thread);
    if (byPerson.size === MAX_THREADS) break;
  }
  return [...byPerson].map(([person, threadId]) => ({ person, threadId }));
}
