// What the analysis of alerts makes of a made-up incident.
import { correlate, type AlertMetric, type AlertRow, type Finding } from '../../control-plane/src/alerts/index.ts';
import type { Cause, Incident, IncidentKind, Request } from './generate.ts';

const HOUR_MS = 3_600_000;

function rowOf({ atMs, user, isError, durationMs, pattern, ...values }: Request): AlertRow {
  return {
    atMs,
    person: user,
    values: { ...values, ...(pattern === undefined ? {} : { pattern }) },
    metrics: { errors: Number(isError), blocks: 0, latency: durationMs, corrections: null, cost: null },
  };
}

/** Where a part of the traffic is missing, the alert is about how much there is; else about errors. */
export const metricFor = (kind: IncidentKind): AlertMetric => (kind === 'less' || kind === 'absent' ? 'requests' : 'errors');

export function judge({ startsAtMs, endsAtMs, requests }: Incident, metric: AlertMetric): readonly Finding[] {
  const rows = requests.map(rowOf);
  return correlate(
    {
      incident: rows.filter(({ atMs }) => atMs >= startsAtMs),
      before: rows.filter(({ atMs }) => atMs < startsAtMs),
      dayBefore: [],
      lengths: { incidentMs: endsAtMs - startsAtMs, beforeMs: 6 * HOUR_MS },
    },
    metric,
  );
}

export const isCause = (finding: Finding | undefined, cause: Cause | null | undefined): boolean =>
  finding !== undefined && finding.dimension === cause?.dimension && finding.value === cause.value;
