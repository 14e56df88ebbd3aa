// The contrasts of a segment within the strata of another one, each stratum counted by how much it can tell.
import { contrastOf, leastOf, leastSpread, NOTHING, type Cell, type Contrast, type Signs } from './spread.ts';
import type { Segment, Table } from './table.ts';

/** By row: 1 where it has the segment. */
function maskOf(table: Table, { rows }: Segment): Uint8Array {
  const mask = new Uint8Array(table.person.length);
  for (const at of rows) mask[at] = 1;
  return mask;
}

/** Whether more of the requests are in the segment than before. */
export function shareIn(table: Table, segment: Segment, given: Segment): Contrast {
  const { isIncident, person, people } = table;
  const [has, stratum] = [maskOf(table, segment), maskOf(table, given)];
  // Without and with the other one, each before and now.
  const sizes = new Float64Array(4);
  const own = new Float64Array(4);
  for (let at = 0; at < person.length; at += 1) {
    const cell = 2 * (stratum[at] ?? 0) + (isIncident[at] ?? 0);
    sizes[cell] = (sizes[cell] ?? 0) + 1;
    own[cell] = (own[cell] ?? 0) + (has[at] ?? 0);
  }
  const weights = [0, 2].map((from) => {
    const [before, now] = [sizes[from] ?? 0, sizes[from + 1] ?? 0];
    return before === 0 || now === 0 ? 0 : (before * now) / (before + now);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return NOTHING;
  let [difference, binomial] = [0, 0];
  const pooled = [0, 2].map((from) => {
    const weight = (weights[from / 2] ?? 0) / total;
    const [before, now] = [sizes[from] ?? 0, sizes[from + 1] ?? 0];
    const share = ((own[from] ?? 0) + (own[from + 1] ?? 0)) / Math.max(1, before + now);
    if (weight > 0) {
      difference += weight * ((own[from + 1] ?? 0) / now - (own[from] ?? 0) / before);
      binomial += weight * weight * share * (1 - share) * (1 / now + 1 / before);
    }
    return share;
  });
  const rates = [...sizes].map((size, cell) => ((cell % 2 === 1 ? 1 : -1) * (weights[cell >> 1] ?? 0)) / total / Math.max(1, size));
  const influence = new Float64Array(people);
  const carries = new Uint8Array(people);
  for (let at = 0; at < person.length; at += 1) {
    const [which, who] = [stratum[at] ?? 0, person[at] ?? 0];
    if (weights[which] === 0) continue;
    if (has[at] === 1) carries[who] = 1;
    const moved = (rates[2 * which + (isIncident[at] ?? 0)] ?? 0) * ((has[at] ?? 0) - (pooled[which] ?? 0));
    influence[who] = (influence[who] ?? 0) + moved;
  }
  return contrastOf(difference, { ...spreadOf(influence, carries), least: binomial });
}

/** Whether the metric of the segment grew more than that of all others, or is higher: as `signs` say. */
export function effectIn(
  table: Table,
  segment: Segment,
  { given, signs, isYesOrNo }: { readonly given: Segment; readonly signs: Signs; readonly isYesOrNo: boolean },
): Contrast {
  const { isIncident, person, metric, people } = table;
  const [has, stratum] = [maskOf(table, segment), maskOf(table, given)];
  const cellOf = (at: number): number => 4 * (stratum[at] ?? 0) + (has[at] === 1 ? 0 : 2) + (isIncident[at] === 1 ? 0 : 1);
  const cells = Array.from({ length: 8 }, (): Cell => ({ size: 0, sum: 0 }));
  for (let at = 0; at < person.length; at += 1) {
    const value = metric[at] ?? NaN;
    const cell = cells[cellOf(at)];
    if (Number.isNaN(value) || cell === undefined) continue;
    cell.size += 1;
    cell.sum += value;
  }
  const weights = [0, 4].map((from) => {
    const used = signs.flatMap((sign, cell) => (sign === 0 ? [] : [{ size: cells[from + cell]?.size ?? 0, least: leastOf(signs, cell) }]));
    return used.every((one) => one.size >= one.least) ? 1 / used.reduce((sum, one) => sum + 1 / one.size, 0) : 0;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return NOTHING;
  const factors = cells.map((_, at) => ((signs[at % 4] ?? 0) * (weights[at >> 2] ?? 0)) / total);
  const means = cells.map(({ size, sum }) => sum / Math.max(1, size));
  const rates = factors.map((factor, at) => factor / Math.max(1, cells[at]?.size ?? 1));
  const influence = new Float64Array(people);
  const carries = new Uint8Array(people);
  for (let at = 0; at < person.length; at += 1) {
    const value = metric[at] ?? NaN;
    const cell = cellOf(at);
    const rate = rates[cell] ?? 0;
    if (Number.isNaN(value) || rate === 0) continue;
    const who = person[at] ?? 0;
    if (has[at] === 1) carries[who] = 1;
    influence[who] = (influence[who] ?? 0) + rate * (value - (means[cell] ?? 0));
  }
  const difference = factors.reduce((sum, factor, at) => sum + factor * (means[at] ?? 0), 0);
  return contrastOf(difference, { ...spreadOf(influence, carries), least: isYesOrNo ? leastSpread(cells, factors) : 0 });
}

function spreadOf(influence: Float64Array, carries: Uint8Array): { squares: number; people: number; carriers: number } {
  return {
    squares: influence.reduce((sum, value) => sum + value * value, 0),
    people: influence.length,
    carriers: carries.reduce((sum, value) => sum + value, 0),
  };
}
