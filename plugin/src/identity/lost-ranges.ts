// Numbers of runs that were lost on the way, as ranges. Bounded: where there are too many, the two that lie closest become
// one, which says of the numbers between no more than that they may be lost; what arrived is not missing either way.
import { MAX_LOST_RANGES, type LostRange } from '#contract';

/** Why, where neighbours with different reasons had to become one range. */
const SEVERAL = 'several';

export class LostRanges {
  /** In order, apart from each other. */
  #ranges: LostRange[] = [];

  constructor(ranges: readonly LostRange[] = []) {
    for (const range of ranges) this.add(range);
  }

  get all(): readonly LostRange[] {
    return this.#ranges;
  }

  add(added: LostRange): void {
    const touches = ({ from, to, reason }: LostRange): boolean =>
      (from <= added.to && to >= added.from) || (reason === added.reason && (to + 1 === added.from || added.to + 1 === from));
    const joined = this.#ranges.filter(touches).reduce(join, added);
    this.#ranges = [...this.#ranges.filter((range) => !touches(range)), joined].sort((a, b) => a.from - b.from);
    while (this.#ranges.length > MAX_LOST_RANGES) this.#joinClosest();
  }

  #joinClosest(): void {
    let closest = 1;
    for (let index = 2; index < this.#ranges.length; index += 1) if (this.#gapBefore(index) < this.#gapBefore(closest)) closest = index;
    const [left, right] = this.#ranges.slice(closest - 1, closest + 1);
    if (left && right) this.#ranges.splice(closest - 1, 2, join(left, right));
  }

  #gapBefore(index: number): number {
    return (this.#ranges[index]?.from ?? 0) - (this.#ranges[index - 1]?.to ?? 0);
  }
}

function join(a: LostRange, b: LostRange): LostRange {
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to), reason: a.reason === b.reason ? a.reason : SEVERAL };
}
