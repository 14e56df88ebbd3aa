// The same figures without noise, for those who run the applications and may see the conversations anyway. Never for release.
import { scopeKey, type Clock, type Scope } from '../kernel/index.ts';
import { settledTurns } from './mechanism.ts';
import type { DayThread, ReleasedDay, ReleasedFigure, ReleaseStore } from './ports.ts';
import { SHOWN_DAYS } from './releaser.ts';
import { exactFigures, type TopicFigures } from './trend.ts';

const DAY_MS = 86_400_000;
/** Counting is dear, so what was counted is shown for so long. */
const KEPT_MS = 60_000;
/** Outcomes of days that are over change seldom. */
const OLD_DAY_MS = 15 * 60_000;
const MAX_SCOPES = 100;

export type ExactFigures = (scope: Scope) => Promise<ReadonlyMap<string, TopicFigures>>;

interface Kept<T> {
  readonly atMs: number;
  readonly value: T;
}

/** Of the last 28 days (UTC), today as it stands included. */
export function createExactFigures({
  store,
  clock,
}: {
  readonly store: Pick<ReleaseStore, 'threadsOf'>;
  readonly clock: Clock;
}): ExactFigures {
  const kept = new Map<string, { days: Map<string, Kept<TwoLevels>>; all?: Kept<Promise<ReadonlyMap<string, TopicFigures>>> }>();

  async function count(scope: Scope, days: Map<string, Kept<TwoLevels>>, nowMs: number): Promise<ReadonlyMap<string, TopicFigures>> {
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const found: TwoLevels[] = [];
    for (let fromMs = today - (SHOWN_DAYS - 1) * DAY_MS; fromMs <= today; fromMs += DAY_MS) {
      const day = new Date(fromMs).toISOString().slice(0, 10);
      const known = days.get(day);
      const isFresh = known !== undefined && nowMs - known.atMs < (fromMs === today ? KEPT_MS : OLD_DAY_MS);
      const value = isFresh ? known.value : twoLevels(day, await store.threadsOf(scope, { fromMs, toMs: fromMs + DAY_MS }));
      if (!isFresh) days.set(day, { atMs: nowMs, value });
      found.push(value);
    }
    const shown = new Set(found.map(({ fine: { day } }) => day));
    for (const day of days.keys()) if (!shown.has(day)) days.delete(day);
    // Each level beside its own: what is usual elsewhere is that of topics alike.
    const all = [...exactFigures(found.map(({ fine }) => fine)), ...exactFigures(found.map(({ coarse }) => coarse))];
    return new Map(all.map((one) => [one.id, one]));
  }

  return (scope) => {
    const key = scopeKey(scope);
    const nowMs = clock.nowMs();
    const own = kept.get(key) ?? { days: new Map<string, Kept<TwoLevels>>() };
    if (own.all && nowMs - own.all.atMs < KEPT_MS) return own.all.value;
    own.all = { atMs: nowMs, value: count(scope, own.days, nowMs) };
    // A failure is asked again at once, and never kept.
    own.all.value.catch(() => kept.delete(key));
    kept.delete(key);
    kept.set(key, own);
    const [oldest] = kept.keys();
    if (kept.size > MAX_SCOPES && oldest !== undefined) kept.delete(oldest);
    return own.all.value;
  };
}

interface TwoLevels {
  readonly fine: ReleasedDay;
  readonly coarse: ReleasedDay;
}

/** Topics and the coarser ones that they lie in; somebody in two topics of a coarser one counts there once. */
const twoLevels = (day: string, threads: readonly DayThread[]): TwoLevels => ({
  fine: { day, figures: exactDay(threads) },
  coarse: { day, figures: exactDay(threads.flatMap((one) => (one.parentId == null ? [] : [{ ...one, topicId: one.parentId }]))) },
});

/** People of each topic of a day; one who was in two topics counts in both. */
function exactDay(threads: readonly DayThread[]): readonly ReleasedFigure[] {
  return [...Map.groupBy(threads, ({ topicId }) => topicId)].map(([topicId, all]) => {
    const people = [...Map.groupBy(all, ({ principal }) => principal).values()];
    return {
      topicId,
      label: '',
      users: people.length,
      unhappy: people.filter((own) => own.some(({ unhappy }) => unhappy)).length,
      corrected: people.filter((own) => own.some(({ corrected }) => corrected)).length,
      turns: people.reduce((sum, own) => sum + settledTurns(own), 0),
    };
  });
}
