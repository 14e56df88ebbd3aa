import { ClewError } from './errors.ts';
import { timeOf } from './time.ts';

export interface Range {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/**
 * What `from` and `to` of an address ask for, until now where it does not say until when.
 *
 * @param usualMs how long before `to` it begins where it does not say; undefined: with the first request
 * @throws ClewError invalid_query where it would end before it begins
 */
export function rangeOf(query: Readonly<Record<string, string | undefined>>, nowMs: number, usualMs: number | undefined): Range {
  const toMs = query['to'] === undefined ? nowMs + 1 : (timeOf(query['to']) ?? 0);
  const usualFromMs = usualMs === undefined ? 0 : toMs - usualMs;
  const fromMs = query['from'] === undefined ? usualFromMs : (timeOf(query['from']) ?? 0);
  if (fromMs >= toMs) throw new ClewError('invalid_query', 'parameter from must be before to');
  return { fromMs, toMs };
}
