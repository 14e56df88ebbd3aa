// How well threads were found: pairwise link F1, B-cubed F1, position macro-F1.
import { WINDOW_SECONDS, type Position } from '../src/threads/index.ts';
import type { Log } from './corpus.ts';

/** The decision on one request, as far as it is scored. */
export interface Decided {
  readonly thread: string;
  readonly position: Position;
}

export interface Scores {
  readonly linkF1: number;
  readonly bCubedF1: number;
  readonly newF1: number;
  readonly positionF1: number;
  /** Requests that went back to another conversation than the one before within the window, and how many of them joined it. */
  readonly returns: { readonly found: number; readonly of: number };
}

const POSITIONS: readonly Position[] = ['first', 'continuation', 'topic_shift', 'orphaned'];
const f1 = (precision: number, recall: number): number => (precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall));

/** Scores logs of different people together. Conversations are cut where they pause for longer than the linker's window. */
export function score(logs: readonly Log[], decided: ReadonlyMap<string, Decided>): Scores {
  const total = {
    n: 0,
    precision: 0,
    recall: 0,
    linked: 0,
    linkable: 0,
    right: 0,
    fresh: 0,
    freshTrue: 0,
    freshRight: 0,
    returns: 0,
    returned: 0,
  };
  const confusion = new Map<string, number>();
  for (const log of logs) {
    const pairs = log.map(({ row }, i) => ({ truth: segments(log)[i] ?? '', thread: decided.get(row.id)?.thread ?? row.id }));
    const size = (key: (pair: (typeof pairs)[number]) => string): Map<string, number> => countBy(pairs.map(key));
    const threads = size(({ thread }) => thread);
    const truths = size(({ truth }) => truth);
    const both = size(({ thread, truth }) => JSON.stringify([thread, truth]));
    const lastTruth = new Map<string, string>();
    const seen = new Set<string>();
    let before: string | undefined;
    for (const { thread, truth } of pairs) {
      const shared = both.get(JSON.stringify([thread, truth])) ?? 0;
      total.n++;
      total.precision += shared / (threads.get(thread) ?? 1);
      total.recall += shared / (truths.get(truth) ?? 1);
      const linked = lastTruth.has(thread);
      const linkable = seen.has(truth);
      total.linked += Number(linked);
      total.linkable += Number(linkable);
      total.right += Number(linked && lastTruth.get(thread) === truth);
      total.fresh += Number(!linked);
      total.freshTrue += Number(!linkable);
      total.freshRight += Number(!linked && !linkable);
      const back = linkable && before !== truth;
      total.returns += Number(back);
      total.returned += Number(back && lastTruth.get(thread) === truth);
      before = truth;
      lastTruth.set(thread, truth);
      seen.add(truth);
    }
    for (const { row } of log) {
      const cell = `${row.pos}>${decided.get(row.id)?.position ?? ''}`;
      confusion.set(cell, (confusion.get(cell) ?? 0) + 1);
    }
  }
  return {
    linkF1: f1(total.right / Math.max(1, total.linked), total.right / Math.max(1, total.linkable)),
    bCubedF1: f1(total.precision / total.n, total.recall / total.n),
    newF1: f1(total.freshRight / Math.max(1, total.fresh), total.freshRight / Math.max(1, total.freshTrue)),
    positionF1: macroF1(confusion),
    returns: { found: total.returned, of: total.returns },
  };
}

/** True conversation of each row, cut at long pauses. */
function segments(log: Log): string[] {
  const cache = SEGMENTS.get(log);
  if (cache !== undefined) return cache;
  const last = new Map<string, number>();
  const part = new Map<string, number>();
  const result = log.map(({ row, truth }) => {
    const before = last.get(truth);
    if (before !== undefined && row.ts - before > WINDOW_SECONDS) part.set(truth, (part.get(truth) ?? 0) + 1);
    last.set(truth, row.ts);
    return `${truth}/${part.get(truth) ?? 0}`;
  });
  SEGMENTS.set(log, result);
  return result;
}
const SEGMENTS = new WeakMap<Log, string[]>();

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Macro-F1 over the positions; cells are named `truth>given`. */
export function macroF1(confusion: ReadonlyMap<string, number>): number {
  const sum = (test: (truth: string, given: string) => boolean): number =>
    [...confusion].reduce((total, [cell, count]) => (test(...(cell.split('>') as [string, string])) ? total + count : total), 0);
  const scores = POSITIONS.flatMap((label) => {
    const truths = sum((truth) => truth === label);
    if (truths === 0) return [];
    const right = sum((truth, given) => truth === label && given === label);
    return [
      f1(
        right /
          Math.max(
            1,
            sum((_, given) => given === label),
          ),
        right / truths,
      ),
    ];
  });
  return scores.reduce((total, one) => total + one, 0) / scores.length;
}
