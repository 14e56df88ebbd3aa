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

/** How many requests carried a value of a dimension. */
export interface SegmentCount {
  readonly dimension: 'model' | 'position' | 'intent' | 'method' | 'outcome' | 'topic';
  readonly value: string;
  readonly requests: number;
}

/** A segment that stands out in the incident against the time before. */
export interface Finding {
  readonly dimension: SegmentCount['dimension'];
  readonly value: string;
  readonly inIncident: number;
  readonly inBaseline: number;
  /** Share in the incident divided by share in the baseline, both smoothed by half a request. */
  readonly lift: number;
  /** Two-sided p-value of the 2×2 table (log-likelihood ratio), corrected for the number of segments tried. */
  readonly pValue: number;
}
