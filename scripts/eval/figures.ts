// Small sums that all scores share.

/** Harmonic mean; 0 where both are. */
export const f1 = (precision: number, recall: number): number =>
  precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);

/** A share in percent, to a hundredth. */
export const percent = (share: number): number => Math.round(share * 10_000) / 100;

/** How often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
