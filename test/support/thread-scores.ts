// How well threads were found, as the field scores it: links (is the request's thread one whose newest request is of the same
// conversation) and B-cubed (how much of each request's thread and conversation they share). Conversations are cut where
// they pause for over 24 hours: nothing is inferred beyond.
const WINDOW_SECONDS = 24 * 3600;

export interface Truth {
  readonly id: string;
  /** Epoch seconds. */
  readonly ts: number;
  readonly user: string;
  readonly conv: string;
  readonly orphan?: boolean;
}

export interface Scores {
  readonly link: number;
  readonly bCubed: number;
}

interface Found {
  readonly truth: string;
  readonly thread: string;
}

const f1 = (precision: number, recall: number): number => (precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall));

/** In percent. Every row must have a thread. */
export function scoreThreads(rows: readonly Truth[], threads: ReadonlyMap<string, string>): Scores {
  const sums = { precision: 0, recall: 0, linked: 0, linkable: 0, right: 0 };
  for (const log of byUser(rows).values()) {
    const found = pair(log, threads);
    const count = (key: (one: Found) => string): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const one of found) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
      return counts;
    };
    const both = ({ truth, thread }: Found): string => JSON.stringify([truth, thread]);
    const [inThread, inTruth, inBoth] = [count(({ thread }) => thread), count(({ truth }) => truth), count(both)];
    const newest = new Map<string, string>();
    const seen = new Set<string>();
    for (const one of found) {
      const { truth, thread } = one;
      sums.precision += (inBoth.get(both(one)) ?? 0) / (inThread.get(thread) ?? 1);
      sums.recall += (inBoth.get(both(one)) ?? 0) / (inTruth.get(truth) ?? 1);
      sums.linked += Number(newest.has(thread));
      sums.linkable += Number(seen.has(truth));
      sums.right += Number(newest.get(thread) === truth);
      newest.set(thread, truth);
      seen.add(truth);
    }
  }
  return {
    link: 100 * f1(sums.right / Math.max(1, sums.linked), sums.right / Math.max(1, sums.linkable)),
    bCubed: 100 * f1(sums.precision / rows.length, sums.recall / rows.length),
  };
}

/** Joins the newest thread of the user when its last request is at most so many seconds old. */
export function gapRule(rows: readonly Truth[], seconds: number): Map<string, string> {
  const threads = new Map<string, string>();
  for (const log of byUser(rows).values()) {
    log.forEach((row, i) => {
      const before = log[i - 1];
      const joined = before !== undefined && row.ts - before.ts <= seconds;
      threads.set(row.id, joined ? (threads.get(before.id) ?? row.id) : row.id);
    });
  }
  return threads;
}

function byUser(rows: readonly Truth[]): Map<string, Truth[]> {
  const logs = new Map<string, Truth[]>();
  for (const row of rows.toSorted((a, b) => a.ts - b.ts)) logs.set(row.user, [...(logs.get(row.user) ?? []), row]);
  return logs;
}

function pair(log: readonly Truth[], threads: ReadonlyMap<string, string>): Found[] {
  const last = new Map<string, number>();
  const part = new Map<string, number>();
  return log.map((row) => {
    const conversation = row.orphan === true ? `${row.conv}#orphan` : row.conv;
    const before = last.get(conversation);
    if (before !== undefined && row.ts - before > WINDOW_SECONDS) part.set(conversation, (part.get(conversation) ?? 0) + 1);
    last.set(conversation, row.ts);
    const thread = threads.get(row.id);
    if (thread === undefined) throw new Error(`No thread was found for row ${row.id}`);
    return { truth: `${conversation}/${part.get(conversation) ?? 0}`, thread };
  });
}
