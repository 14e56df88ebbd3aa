// What a bench measures, and how two of them are compared.

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Null where it was not measured; `note` says why. */
  readonly median: number | null;
  /** Lowest and highest of the runs. */
  readonly spread: readonly [number, number] | null;
  readonly runs: number;
  readonly note?: string;
}

export type Baseline = { readonly metrics: readonly Metric[] };

const rounded = (value: number): number => Number(value.toPrecision(4));

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Nearest rank: the value that so large a share does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function metric(name: string, unit: string, better: Metric['better'], values: readonly number[], note?: string): Metric {
  const known = values.filter((value) => Number.isFinite(value));
  return {
    name,
    unit,
    better,
    median: known.length === 0 ? null : rounded(median(known)),
    spread: known.length === 0 ? null : [rounded(Math.min(...known)), rounded(Math.max(...known))],
    runs: known.length,
    ...(note === undefined ? {} : { note }),
  };
}

/** One line a metric; with a baseline, how many times its median this one is. */
export function tableOf(metrics: readonly Metric[], baseline?: Baseline): string {
  const before = new Map(baseline?.metrics.map((one) => [one.name, one.median]));
  const width = Math.max(...metrics.map(({ name }) => name.length));
  return metrics
    .map(({ name, unit, median: value, spread, runs, note, better }) => {
      if (value === null) return `${name.padEnd(width)}  not measured: ${note ?? 'no run ended'}`;
      const last = before.get(name);
      const change =
        last === undefined || last === null || last === 0 ? '' : `  ×${(value / last).toFixed(2)} of the baseline (${better} is better)`;
      const range = spread && runs > 1 ? `  ${spread[0]}–${spread[1]} in ${runs} runs` : '';
      return `${name.padEnd(width)}  ${String(value).padStart(9)} ${unit}${range}${change}${note === undefined ? '' : `  (${note})`}`;
    })
    .join('\n');
}
