// What the list shows while data arrives. Rows must not move under the reader's eyes or pointer, so their order can be
// held; what would have come in between is counted instead.
import type { ThreadSummary } from '../api/views.ts';

/** Id -> time by which the row was placed when the order was taken. */
export type HeldOrder = ReadonlyMap<string, string>;

export interface Arrangement {
  readonly rows: readonly ThreadSummary[];
  readonly held: HeldOrder;
  /** Threads that are new or moved up since the order was taken. */
  readonly pending: number;
}

const newestFirst = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[1] < b[1] ? 1 : a[1] > b[1] ? -1 : a[0] < b[0] ? -1 : 1;

/** Rows by the order that is held, or newest first when none is. Older rows than any held join at the end. */
export function arrange(known: ReadonlyMap<string, ThreadSummary>, held: HeldOrder | undefined): Arrangement {
  const keys = new Map<string, string>();
  let pending = 0;
  const oldest = held === undefined ? '' : [...held.values()].reduce((low, time) => (time < low ? time : low), '\u{FFFF}');
  for (const [id, thread] of known) {
    const time = held === undefined ? thread.lastAt : (held.get(id) ?? (thread.lastAt <= oldest ? thread.lastAt : undefined));
    if (time !== undefined) keys.set(id, time);
    if (time !== thread.lastAt) pending += 1;
  }
  const rows = [...keys].sort(newestFirst).flatMap(([id]) => known.get(id) ?? []);
  return { rows, held: keys, pending };
}

/**
 * Takes a fresh first page into what is known. What should stand on that page and does not is gone: merged, erased or
 * no longer matching. A page that is empty and leads on says nothing of older ones.
 */
export function takeFirstPage(
  known: ReadonlyMap<string, ThreadSummary>,
  page: readonly ThreadSummary[],
  isLast: boolean,
): Map<string, ThreadSummary> {
  const fresh = new Map(page.map((thread) => [thread.id, thread]));
  const end = page.at(-1)?.lastAt ?? (isLast ? '' : '\u{FFFF}');
  for (const [id, thread] of known) if (!fresh.has(id) && !isLast && thread.lastAt <= end) fresh.set(id, thread);
  return fresh;
}
