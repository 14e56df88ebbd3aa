import type { Share } from './views.ts';

/** The normal quantile of a two-sided 95% interval. */
const Z = 1.959964;

/** A share with Wilson's score interval, which holds for small counts and shares near 0 and 1. None of none: 0, from 0 to 1. */
export function wilson(succeeded: number, threads: number): Share {
  if (threads === 0) return { threads, succeeded, share: 0, low: 0, high: 1 };
  const share = succeeded / threads;
  const denominator = 1 + Z ** 2 / threads;
  const middle = (share + Z ** 2 / (2 * threads)) / denominator;
  const half = (Z / denominator) * Math.sqrt((share * (1 - share)) / threads + Z ** 2 / (4 * threads ** 2));
  return { threads, succeeded, share, low: Math.max(0, Math.min(share, middle - half)), high: Math.min(1, Math.max(share, middle + half)) };
}
