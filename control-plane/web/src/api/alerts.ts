// Alerts and what was found out about them: as the HTTP API answers.
import { getSigned, type Query } from './http.ts';
import type { Page } from './views.ts';

export interface Alert {
  readonly id: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  /** Null while it fires. */
  readonly endsAt: string | null;
  readonly receivedAt: string;
}

export type AlertMetric = 'errors' | 'blocks' | 'latency' | 'corrections' | 'cost' | 'requests';

/** Null where nothing was measured. */
export interface Level {
  readonly incident: number | null;
  readonly baseline: number | null;
}

export interface Finding {
  readonly id: string;
  readonly dimension: string;
  readonly value: string;
  /** What a topic is called. */
  readonly label: string | null;
  readonly kind: 'share' | 'effect' | 'both' | 'less';
  readonly inIncident: number;
  readonly inBaseline: number;
  readonly share: { readonly incident: number; readonly baseline: number };
  readonly people: number;
  readonly lift: number;
  readonly pValue: number;
  readonly qValue: number;
  readonly effect: { readonly metric: AlertMetric; readonly inside: Level; readonly outside: Level; readonly pValue: number | null } | null;
  readonly explainedBy: { readonly dimension: string; readonly value: string } | null;
  /** When the last request of it began, where there is less of it. */
  readonly lastAt: string | null;
}

export interface ListedAlert extends Alert {
  /** Null: nobody has looked yet. */
  readonly findings: number | null;
  /** The likeliest cause. */
  readonly first: Finding | null;
}

export interface AlertChange {
  readonly kind: string;
  /** A JSON pointer into run records, or the name of a service. */
  readonly what: string;
  readonly value: string | null;
  readonly how: 'appeared' | 'gone' | 'more' | 'less' | 'took effect';
  readonly at: string | null;
  readonly share: { readonly before: number; readonly after: number } | null;
  /** Two runs to compare. */
  readonly example: { readonly a: string; readonly b: string } | null;
}

export interface AlertPost {
  readonly id: string;
  readonly host: string;
  readonly state: 'waiting' | 'delivered' | 'dropped';
  readonly reason: string | null;
  readonly createdAt: string;
  readonly settledAt: string | null;
}

export interface AlertRange {
  readonly from: string;
  readonly to: string;
}

export interface AlertDetail extends Alert {
  readonly explainedAt: string;
  readonly window: AlertRange;
  readonly baseline: AlertRange;
  readonly dayBefore: AlertRange | null;
  readonly requests: number;
  readonly baselineRequests: number;
  readonly isCapped: boolean;
  readonly metric: AlertMetric;
  /** The metric over all requests; null in old ones. */
  readonly level: Level | null;
  readonly findings: readonly (Finding & { readonly threads: readonly string[] })[];
  readonly changes: readonly AlertChange[];
  readonly posts: readonly AlertPost[];
}

export const listAlerts = (query: Query, signal?: AbortSignal): Promise<Page<ListedAlert>> => getSigned('/v1/alerts', query, signal);
export const readAlert = (id: string, signal?: AbortSignal): Promise<AlertDetail> =>
  getSigned(`/v1/alerts/${encodeURIComponent(id)}`, {}, signal);
