// How far a difference of two times goes beyond what people who ask a lot bring about by chance.

export interface Contrast {
  /** In standard errors; 0 where nothing can be said. */
  readonly z: number;
  /** People who carry it, less one. */
  readonly degrees: number;
}

export const NOTHING: Contrast = { z: 0, degrees: 0 };

/** Of the segment now and before, and of all others now and before: how each mean counts in the difference. */
export type Signs = readonly [number, number, number, number];
export const GREW_MORE: Signs = [1, -1, -1, 1];
/** Of a segment that is new there is no before: it is held against all others, of its own time and of before. */
export const WORSE_NOW: Signs = [1, 0, -1, 0];
export const WORSE_THAN_BEFORE: Signs = [1, 0, 0, -1];

/** Fewer requests of a segment say nothing about its metric. */
const LEAST_MEASURED = 20;
/** Rows that a cell needs for the difference to be told. */
export const leastOf = (signs: Signs, cell: number): number => (cell < 2 || signs !== GREW_MORE ? LEAST_MEASURED : 1);

export interface Cell {
  size: number;
  sum: number;
}

/** Where all of a segment fail and none of the others do, nobody differs from anybody: half a request of each kind keeps that from being no spread. */
export function leastSpread(cells: readonly Cell[], factors: readonly number[]): number {
  return cells.reduce((spread, { size, sum }, at) => {
    const share = (sum + 0.5) / (size + 1);
    return spread + (size === 0 ? 0 : ((factors[at] ?? 0) ** 2 * share * (1 - share)) / size);
  }, 0);
}

interface Spread {
  /** Squared influence of each person on the difference, summed. */
  readonly squares: number;
  readonly people: number;
  readonly carriers: number;
  /** The variance is not below it. */
  readonly least: number;
}

/** One who asks steadily makes the spread small, not sure: no smaller than if each request were somebody's own. */
export function contrastOf(difference: number, { squares, people, carriers, least }: Spread): Contrast {
  const variance = Math.max(least, people > 1 ? (Math.max(0, squares) * people) / (people - 1) : 0);
  return variance > 0 && carriers >= 2 ? { z: difference / Math.sqrt(variance), degrees: carriers - 1 } : NOTHING;
}
