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

/** What topics that may be told of are called, by id; the name may be empty. */
export type Labels = ReadonlyMap<string, string>;

type Named = Pick<Finding, 'dimension' | 'value'>;

/** Topics that findings are about, or rest on. */
export const topicsIn = (findings: readonly Finding[]): readonly string[] =>
  findings
    .flatMap(({ dimension, value, explainedBy }): Named[] => [{ dimension, value }, ...(explainedBy ? [explainedBy] : [])])
    .flatMap(({ dimension, value }) => (dimension === 'topic' ? [value] : []));

const mayTell = ({ dimension, value }: Named, labels: Labels): boolean => dimension !== 'topic' || labels.has(value);

/** Undefined where it is about a topic that too few people talk about: since it was found, some may have been erased. */
export function showFinding(finding: Finding, labels: Labels) {
  if (!mayTell(finding, labels)) return undefined;
  const { dimension, value, explainedBy, lastAtMs, ...rest } = finding;
  const label = dimension === 'topic' ? labels.get(value) : undefined;
  return {
    id: `${dimension}:${value}`,
    dimension,
    value,
    ...rest,
    lastAt: lastAtMs === undefined ? null : time(lastAtMs),
    explainedBy: explainedBy !== null && mayTell(explainedBy, labels) ? explainedBy : null,
    label: label === undefined || label === '' ? null : label,
  };
}

export function showExplanation(explanation: Explanation, labels: Labels, threads: readonly FindingThread[] = []) {
  const { metric, window, baseline, dayBefore, requests, baselineRequests, isCapped, level, findings, changes, atMs } = explanation;
  return {
    explainedAt: time(atMs),
    metric,
    window: range(window),
    baseline: range(baseline),
    dayBefore: dayBefore && range(dayBefore),
    requests,
    baselineRequests,
    isCapped,
    level: level ?? null,
    findings: findings.flatMap((finding, at) => {
      const shown = showFinding(finding, labels);
      return shown ? [{ ...shown, threads: threads.filter((one) => one.finding === at).map(({ threadId }) => threadId) }] : [];
    }),
    changes: changes.map(showChange),
  };
}
