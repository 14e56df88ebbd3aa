// What became of the runs that gateways numbered: which are missing, and for which of those there is an explanation that
// somebody signed for. A number that is missing without one was left out, by the gateway or behind it.
import type { LostRange } from '#contract';
import type { CounterGap, EpochSummary } from './ports.ts';

/** A run can be on its way for so long: gateways hold runs back for a quarter of an hour, in case that a later one makes them worth keeping. */
const SETTLED_MS = 20 * 60_000;
/** Gateways say every five minutes that they are there. */
const SILENT_MS = 15 * 60_000;

/**
 * on_the_way: seen so recently that the runs may still come. missing: nothing explains it. lost: the gateway says, under its
 * key, that it lost these runs, and why. not_kept: this server says that they came in and why it does not have them.
 * unknown_end: the gateway was never heard of again, as when it is killed; what it held then is gone.
 */
export type GapKind = 'on_the_way' | 'missing' | 'lost' | 'not_kept' | 'unknown_end';

interface ExplainedGap extends CounterGap {
  readonly kind: GapKind;
  /** As the gateway says, or this server. */
  readonly reason?: string;
}

/**
 * closed: the gateway said that it ends, and how many runs there were. open: it is heard of. unknown: not heard of any more.
 * unstated: it never said anything about its runs as a whole; what is missing at the end cannot be seen.
 */
type EpochEnd = 'closed' | 'open' | 'unknown' | 'unstated';

export function endOf({ stated, lastSeenMs }: EpochSummary, nowMs: number): EpochEnd {
  if (!stated) return 'unstated';
  if (stated.state === 'closed') return 'closed';
  return nowMs - Math.max(lastSeenMs, stated.atMs) < SILENT_MS ? 'open' : 'unknown';
}

/** @param gaps those between numbers that came in; what is missing at the end of an epoch is added */
export function explain(gaps: readonly CounterGap[], epochs: readonly EpochSummary[], nowMs: number): readonly ExplainedGap[] {
  const known = new Map(epochs.map((epoch) => [epoch.epoch, epoch]));
  const tails = epochs.flatMap(({ epoch, last, stated }): CounterGap[] =>
    stated && stated.runs - 1 > last ? [{ epoch, from: last + 1, to: stated.runs - 1, seenAtMs: stated.atMs }] : [],
  );
  const isTail = new Set(tails);
  return [...tails, ...gaps]
    .flatMap((gap) => {
      const epoch = known.get(gap.epoch);
      const isTailGap = isTail.has(gap);
      return cut(gap, epoch?.stated?.lost ?? []).flatMap((part): ExplainedGap[] => {
        if (part.reason !== undefined) return [{ ...part, kind: 'lost' }];
        return cut(part, epoch?.unkept ?? []).map((rest) => ({
          ...rest,
          kind: rest.reason === undefined ? kindOf(gap, isTailGap, epoch, nowMs) : 'not_kept',
        }));
      });
    })
    .sort((a, b) => b.seenAtMs - a.seenAtMs || (a.epoch < b.epoch ? -1 : a.epoch > b.epoch ? 1 : a.from - b.from));
}

function kindOf({ seenAtMs }: CounterGap, isTail: boolean, epoch: EpochSummary | undefined, nowMs: number): GapKind {
  const end = epoch && endOf(epoch, nowMs);
  // What it had in its hands when it was heard of last went with it.
  const wasHeld = epoch !== undefined && seenAtMs > Math.max(epoch.lastSeenMs, epoch.stated?.atMs ?? 0) - SETTLED_MS;
  if (end === 'unknown' && (isTail || wasHeld)) return 'unknown_end';
  return nowMs - seenAtMs > SETTLED_MS ? 'missing' : 'on_the_way';
}

/** The gap cut at ranges that are explained; these are in order and apart from each other. */
function cut(gap: CounterGap, explained: readonly LostRange[]): (CounterGap & { readonly reason?: string })[] {
  const parts: (CounterGap & { readonly reason?: string })[] = [];
  let at = gap.from;
  for (const { from, to, reason } of explained) {
    if (to < at || from > gap.to) continue;
    if (from > at) parts.push({ ...gap, from: at, to: from - 1 });
    parts.push({ ...gap, from: Math.max(at, from), to: Math.min(to, gap.to), reason });
    at = to + 1;
  }
  if (at <= gap.to) parts.push({ ...gap, from: at, to: gap.to });
  return parts;
}

export interface Account {
  readonly gaps: readonly ExplainedGap[];
  /** Runs that nothing explains, those on their way included. */
  readonly missing: number;
  readonly lost: number;
  readonly notKept: number;
  readonly unknownEnd: number;
  readonly repeated: number;
  readonly unproven: number;
}

/** @param beyond numbers that are missing in gaps besides those given */
export function accountOf(gaps: readonly CounterGap[], beyond: number, epochs: readonly EpochSummary[], nowMs: number): Account {
  const explained = explain(gaps, epochs, nowMs);
  const sum = (...kinds: GapKind[]): number =>
    explained.filter(({ kind }) => kinds.includes(kind)).reduce((total, { from, to }) => total + (to - from + 1), 0);
  return {
    gaps: explained,
    missing: sum('missing', 'on_the_way') + beyond,
    lost: sum('lost'),
    notKept: sum('not_kept'),
    unknownEnd: sum('unknown_end'),
    repeated: epochs.reduce((total, { repeated }) => total + repeated, 0),
    unproven: epochs.reduce((total, { unproven }) => total + unproven, 0),
  };
}
