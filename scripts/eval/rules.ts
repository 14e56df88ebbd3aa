// The two rules that ours is held against: what anybody would write first.
import type { FoundTurn, TrueTurn } from './threads.ts';

const GAP_SECONDS = 30 * 60;
const WINDOW_SECONDS = 24 * 3600;
const COSINE = 0.75;

/** Joins the user's newest thread when its last request is at most 30 minutes old. */
export function gapRule(rows: readonly TrueTurn[]): Map<string, FoundTurn> {
  return eachInOrder(rows, (row, earlier) => {
    const last = earlier.at(-1);
    return last !== undefined && row.ts - last.ts <= GAP_SECONDS ? last : undefined;
  });
}

/** Joins the thread of the user's most similar prompt of the last 24 hours when their cosine is over 0.75. Unit vectors. */
export function cosineRule(rows: readonly TrueTurn[], vectors: ReadonlyMap<string, Float32Array>): Map<string, FoundTurn> {
  return eachInOrder(rows, (row, earlier) => {
    const own = vectors.get(row.id);
    let best: { row: TrueTurn; cosine: number } | undefined;
    for (const other of earlier) {
      const theirs = vectors.get(other.id);
      if (!own || !theirs || row.ts - other.ts > WINDOW_SECONDS) continue;
      const cosine = dot(own, theirs);
      if (cosine > COSINE && cosine > (best?.cosine ?? 0)) best = { row: other, cosine };
    }
    return best?.row;
  });
}

function eachInOrder(
  rows: readonly TrueTurn[],
  predecessor: (row: TrueTurn, earlier: readonly TrueTurn[]) => TrueTurn | undefined,
): Map<string, FoundTurn> {
  const found = new Map<string, FoundTurn>();
  const logs = new Map<string, TrueTurn[]>();
  for (const row of rows.toSorted((a, b) => a.ts - b.ts)) {
    const log = logs.get(row.user) ?? [];
    const joined = predecessor(row, log);
    const thread = joined === undefined ? row.id : (found.get(joined.id)?.thread ?? row.id);
    found.set(row.id, { thread, position: joined === undefined ? 'first' : 'continuation' });
    logs.set(row.user, log);
    log.push(row);
  }
  return found;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
