/** One alert as Alertmanager sent it; labels and annotations are the operator's own words. */
export interface Alert {
  readonly id: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /** Null while it fires. */
  readonly endsAtMs: number | null;
  readonly receivedAtMs: number;
}

/** What requests may have in common. How they ended is none of it: that is what alerts are about. */
export const DIMENSIONS = [
  'model',
  'route',
  'service',
  'topic',
  'prompt',
  'verdict',
  'position',
  'intent',
  'followUp',
  'method',
  'pattern',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What an alert is about. */
export type AlertMetric = 'errors' | 'blocks' | 'latency' | 'corrections' | 'cost';

/** One request, as far as an alert looks at it. */
export interface AlertRow {
  readonly atMs: number;
  /** Requests of one person are no independent witnesses; the thread where nobody is known. */
  readonly person: string;
  readonly values: Readonly<Partial<Record<Dimension, string>>>;
  /** Null where it was not measured. Yes and no as 1 and 0, time in milliseconds, cost in US dollars. */
  readonly metrics: Readonly<Record<AlertMetric, number | null>>;
}

/** Two means of the alert's own metric. */
export interface Level {
  readonly incident: number;
  readonly baseline: number;
}

/** A segment that stands out in the incident against the time before. */
export interface Finding {
  readonly dimension: Dimension;
  readonly value: string;
  /** share: more of the traffic than before; effect: its metric grew more than that of the rest; both. */
  readonly kind: 'share' | 'effect' | 'both';
  readonly inIncident: number;
  readonly inBaseline: number;
  /** Distinct people behind it in the incident. */
  readonly people: number;
  /** Share in the incident divided by share in the baseline, both smoothed by half a request. */
  readonly lift: number;
  /** Two-sided, robust to people who ask a lot; of the stronger of share and effect. */
  readonly pValue: number;
  /** The metric in the segment and in all other requests; null where too little of it was measured. */
  readonly effect: { readonly metric: AlertMetric; readonly inside: Level; readonly outside: Level; readonly pValue: number } | null;
  /** Another finding that accounts for this one: within and without it, this one's share is as it was. */
  readonly explainedBy: { readonly dimension: Dimension; readonly value: string } | null;
}
