// From counted verdicts to figures with intervals.
import { wilsonInterval } from '../kernel/index.ts';
import type { Bin, Figures, Share, Tally } from './types.ts';

const BINS = 10;

/** The share `part / whole` with Wilson's interval. */
export function shareOf(part: number, whole: number): Share {
  if (whole === 0) return { value: null, low: null, high: null };
  const [low, high] = wilsonInterval(part, whole);
  return { value: part / whole, low, high };
}

/** A beginning where nothing could have been joined says nothing of the linker. */
const counts = ({ kind, hadChoice }: Tally): boolean => hadChoice || kind !== 'true_new';

export function figuresOf(all: readonly Tally[]): Figures {
  const tallies = all.filter(counts);
  const of = (kind: Tally['kind']): number => tallies.reduce((sum, tally) => sum + (tally.kind === kind ? tally.count : 0), 0);
  const [trueJoin, falseJoin, missedJoin] = [of('true_join'), of('false_join'), of('missed_join')];
  const [trueNew, falseNew] = [of('true_new'), of('false_new')];
  return {
    n: trueJoin + falseJoin + missedJoin + trueNew + falseNew,
    trueJoin,
    falseJoin,
    missedJoin,
    trueNew,
    falseNew,
    beyondReach: tallies.reduce((sum, { beyondReach }) => sum + beyondReach, 0),
    precision: shareOf(trueJoin, trueJoin + falseJoin + missedJoin),
    recall: shareOf(trueJoin, trueJoin + missedJoin + falseNew),
  };
}

const isRight = ({ kind }: Tally): boolean => kind === 'true_join' || kind === 'true_new';

/** What was stated beside what turned out, by tenths of the stated confidence; of decisions between threads only. */
export function reliabilityOf(tallies: readonly Tally[]): readonly Bin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const own = tallies.filter((tally) => tally.bin === bin && tally.hadChoice);
    const n = own.reduce((sum, { count }) => sum + count, 0);
    const right = own.reduce((sum, tally) => sum + (isRight(tally) ? tally.count : 0), 0);
    const stated = own.reduce((sum, tally) => sum + tally.stated, 0);
    return { from: bin / BINS, to: (bin + 1) / BINS, n, stated: n === 0 ? null : stated / n, right: n === 0 ? null : right / n };
  });
}

/** Expected calibration error: the mean distance between stated and right, by how many decisions a bin has. */
export function calibrationError(bins: readonly Bin[]): number | null {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  if (n === 0) return null;
  return bins.reduce((sum, bin) => sum + (bin.n * Math.abs((bin.stated ?? 0) - (bin.right ?? 0))) / n, 0);
}
