// Draws each day once, when it is asked for first, and shows the same figures ever after: noise that is drawn anew each time
// averages out.
import type { TopicsPolicy } from '#contract';
import type { Clock, Randomness, Scope } from '../kernel/index.ts';
import { DELTA, isBusy, parts as partsOf, release, shares, thresholdOf } from './mechanism.ts';
import type { PublicLabel, ReleasedDay, ReleaseStore } from './ports.ts';

const DAY_MS = 86_400_000;
/** Threads of the evening may be stored after midnight. */
const GRACE_MS = 2 * 3_600_000;
export const SHOWN_DAYS = 28;

const DEFAULTS = { minUsers: 5, epsilonPerDay: 1, epsilonPerMonth: 31 };

export interface Budget {
  readonly month: string;
  readonly epsilonPerDay: number;
  /** Cost of a day on which no topic came near to showing: nothing more of it is drawn. */
  readonly epsilonPerQuietDay: number;
  readonly delta: number;
  /** Of the whole tenant. */
  readonly spent: number;
  readonly of: number;
}

export interface Released {
  /** Oldest first; a day that could not be paid for is in `refused`. */
  readonly days: readonly ReleasedDay[];
  readonly refused: readonly string[];
  readonly budget: Budget;
  readonly minUsers: number;
  /** Noisy count from which a topic shows on a day. */
  readonly threshold: number;
}

/** Without a scope: what would be released where nothing is. */
export type Releaser = (scope: Scope | undefined) => Promise<Released>;

export function createReleaser(parts: {
  readonly store: ReleaseStore;
  readonly labelOf: PublicLabel;
  readonly policy: () => TopicsPolicy | undefined;
  readonly clock: Clock;
  readonly randomness: Randomness;
}): Releaser {
  const { store, labelOf, clock, randomness } = parts;

  async function draw(scope: Scope, day: string, rules: typeof DEFAULTS): Promise<boolean> {
    const fromMs = Date.parse(day);
    const threads = await store.threadsOf(scope, { fromMs, toMs: fromMs + DAY_MS });
    const { minUsers, epsilonPerDay, epsilonPerMonth: budget } = rules;
    const { quiet, figures: forFigures } = partsOf(epsilonPerDay);
    const busy = isBusy(threads, { threshold: thresholdFor(rules), epsilon: quiet }, randomness);
    const figures = [];
    for (const one of busy ? release(threads, { minUsers, epsilon: forFigures }, randomness) : []) {
      figures.push({ ...one, label: await labelOf(scope, one.topicId, minUsers) });
    }
    // What a day may cost has to be there whatever it does cost: a refusal would tell which of the two it is.
    return store.keep(scope, { day, figures }, { epsilon: busy ? epsilonPerDay : quiet, atMost: epsilonPerDay, budget });
  }

  async function drawn(scope: Scope, wanted: readonly string[], rules: typeof DEFAULTS): Promise<readonly ReleasedDay[]> {
    const known = new Set((await store.days(scope, wanted)).map(({ day }) => day));
    // The newest are worth most where the budget does not last.
    for (const day of wanted.toReversed()) if (!known.has(day)) await draw(scope, day, rules);
    return (await store.days(scope, wanted)).toSorted((a, b) => (a.day < b.day ? -1 : 1));
  }

  return async (scope) => {
    const { minUsers, epsilonPerDay, epsilonPerMonth } = { ...DEFAULTS, ...parts.policy() };
    const rules = { minUsers, epsilonPerDay, epsilonPerMonth };
    const wanted = scope === undefined ? [] : closedDays(clock.nowMs());
    const days = scope === undefined ? [] : await drawn(scope, wanted, rules);
    const month = new Date(clock.nowMs()).toISOString().slice(0, 7);
    const shown = new Set(days.map(({ day }) => day));
    return {
      days,
      refused: wanted.filter((day) => !shown.has(day)),
      budget: {
        month,
        epsilonPerDay,
        epsilonPerQuietDay: partsOf(epsilonPerDay).quiet,
        delta: DELTA,
        spent: scope === undefined ? 0 : await store.spent(scope.tenant, month),
        of: epsilonPerMonth,
      },
      minUsers,
      threshold: thresholdFor(rules),
    };
  };
}

/** Noisy count from which a topic shows on a day. */
const thresholdFor = ({ minUsers, epsilonPerDay }: typeof DEFAULTS): number =>
  thresholdOf(minUsers, shares(partsOf(epsilonPerDay).figures).users.numerator / 1_000);

/** The last days that are over for certain, oldest first. */
function closedDays(nowMs: number): readonly string[] {
  const lastEnd = Math.floor((nowMs - GRACE_MS) / DAY_MS) * DAY_MS;
  return Array.from({ length: SHOWN_DAYS }, (_, at) => new Date(lastEnd - (SHOWN_DAYS - at) * DAY_MS).toISOString().slice(0, 10));
}
