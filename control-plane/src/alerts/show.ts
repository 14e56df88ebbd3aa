// Alerts and their explanations in the shape that the API and webhooks have.
import type { Alert, AlertChange, Explanation, Finding, FindingThread, TimeRange } from './types.ts';

const time = (ms: number): string => new Date(ms).toISOString();
const range = ({ fromMs, toMs }: TimeRange) => ({ from: time(fromMs), to: time(toMs) });

export function showAlert({ id, status, name, labels, startsAtMs, endsAtMs, receivedAtMs, heardAtMs }: Alert) {
  return {
    id,
    status,
    name,
    labels,
    startsAt: time(startsAtMs),
    endsAt: endsAtMs === null ? null : time(endsAtMs),
    receivedAt: time(receivedAtMs),
    heardAt: time(heardAtMs),
  };
}

const showChange = ({ atMs, ...change }: AlertChange) => ({ ...change, at: atMs === null ? null : time(atMs) });

/** What topics are called, by id; those without a name that may be shown are missing. */
export type Labels = ReadonlyMap<string, string>;

export const showFinding = (finding: Finding, labels: Labels) => ({
  id: `${finding.dimension}:${finding.value}`,
  ...finding,
  label: finding.dimension === 'topic' ? (labels.get(finding.value) ?? null) : null,
});

export function showExplanation(explanation: Explanation, labels: Labels, threads: readonly FindingThread[] = []) {
  const { metric, window, baseline, dayBefore, requests, baselineRequests, isCapped, findings, changes, atMs } = explanation;
  return {
    explainedAt: time(atMs),
    metric,
    window: range(window),
    baseline: range(baseline),
    dayBefore: dayBefore && range(dayBefore),
    requests,
    baselineRequests,
    isCapped,
    findings: findings.map((finding, at) => ({
      ...showFinding(finding, labels),
      threads: threads.filter((one) => one.finding === at).map(({ threadId }) => threadId),
    })),
    changes: changes.map(showChange),
  };
}
