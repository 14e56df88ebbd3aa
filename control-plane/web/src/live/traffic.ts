// What the page knows of the traffic: the newest requests, and each second of the last minute. Pure.
import type { LiveCounts, LiveEvent, LiveRequest } from '../api/live.ts';

/** Rows in the list: what is older stands in the lists of threads and runs. */
const MOST_ROWS = 200;
export const SECONDS = 60;

/** Marks where requests passed that are not in the list. */
export interface Gap {
  readonly id: string;
  /** Undefined: nobody knows, the connection was lost. */
  readonly left: number | undefined;
}
export type Row = LiveRequest | Gap;
export const isGap = (row: Row): row is Gap => 'left' in row;

export interface Second {
  /** Seconds since 1970. */
  readonly at: number;
  readonly counts: LiveCounts;
}

export interface Traffic {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** Oldest first, none older than a minute; seconds without requests are missing. */
  readonly seconds: readonly Second[];
  /** From when on requests were counted, as milliseconds since 1970; undefined: they are not yet. */
  readonly sinceMs: number | undefined;
  /** Makes ids of gaps. */
  readonly events: number;
}

export const NO_TRAFFIC: Traffic = { rows: [], seconds: [], sinceMs: undefined, events: 0 };

export function taken({ rows, seconds, sinceMs, events }: Traffic, { event, data }: LiveEvent, nowMs: number): Traffic {
  const known = new Set(rows.map(({ id }) => id));
  const fresh = data.items.filter(({ id }) => !known.has(id));
  const news = new Map(data.items.map((item) => [item.id, item]));
  // A request that comes again stands where it stood, as it is now.
  const older = rows.map((row) => news.get(row.id) ?? row);
  const isBroken = event === 'newest' && rows.length > 0 && fresh.length > 0 && fresh.length === data.items.length;
  const left = event === 'portion' ? data.left : 0;
  const gap: readonly Gap[] = isBroken || left > 0 ? [{ id: `gap-${events}`, left: isBroken ? undefined : left }] : [];
  return {
    rows: [...fresh, ...gap, ...older].slice(0, MOST_ROWS),
    seconds: event === 'portion' ? added(seconds, { at: Math.floor(nowMs / 1_000), counts: data.counts }) : seconds,
    sinceMs: sinceMs ?? nowMs,
    events: events + 1,
  };
}

function added(seconds: readonly Second[], one: Second): readonly Second[] {
  const last = seconds.at(-1);
  const rest = last?.at === one.at ? seconds.slice(0, -1) : seconds;
  const now = last?.at === one.at ? { at: one.at, counts: sum([last.counts, one.counts]) } : one;
  return [...rest, now].filter(({ at }) => at > one.at - SECONDS);
}

export function sum(all: readonly LiveCounts[]): LiveCounts {
  const total = (of: 'requests' | 'errors' | 'blocked'): number => all.reduce((count, one) => count + one[of], 0);
  const models = new Map<string | null, number>();
  for (const { models: some } of all) for (const { model, requests } of some) models.set(model, (models.get(model) ?? 0) + requests);
  return {
    requests: total('requests'),
    errors: total('errors'),
    blocked: total('blocked'),
    models: [...models].map(([model, requests]) => ({ model, requests })).sort((a, b) => b.requests - a.requests),
  };
}

/** The last minute: counts of all of it, and the requests of each second, oldest first. */
export function lastMinute(
  seconds: readonly Second[],
  nowMs: number,
): { readonly counts: LiveCounts; readonly perSecond: readonly number[] } {
  const now = Math.floor(nowMs / 1_000);
  const recent = seconds.filter(({ at }) => at > now - SECONDS && at <= now);
  const byTime = new Map(recent.map(({ at, counts }) => [at, counts.requests]));
  return {
    counts: sum(recent.map(({ counts }) => counts)),
    perSecond: Array.from({ length: SECONDS }, (_, i) => byTime.get(now - SECONDS + 1 + i) ?? 0),
  };
}
