// Differences between incident and baseline, with a spread that is robust to people who ask a lot. Within the strata of another
// segment all rows are walked over; without, only those of the segment, and sums over everybody stand for the others.
import {
  contrastOf,
  GREW_MORE,
  leastOf,
  leastSpread,
  NOTHING,
  WORSE_NOW,
  WORSE_THAN_BEFORE,
  type Cell,
  type Contrast,
  type Signs,
} from './spread.ts';
import { effectIn, shareIn } from './strata.ts';
import type { Segment, Table } from './table.ts';

/** Means of a metric in the segment now and before, and elsewhere now and before; null where nothing was measured. */
export type Levels = readonly [number | null, number | null, number | null, number | null];

export interface Contrasts {
  /** Whether more of the requests are in the segment than before. */
  share(segment: Segment): Contrast;
  /**
   * Whether the metric of the segment grew more than that of all others; of a segment that is new, whether it is higher than that of
   * all others, now and before. Rows without the metric are left out.
   */
  effect(segment: Segment): Contrast & { readonly levels: Levels };
  /** The same within the strata of another segment: what there is more of only because there is more of the other one is not within them. */
  shareWithin(segment: Segment, given: Segment): Contrast;
  effectWithin(segment: Segment, given: Segment): Contrast;
}

/** What grew by so much from next to nothing is new. */
const NEW_LIFT = 5;

export function createContrasts(table: Table): Contrasts {
  const everybody = everybodyIn(table);
  const isYesOrNo = table.metric.every((value) => Number.isNaN(value) || value === 0 || value === 1);
  const effect = (segment: Segment): Contrast & { readonly levels: Levels } => {
    const own = ownOf(table, segment);
    const cells = [own.now, own.before, less(everybody.now, own.now), less(everybody.before, own.before)];
    const [a = null, b = null, c = null, d = null] = cells.map(({ size, sum }) => (size === 0 ? null : sum / size));
    const levels: Levels = [a, b, c, d];
    return { ...byNewness(isNewIn(everybody, own), (signs) => effectOf(everybody, own, { cells, signs, isYesOrNo })), levels };
  };
  return {
    share: (segment) => shareOf(table, everybody, segment),
    effect,
    shareWithin: (segment, given) => shareIn(table, segment, given),
    effectWithin: (segment, given) =>
      byNewness(isNewIn(everybody, ownOf(table, segment)), (signs) => effectIn(table, segment, { given, signs, isYesOrNo })),
  };
}

function byNewness(isNew: boolean, contrast: (signs: Signs) => Contrast): Contrast {
  if (!isNew) return contrast(GREW_MORE);
  const [now, before] = [contrast(WORSE_NOW), contrast(WORSE_THAN_BEFORE)];
  // Where hardly anybody is left outside it now, before is all there is to compare with.
  return now.degrees === 0 || (before.degrees > 0 && before.z < now.z) ? before : now;
}

/** Hardly any before: when an incident began is known to some minutes only, so that a few of its first requests may lie before it. */
function isNewIn(everybody: Everybody, own: Own): boolean {
  if (own.before.size >= leastOf(GREW_MORE, 1)) return false;
  return own.now.size / Math.max(1, everybody.now.size) >= NEW_LIFT * (own.before.size / Math.max(1, everybody.before.size));
}

const less = (all: Cell, own: Cell): Cell => ({ size: all.size - own.size, sum: all.sum - own.sum });

/** Sums over people that give the spread of any segment's contrast, but for the people who are in it. */
interface Everybody {
  /** By person: rows now over all rows now, less the same before. */
  readonly tilt: Float64Array;
  readonly tiltSquares: number;
  /** Four a person: sum of the metric and measured rows, now, then before. */
  readonly measured: Float64Array;
  /** Products of the four, summed over people: 4 × 4. */
  readonly products: Float64Array;
  readonly now: Cell;
  readonly before: Cell;
}

function everybodyIn({ isIncident, person, metric, people, incident, baseline }: Table): Everybody {
  const tilt = new Float64Array(people);
  const measured = new Float64Array(4 * people);
  const [now, before]: [Cell, Cell] = [
    { size: 0, sum: 0 },
    { size: 0, sum: 0 },
  ];
  for (let at = 0; at < person.length; at += 1) {
    const who = person[at] ?? 0;
    const isNow = isIncident[at] === 1;
    tilt[who] = (tilt[who] ?? 0) + (isNow ? 1 / incident : -1 / baseline);
    const value = metric[at] ?? NaN;
    if (Number.isNaN(value)) continue;
    const cell = isNow ? now : before;
    cell.size += 1;
    cell.sum += value;
    const place = 4 * who + (isNow ? 0 : 2);
    measured[place] = (measured[place] ?? 0) + value;
    measured[place + 1] = (measured[place + 1] ?? 0) + 1;
  }
  const products = new Float64Array(16);
  for (let who = 0; who < people; who += 1)
    for (let cell = 0; cell < 16; cell += 1)
      products[cell] = (products[cell] ?? 0) + (measured[4 * who + (cell >> 2)] ?? 0) * (measured[4 * who + (cell & 3)] ?? 0);
  return { tilt, tiltSquares: tilt.reduce((sum, value) => sum + value * value, 0), measured, products, now, before };
}

function shareOf(table: Table, { tilt, tiltSquares }: Everybody, { rows }: Segment): Contrast {
  const { isIncident, person, people, incident, baseline } = table;
  const carried = new Map<number, number>();
  let now = 0;
  for (const at of rows) {
    const who = person[at] ?? 0;
    now += isIncident[at] ?? 0;
    carried.set(who, (carried.get(who) ?? 0) + (isIncident[at] === 1 ? 1 / incident : -1 / baseline));
  }
  const share = rows.length / Math.max(1, incident + baseline);
  let squares = share * share * tiltSquares;
  for (const [who, own] of carried) {
    const usual = share * (tilt[who] ?? 0);
    squares += (own - usual) ** 2 - usual * usual;
  }
  const binomial = share * (1 - share) * (1 / incident + 1 / baseline);
  return contrastOf(now / incident - (rows.length - now) / baseline, { squares, people, carriers: carried.size, least: binomial });
}

interface Own {
  readonly now: Cell;
  readonly before: Cell;
  /** By person, as `Everybody.measured`. */
  readonly measured: Map<number, number[]>;
}

function ownOf({ isIncident, person, metric }: Table, { rows }: Segment): Own {
  const own: Own = { now: { size: 0, sum: 0 }, before: { size: 0, sum: 0 }, measured: new Map() };
  for (const at of rows) {
    const value = metric[at] ?? NaN;
    if (Number.isNaN(value)) continue;
    const isNow = isIncident[at] === 1;
    const cell = isNow ? own.now : own.before;
    cell.size += 1;
    cell.sum += value;
    const who = person[at] ?? 0;
    const sums = own.measured.get(who) ?? [0, 0, 0, 0];
    const place = isNow ? 0 : 2;
    sums[place] = (sums[place] ?? 0) + value;
    sums[place + 1] = (sums[place + 1] ?? 0) + 1;
    own.measured.set(who, sums);
  }
  return own;
}

function effectOf(
  { measured, products }: Everybody,
  own: Own,
  { cells, signs, isYesOrNo }: { readonly cells: readonly Cell[]; readonly signs: Signs; readonly isYesOrNo: boolean },
): Contrast {
  if (signs.some((sign, cell) => sign !== 0 && (cells[cell]?.size ?? 0) < leastOf(signs, cell))) return NOTHING;
  const means = cells.map(({ size, sum }) => sum / Math.max(1, size));
  const rates = signs.map((sign, cell) => sign / Math.max(1, cells[cell]?.size ?? 1));
  // What one more row of the metric, and one more row at all, move: of the segment now and before, then of the others.
  const weightsOf = (cell: number): readonly number[] => {
    const rate = rates[cell] ?? 0;
    return [rate, -rate * (means[cell] ?? 0)];
  };
  const inside = [...weightsOf(0), ...weightsOf(1)];
  const outside = [...weightsOf(2), ...weightsOf(3)];
  let squares = 0;
  for (let cell = 0; cell < 16; cell += 1) squares += (outside[cell >> 2] ?? 0) * (outside[cell & 3] ?? 0) * (products[cell] ?? 0);
  for (const [who, sums] of own.measured) {
    let [usual, own] = [0, 0];
    for (let at = 0; at < 4; at += 1) {
      const [all, mine] = [measured[4 * who + at] ?? 0, sums[at] ?? 0];
      usual += (outside[at] ?? 0) * all;
      own += (inside[at] ?? 0) * mine + (outside[at] ?? 0) * (all - mine);
    }
    squares += own * own - usual * usual;
  }
  const difference = signs.reduce((sum, sign, cell) => sum + sign * (means[cell] ?? 0), 0);
  const carriers = [...own.measured.values()].filter((sums) => signs[1] !== 0 || (sums[1] ?? 0) > 0).length;
  const least = isYesOrNo ? leastSpread(cells, signs) : 0;
  return contrastOf(difference, { squares, people: measured.length / 4, carriers, least });
}
