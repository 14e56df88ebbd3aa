import { wilsonInterval } from '../kernel/index.ts';
import type { Share } from './views.ts';

/** A share with Wilson's score interval. None of none: 0, from 0 to 1. */
export function wilson(succeeded: number, threads: number): Share {
  const [low, high] = wilsonInterval(succeeded, threads);
  return { threads, succeeded, share: threads === 0 ? 0 : succeeded / threads, low, high };
}
