// Differences between incident and baseline, with a spread that is robust to people who ask a lot.
import type { TableRow } from './table.ts';

export interface Contrast {
  /** Incident minus baseline. */
  readonly difference: number;
  /** In standard errors; 0 where nothing can be said. */
  readonly z: number;
  /** People who carry it, less one. */
  readonly degrees: number;
}

const NOTHING: Contrast = { difference: 0, z: 0, degrees: 0 };

/**
 * Whether more of the requests are in the segment than before, within the strata of another segment where one is given: what
 * is over-represented only because the other one is, is not within them.
 */
export function shareContrast(
  rows: readonly TableRow[],
  has: (row: TableRow) => boolean,
  stratum: (row: TableRow) => boolean = () => false,
): Contrast {
  const sizes = [count(rows, (row) => !stratum(row)), count(rows, stratum)];
  const inside = [count(rows, (row) => !stratum(row) && has(row)), count(rows, (row) => stratum(row) && has(row))];
  const weights = sizes.map(({ incident, baseline }) =>
    incident === 0 || baseline === 0 ? 0 : (incident * baseline) / (incident + baseline),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return NOTHING;
  let [difference, binomial] = [0, 0];
  const pooled = sizes.map((size, at) => {
    const weight = (weights[at] ?? 0) / total;
    const own = inside[at] ?? { incident: 0, baseline: 0 };
    const share = (own.incident + own.baseline) / Math.max(1, size.incident + size.baseline);
    if (weight > 0) {
      difference += weight * (own.incident / size.incident - own.baseline / size.baseline);
      binomial += weight * weight * share * (1 - share) * (1 / size.incident + 1 / size.baseline);
    }
    return share;
  });
  const influence = new Map<number, number>();
  const carriers = new Set<number>();
  for (const row of rows) {
    const at = stratum(row) ? 1 : 0;
    const weight = (weights[at] ?? 0) / total;
    const size = sizes[at];
    if (weight === 0 || !size) continue;
    const isIn = has(row);
    if (isIn) carriers.add(row.person);
    const rest = (isIn ? 1 : 0) - (pooled[at] ?? 0);
    const moved = row.isIncident ? rest / size.incident : -rest / size.baseline;
    influence.set(row.person, (influence.get(row.person) ?? 0) + weight * moved);
  }
  return contrast(difference, influence, carriers.size - 1, binomial);
}

/**
 * Whether the metric of the segment grew more than that of all others. Rows without the metric are left out.
 * `levels`: means in the segment now and before, and elsewhere now and before; null where nothing was measured.
 */
export function effectContrast(
  rows: readonly TableRow[],
  has: (row: TableRow) => boolean,
): Contrast & { readonly levels: readonly (number | null)[] } {
  const sums = [0, 0, 0, 0];
  const sizes = [0, 0, 0, 0];
  const cellOf = (row: TableRow): number => (has(row) ? 0 : 2) + (row.isIncident ? 0 : 1);
  for (const row of rows) {
    if (row.metric === null) continue;
    const cell = cellOf(row);
    sums[cell] = (sums[cell] ?? 0) + row.metric;
    sizes[cell] = (sizes[cell] ?? 0) + 1;
  }
  const means = sums.map((sum, cell) => sum / Math.max(1, sizes[cell] ?? 0));
  const levels = means.map((mean, cell) => (sizes[cell] === 0 ? null : mean));
  if (Math.min(...sizes.slice(0, 2)) < LEAST_MEASURED || Math.min(...sizes.slice(2)) === 0) return { ...NOTHING, levels };
  const [inNow = 0, inBefore = 0, outNow = 0, outBefore = 0] = means;
  const influence = new Map<number, number>();
  const carriers = new Set<number>();
  const signs = [1, -1, -1, 1];
  for (const row of rows) {
    if (row.metric === null) continue;
    const cell = cellOf(row);
    if (cell < 2) carriers.add(row.person);
    const moved = ((signs[cell] ?? 0) * (row.metric - (means[cell] ?? 0))) / (sizes[cell] ?? 1);
    influence.set(row.person, (influence.get(row.person) ?? 0) + moved);
  }
  return { ...contrast(inNow - inBefore - (outNow - outBefore), influence, carriers.size - 1, 0), levels };
}

/** Fewer requests of a segment say nothing about its metric. */
const LEAST_MEASURED = 20;

function contrast(difference: number, influence: ReadonlyMap<number, number>, degrees: number, least: number): Contrast {
  let squares = 0;
  for (const value of influence.values()) squares += value * value;
  const people = influence.size;
  // One who asks steadily makes the spread small, not sure: no smaller than if each request were somebody's own.
  const variance = Math.max(least, people > 1 ? (squares * people) / (people - 1) : 0);
  return variance > 0 && degrees >= 1 ? { difference, z: difference / Math.sqrt(variance), degrees } : NOTHING;
}

function count(rows: readonly TableRow[], test: (row: TableRow) => boolean): { readonly incident: number; readonly baseline: number } {
  let [incident, baseline] = [0, 0];
  for (const row of rows) {
    if (!test(row)) continue;
    if (row.isIncident) incident += 1;
    else baseline += 1;
  }
  return { incident, baseline };
}
