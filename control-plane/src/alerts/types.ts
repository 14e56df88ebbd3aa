/** One alert as its sender told it; labels are the operator's own words. */
export interface Alert {
  readonly id: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /** Null while it fires. */
  readonly endsAtMs: number | null;
  /** When it was first heard of. */
  readonly receivedAtMs: number;
  /** When it was last heard of: senders repeat an alert while it fires. */
  readonly heardAtMs: number;
  readonly settings: AlertSettings;
}

/** What the sender wants looked at; null: the usual. */
export interface AlertSettings {
  readonly metric: AlertMetric | null;
  /** Where the time of the incident begins: a rule with `for` fires some time after what it is about began. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** What the incident is compared with. */
  readonly baseline: TimeRange | null;
}

/** From `fromMs` on and before `toMs`, epoch milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What requests may have in common. How they ended is none of it: that is what alerts are about. */
export const DIMENSIONS = [
  'model',
  'route',
  'service',
  'consumer',
  'topic',
  'prompt',
  'verdict',
  'variant',
  'position',
  'intent',
  'followUp',
  'method',
  'pattern',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What an alert is about. */
export const METRICS = ['errors', 'blocks', 'latency', 'corrections', 'cost', 'requests'] as const;
export type AlertMetric = (typeof METRICS)[number];
/** What each request has one of; how many requests there are is the number of rows. */
export type RowMetric = Exclude<AlertMetric, 'requests'>;

/** One request, as far as an alert looks at it. */
export interface AlertRow {
  readonly atMs: number;
  /** Requests of one person are no independent witnesses; the thread where nobody is known. */
  readonly person: string;
  /** Absent: it is nobody's example. */
  readonly thread?: string;
  readonly values: Readonly<Partial<Record<Dimension, string>>>;
  /** Null where it was not measured. Yes and no as 1 and 0, time in milliseconds, cost in US dollars. */
  readonly metrics: Readonly<Record<RowMetric, number | null>>;
}

/** Two means of the alert's own metric, of `requests` how many an hour; null where nothing of it was measured, as of a model that is new. */
export interface Level {
  readonly incident: number | null;
  readonly baseline: number | null;
}

/** A segment that stands out in the incident against the time before. */
export interface Finding {
  readonly dimension: Dimension;
  readonly value: string;
  /**
   * share: more of the traffic than before; effect: its metric grew more than that of the rest; both. less: less of the traffic
   * than before, or none, where the alert is about requests that became fewer.
   */
  readonly kind: 'share' | 'effect' | 'both' | 'less';
  readonly inIncident: number;
  readonly inBaseline: number;
  /** Of all requests of each time, 0…1. */
  readonly share: { readonly incident: number; readonly baseline: number };
  /** Distinct people behind it in the incident; of what there is less of, before it. */
  readonly people: number;
  /** Share in the incident divided by share in the baseline, both smoothed by half a request. */
  readonly lift: number;
  /** One-sided, robust to people who ask a lot; of the stronger of share and effect. */
  readonly pValue: number;
  /** Least false discovery rate at which it stands (Benjamini and Hochberg), over all segments that were looked at. */
  readonly qValue: number;
  /** The metric in the segment and in all other requests; null where it was not measured in the incident. */
  readonly effect: {
    readonly metric: AlertMetric;
    readonly inside: Level;
    readonly outside: Level;
    /** Null where too little was measured to say. */
    readonly pValue: number | null;
  } | null;
  /** Another finding that accounts for this one: within and without it, this one's share is as it was. */
  readonly explainedBy: { readonly dimension: Dimension; readonly value: string } | null;
  /** Of what there is less of: when its last request began. */
  readonly lastAtMs?: number;
}

/** Something that became different around the beginning of an incident. */
export interface AlertChange {
  readonly kind:
    'model' | 'prompt' | 'tools' | 'parameters' | 'context' | 'routing' | 'manifest' | 'policy' | 'deploy' | 'gateway' | 'other';
  /** What it is the change of: a JSON pointer into run records, or the name of a service. */
  readonly what: string;
  /** Name, number or digest; null: the field is absent. */
  readonly value: string | null;
  readonly how: 'appeared' | 'gone' | 'more' | 'less' | 'took effect';
  /** When it was first seen after the beginning, or took effect; null where nobody knows. */
  readonly atMs: number | null;
  /** Shares of runs before and after, 0…1; null for what is no value of runs. */
  readonly share: { readonly before: number; readonly after: number } | null;
  /** Run ids to compare: one of before, one of after. */
  readonly example: { readonly a: string; readonly b: string } | null;
}

/** What was found out about an alert, as of a moment. */
export interface Explanation {
  readonly atMs: number;
  /** As of which status. */
  readonly status: Alert['status'];
  readonly metric: AlertMetric;
  readonly window: TimeRange;
  readonly baseline: TimeRange;
  /** The same time of the day before was looked at too. */
  readonly dayBefore: TimeRange | null;
  readonly requests: number;
  readonly baselineRequests: number;
  /** Only the newest requests of a time were looked at: there were more. */
  readonly isCapped: boolean;
  /** The metric over all requests. Absent from explanations of before it was kept. */
  readonly level?: Level;
  readonly findings: readonly Finding[];
  readonly changes: readonly AlertChange[];
}

/** Threads that show a finding, those that fare worst by the alert's metric first. */
export interface FindingThread {
  /** Place of the finding in its explanation. */
  readonly finding: number;
  readonly threadId: string;
  readonly person: string;
}

/** A deploy that somebody told of. */
export interface Deploy {
  readonly id: string;
  readonly atMs: number;
  readonly service: string;
  readonly version: string | null;
}
