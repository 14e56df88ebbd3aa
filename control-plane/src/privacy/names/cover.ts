// What a list of findings covers, asked in logarithmic time: a hostile text may hold thousands of each kind.
import { mergeFindings, type Finding } from '#redact';

export interface Cover {
  /** True where a finding has a character in [start, end). */
  overlaps(start: number, end: number): boolean;
  /** End of the last finding that ends at or before `offset`; 0 where none does. */
  endBefore(offset: number): number;
  /** Start of the first finding that starts at or behind `offset`; the text's size where none does. */
  startBehind(offset: number): number;
}

export function coverOf(findings: readonly Finding[], size: number): Cover {
  const merged = mergeFindings(findings, size);
  /** Index of the first finding that ends behind the offset. */
  const firstBehind = (offset: number): number => {
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((merged[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    overlaps: (start, end) => (merged[firstBehind(start)]?.start ?? Infinity) < end,
    endBefore: (offset) => merged[firstBehind(offset) - 1]?.end ?? 0,
    startBehind: (offset) => {
      const index = firstBehind(offset);
      const start = merged[index]?.start ?? size;
      return start >= offset ? start : (merged[index + 1]?.start ?? size);
    },
  };
}
