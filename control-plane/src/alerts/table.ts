// Requests of two times as columns of numbers: which values they carry, whose they are. Tens of thousands of requests are held
// against thousands of segments, so that a segment knows its own rows and nobody walks over all of them for it.
import { DIMENSIONS, type AlertMetric, type AlertRow, type Dimension } from './types.ts';

/** Senders choose names of models and routes: of one dimension the most frequent are looked at. */
const MAX_VALUES = 200;

export interface Segment {
  readonly dimension: Dimension;
  readonly value: string;
  /** Places of its rows. */
  readonly rows: readonly number[];
}

export interface Table {
  /** Rows of both times; 1 in the incident. */
  readonly isIncident: Uint8Array;
  /** From 0 on, below `people`. */
  readonly person: Int32Array;
  /** NaN: it was not measured. */
  readonly metric: Float64Array;
  readonly atMs: Float64Array;
  readonly people: number;
  /** How many rows each time has. */
  readonly incident: number;
  readonly baseline: number;
  readonly segments: readonly Segment[];
}

export function tableOf(incident: readonly AlertRow[], baseline: readonly AlertRow[], metric: AlertMetric): Table {
  const rows = [...incident, ...baseline];
  const people = new Map<string, number>();
  const named = DIMENSIONS.map(() => new Map<string, number[]>());
  const table = {
    isIncident: Uint8Array.from(rows, (_, at) => (at < incident.length ? 1 : 0)),
    person: Int32Array.from(rows, ({ person }) => idOf(people, person)),
    metric: Float64Array.from(rows, ({ metrics }) => (metric === 'requests' ? NaN : (metrics[metric] ?? NaN))),
    atMs: Float64Array.from(rows, ({ atMs }) => atMs),
  };
  for (const [at, { values }] of rows.entries()) {
    for (const [column, dimension] of DIMENSIONS.entries()) {
      const value = values[dimension];
      if (value === undefined) continue;
      const own = named[column]?.get(value);
      if (own) own.push(at);
      else named[column]?.set(value, [at]);
    }
  }
  const segments = DIMENSIONS.flatMap((dimension, column) =>
    [...(named[column] ?? [])]
      .toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
      .slice(0, MAX_VALUES)
      .map(([value, own]): Segment => ({ dimension, value, rows: own })),
  );
  return { ...table, people: people.size, incident: incident.length, baseline: baseline.length, segments };
}

function idOf(known: Map<string, number>, name: string): number {
  const id = known.get(name) ?? known.size;
  known.set(name, id);
  return id;
}
