// Requests of two times as numbers: which values they carry, whose they are.
import { DIMENSIONS, type AlertMetric, type AlertRow, type Dimension } from './types.ts';

/** Senders choose names of models and routes: of one dimension the most frequent are looked at. */
const MAX_VALUES = 200;

export interface Segment {
  readonly dimension: Dimension;
  readonly value: string;
  readonly has: (row: TableRow) => boolean;
}

export interface TableRow {
  readonly isIncident: boolean;
  readonly person: number;
  /** By dimension, -1 where it has none. */
  readonly values: Int32Array;
  readonly metric: number | null;
}

export interface Table {
  readonly rows: readonly TableRow[];
  readonly incident: number;
  readonly baseline: number;
  readonly segments: readonly Segment[];
}

export function tableOf(incident: readonly AlertRow[], baseline: readonly AlertRow[], metric: AlertMetric): Table {
  const people = new Map<string, number>();
  const names = DIMENSIONS.map(() => new Map<string, { readonly at: number; count: number }>());
  const idOf = (map: Map<string, number>, key: string): number => {
    const known = map.get(key) ?? map.size;
    map.set(key, known);
    return known;
  };
  const toRow = (row: AlertRow, isIncident: boolean): TableRow => ({
    isIncident,
    person: idOf(people, row.person),
    values: Int32Array.from(DIMENSIONS, (dimension, at) => {
      const value = row.values[dimension];
      const known = names[at];
      if (value === undefined || !known) return -1;
      const entry = known.get(value) ?? { at: known.size, count: 0 };
      entry.count += 1;
      known.set(value, entry);
      return entry.at;
    }),
    metric: row.metrics[metric],
  });
  const rows = [...incident.map((row) => toRow(row, true)), ...baseline.map((row) => toRow(row, false))];
  const segments = DIMENSIONS.flatMap((dimension, column) =>
    [...(names[column] ?? [])]
      .toSorted(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
      .slice(0, MAX_VALUES)
      .map(([value, { at }]): Segment => ({ dimension, value, has: (row) => row.values[column] === at })),
  );
  return { rows, incident: incident.length, baseline: baseline.length, segments };
}
