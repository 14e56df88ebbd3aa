// When one model began to behave otherwise: its threads in the order of time, each compared with others on its topic.
import { MEASURES, type Conversation, type Measure } from './conversations.ts';
import { discoveries, mean, seeded } from '../kernel/index.ts';

export interface ChangePoint {
  readonly measure: Measure;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Start of the first thread after the change, epoch milliseconds. */
  readonly atMs: number;
  readonly before: number;
  readonly after: number;
  readonly nBefore: number;
  readonly nAfter: number;
  /** Share of shufflings that show as clear a change somewhere. */
  readonly p: number;
}

interface Unit {
  readonly atMs: number;
  /** Mean distance from what is usual on its topic. */
  readonly rest: number;
  readonly values: readonly number[];
}

const LEAST_UNITS = 15;
const SHUFFLES = 999;
const ENOUGH = 10;
/** Shuffling takes time in proportion: the newest. */
const MAX_UNITS = 3_000;
const MAX_DEPTH = 3;
const DAY_MS = 86_400_000;

/** What holds at a false discovery rate of 5% over the measures; the newest first. The same threads give the same answer. */
export function changePoints(conversations: readonly Conversation[]): readonly ChangePoint[] {
  const ordered = conversations.toSorted((x, y) => x.startedAtMs - y.startedAtMs || (x.threadId < y.threadId ? -1 : 1));
  const found = (Object.keys(MEASURES) as Measure[]).flatMap((measure) => search(measure, unitsOf(ordered, measure), MAX_DEPTH));
  const held = discoveries(found.map(({ p }) => p));
  return found.filter((_, at) => held[at] === true).toSorted((x, y) => y.atMs - x.atMs);
}

/** One person's threads of a day count once: they are no independent witnesses. */
function unitsOf(ordered: readonly Conversation[], measure: Measure): readonly Unit[] {
  const seen = ordered.flatMap((one) => (one.values[measure] === null ? [] : [{ one, value: one.values[measure] }]));
  const all = seen.length === 0 ? 0 : mean(seen.map(({ value }) => value));
  const usual = new Map(
    [...Map.groupBy(seen, ({ one }) => one.topic?.id)].map(([topic, own]) => [
      topic,
      // A topic of few threads is pulled towards all of them.
      (own.reduce((sum, { value }) => sum + value, 0) + 5 * all) / (own.length + 5),
    ]),
  );
  const clusters = Map.groupBy(seen, ({ one }) => `${one.person} ${Math.floor(one.startedAtMs / DAY_MS)}`);
  return [...clusters.values()]
    .map((own) => ({
      atMs: Math.min(...own.map(({ one }) => one.startedAtMs)),
      rest: mean(own.map(({ one, value }) => value - (usual.get(one.topic?.id) ?? all))),
      values: own.map(({ value }) => value),
    }))
    .toSorted((x, y) => x.atMs - y.atMs)
    .slice(-MAX_UNITS);
}

function search(measure: Measure, units: readonly Unit[], depth: number): readonly ChangePoint[] {
  if (depth === 0 || units.length < 2 * LEAST_UNITS) return [];
  const rests = units.map(({ rest }) => rest);
  const { at, statistic } = clearest(rests);
  if (statistic <= 0) return [];
  const p = chanceOf(statistic, rests);
  const [before, after] = [units.slice(0, at), units.slice(at)];
  const { unit, better } = MEASURES[measure];
  const level = (side: readonly Unit[]): number => mean(side.flatMap(({ values }) => values));
  const size = (side: readonly Unit[]): number => side.reduce((sum, { values }) => sum + values.length, 0);
  const here: ChangePoint = {
    measure,
    unit,
    better,
    atMs: units[at]?.atMs ?? 0,
    before: level(before),
    after: level(after),
    nBefore: size(before),
    nAfter: size(after),
    p,
  };
  // Only a change that stands is worth looking for another one beside it.
  return p <= 0.01 ? [here, ...search(measure, before, depth - 1), ...search(measure, after, depth - 1)] : [here];
}

/** The split whose sides differ most, in squared standard errors. */
function clearest(values: readonly number[]): { readonly at: number; readonly statistic: number } {
  const n = values.length;
  const total = values.reduce((sum, value) => sum + value, 0);
  let [left, at, statistic] = [0, 0, 0];
  for (let split = 1; split < n; split += 1) {
    left += values[split - 1] ?? 0;
    if (split < LEAST_UNITS || n - split < LEAST_UNITS) continue;
    const difference = left / split - (total - left) / (n - split);
    const size = (difference * difference * split * (n - split)) / n;
    // Sums of equal numbers differ by rounding.
    if (size > statistic + 1e-12) [at, statistic] = [split, size];
  }
  return { at, statistic };
}

function chanceOf(statistic: number, values: readonly number[]): number {
  const draw = seeded(values.length);
  const shuffled = [...values];
  let asClear = 0;
  for (let round = 0; round < SHUFFLES; round += 1) {
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = Math.floor(draw() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] ?? 0, shuffled[last] ?? 0];
    }
    if (clearest(shuffled).statistic >= statistic) asClear += 1;
    // Besag and Clifford: ten as clear ones are enough to know that it is nothing, and their share is still a p-value.
    if (asClear === ENOUGH) return asClear / (round + 1);
  }
  return (asClear + 1) / (SHUFFLES + 1);
}
