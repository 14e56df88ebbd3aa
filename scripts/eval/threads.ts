// How well threads and positions are found. Users' logs are scored apart; a true conversation is cut where it pauses for
// over 24 hours, since nothing is linked beyond, and a request that was cut off from its own history is one of its own.
import { f1, percent } from './figures.ts';

export interface TrueTurn {
  readonly id: string;
  /** Epoch seconds. */
  readonly ts: number;
  readonly user: string;
  readonly conv: string;
  readonly pos?: string;
  readonly orphan?: boolean;
}

export interface FoundTurn {
  readonly thread: string;
  readonly position?: string;
}

export interface ThreadFigures {
  readonly rows: number;
  /** Rows without a finding; each counts as a thread of its own. */
  readonly missing: number;
  /** Threads that hold rows of several users: must be 0. */
  readonly crossUser: number;
  /** In percent, as all below: is the request's thread one whose newest request is of the same conversation? */
  readonly linkF1: number;
  readonly linkPrecision: number;
  readonly linkRecall: number;
  /** How much of each request's thread and of its conversation they share. */
  readonly bCubedF1: number;
  /** Over pairs of requests, and over threads that are a conversation, no more and no less. */
  readonly pairF1: number;
  readonly exactF1: number;
  /** Of requests that begin something. */
  readonly newF1: number;
  /** Mean over the positions that occur; null where none is labelled. */
  readonly positionF1: number | null;
}

const WINDOW_SECONDS = 24 * 3600;

/** A share: what was right, what was said, and what was to be said. */
interface Count {
  right: number;
  said: number;
  wanted: number;
}
const count = (): Count => ({ right: 0, said: 0, wanted: 0 });
const scoreOf = ({ right, said, wanted }: Count): number => f1(right / Math.max(1, said), right / Math.max(1, wanted));

export function scoreThreads(truth: readonly TrueTurn[], found: ReadonlyMap<string, FoundTurn>): ThreadFigures {
  const [links, starts, pairs, exact] = [count(), count(), count(), count()];
  const bCubed = { precision: 0, recall: 0 };
  const owners = new Map<string, Set<string>>();
  for (const [user, log] of logsOf(truth)) {
    const turns = log.map(({ id, conv }) => ({ conv, thread: found.get(id)?.thread ?? `missing ${id}` }));
    for (const { thread } of turns) owners.set(thread, (owners.get(thread) ?? new Set()).add(user));
    addLinks(turns, links, starts);
    addOverlaps(turns, bCubed, pairs, exact);
  }
  const rows = Math.max(1, truth.length);
  return {
    rows: truth.length,
    missing: truth.filter(({ id }) => !found.has(id)).length,
    crossUser: [...owners.values()].filter((users) => users.size > 1).length,
    linkF1: percent(scoreOf(links)),
    linkPrecision: percent(links.right / Math.max(1, links.said)),
    linkRecall: percent(links.right / Math.max(1, links.wanted)),
    bCubedF1: percent(f1(bCubed.precision / rows, bCubed.recall / rows)),
    pairF1: percent(scoreOf(pairs)),
    exactF1: percent(scoreOf(exact)),
    newF1: percent(scoreOf(starts)),
    positionF1: positionF1(truth, found),
  };
}

interface Turn {
  readonly conv: string;
  readonly thread: string;
}

function addLinks(turns: readonly Turn[], links: Count, starts: Count): void {
  const newest = new Map<string, string>();
  const seen = new Set<string>();
  for (const { conv, thread } of turns) {
    const [isLinked, isLinkable] = [newest.has(thread), seen.has(conv)];
    links.said += Number(isLinked);
    links.wanted += Number(isLinkable);
    links.right += Number(newest.get(thread) === conv);
    starts.said += Number(!isLinked);
    starts.wanted += Number(!isLinkable);
    starts.right += Number(!isLinked && !isLinkable);
    newest.set(thread, conv);
    seen.add(conv);
  }
}

function addOverlaps(turns: readonly Turn[], bCubed: { precision: number; recall: number }, pairs: Count, exact: Count): void {
  const sizes = (key: (turn: Turn) => string): Map<string, number> => {
    const all = new Map<string, number>();
    for (const turn of turns) all.set(key(turn), (all.get(key(turn)) ?? 0) + 1);
    return all;
  };
  const both = ({ conv, thread }: Turn): string => JSON.stringify([conv, thread]);
  const [threads, convs, shared] = [sizes(({ thread }) => thread), sizes(({ conv }) => conv), sizes(both)];
  const pairsOf = (all: Map<string, number>): number => [...all.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  pairs.right += pairsOf(shared);
  pairs.said += pairsOf(threads);
  pairs.wanted += pairsOf(convs);
  exact.said += threads.size;
  exact.wanted += convs.size;
  for (const turn of turns) {
    const [overlap, thread, conv] = [shared.get(both(turn)) ?? 0, threads.get(turn.thread) ?? 1, convs.get(turn.conv) ?? 1];
    bCubed.precision += overlap / thread;
    bCubed.recall += overlap / conv;
    // Each of its requests brings its share, so that the whole thread counts once.
    if (overlap === thread && overlap === conv) exact.right += 1 / overlap;
  }
}

function positionF1(truth: readonly TrueTurn[], found: ReadonlyMap<string, FoundTurn>): number | null {
  const counts = new Map<string, Count>();
  const of = (position: string): Count => counts.get(position) ?? counts.set(position, count()).get(position) ?? count();
  for (const { id, pos } of truth) {
    if (pos === undefined) continue;
    const said = found.get(id)?.position;
    of(pos).wanted += 1;
    if (said !== undefined) of(said).said += 1;
    if (said === pos) of(pos).right += 1;
  }
  const wanted = [...counts.values()].filter((one) => one.wanted > 0);
  return wanted.length === 0 ? null : percent(wanted.reduce((sum, one) => sum + scoreOf(one), 0) / wanted.length);
}

function logsOf(truth: readonly TrueTurn[]): Map<string, { readonly id: string; readonly conv: string }[]> {
  const logs = new Map<string, { id: string; conv: string }[]>();
  const lastOf = new Map<string, { at: number; part: number }>();
  for (const { id, ts, user, conv, orphan } of truth.toSorted((a, b) => a.ts - b.ts)) {
    const whole = JSON.stringify([user, conv, orphan === true]);
    const last = lastOf.get(whole) ?? { at: ts, part: 0 };
    const part = last.part + Number(ts - last.at > WINDOW_SECONDS);
    lastOf.set(whole, { at: ts, part });
    logs.set(user, [...(logs.get(user) ?? []), { id, conv: `${whole} ${part}` }]);
  }
  return logs;
}
