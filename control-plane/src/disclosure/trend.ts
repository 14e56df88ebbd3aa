// What released days add up to. Nothing here looks at data again, so nothing here costs privacy.
import { MAX_TURNS, parts, shares } from './mechanism.ts';
import type { ReleasedDay, ReleasedFigure } from './ports.ts';

export interface TopicFigures {
  readonly id: string;
  readonly label: string;
  /** Sum of the days' people: somebody who came on two days counts twice. */
  readonly users: number;
  /** Share of them with a thread that failed, was abandoned, or needed a correction. */
  readonly unhappyShare: number;
  /** Share of them with a thread that needed a correction; null where that was not counted. */
  readonly correctionRate: number | null;
  /** Mean turns of those whose threads went well, each at most 10; null where that was not counted, or for nobody. */
  readonly turnsToResolution: number | null;
  readonly perDay: readonly { readonly day: string; readonly users: number; readonly unhappy: number }[];
  /** Newer half of the days against the older one; null where it is no more than noise and chance. */
  readonly trend: 'rising' | 'falling' | null;
  /** Many people, and more of them unhappy than elsewhere, beyond noise: the answers are not there. */
  readonly gap: boolean;
}

/** Differences smaller than so many standard errors are taken for chance. */
const CLEAR = 3;

interface Noise {
  readonly users: number;
  readonly unhappy: number;
}

/** Of days that were released. */
export function topicFigures(days: readonly ReleasedDay[], epsilonPerDay: number): readonly TopicFigures[] {
  const { users: forUsers, unhappy: forUnhappy } = shares(parts(epsilonPerDay).figures);
  return figuresOf(days, { users: varianceOf(forUsers.numerator / 1_000), unhappy: varianceOf(forUnhappy.numerator / 1_000) });
}

/** Of days that were counted without noise. */
export const exactFigures = (days: readonly ReleasedDay[]): readonly TopicFigures[] => figuresOf(days, { users: 0, unhappy: 0 });

function figuresOf(days: readonly ReleasedDay[], noise: Noise): readonly TopicFigures[] {
  const all = days.flatMap(({ day, figures }) => figures.map((one) => ({ day, ...one })));
  const sum = (of: 'users' | 'unhappy', rows: readonly { readonly users: number; readonly unhappy: number }[]): number =>
    rows.reduce((total, row) => total + row[of], 0);
  const overall = all.length === 0 ? 0 : sum('unhappy', all) / sum('users', all);
  const middle = days[Math.floor(days.length / 2)]?.day ?? '';
  return [...Map.groupBy(all, ({ topicId }) => topicId)]
    .map(([id, rows]): TopicFigures => {
      const [older, newer] = [
        sum(
          'users',
          rows.filter(({ day }) => day < middle),
        ),
        sum(
          'users',
          rows.filter(({ day }) => day >= middle),
        ),
      ];
      const error = Math.sqrt(older + newer + rows.length * noise.users);
      const users = sum('users', rows);
      const expected = overall * users;
      const unhappyError = Math.sqrt(expected * (1 - overall) + rows.length * (noise.unhappy + overall * overall * noise.users));
      return {
        id,
        label: rows.findLast(({ label }) => label !== '')?.label ?? '',
        users,
        unhappyShare: sum('unhappy', rows) / users,
        ...courseOf(rows),
        perDay: rows.map(({ day, users: count, unhappy }) => ({ day, users: count, unhappy })),
        trend: Math.abs(newer - older) < CLEAR * error ? null : newer > older ? 'rising' : 'falling',
        gap: sum('unhappy', rows) - expected > CLEAR * unhappyError,
      };
    })
    .toSorted((a, b) => b.users - a.users || (a.id < b.id ? -1 : 1));
}

/** How threads went, of the days on which that was counted. */
function courseOf(rows: readonly ReleasedFigure[]): Pick<TopicFigures, 'correctionRate' | 'turnsToResolution'> {
  const counted = rows.filter(({ corrected, turns }) => corrected !== null && turns !== null);
  const of = (value: (row: ReleasedFigure) => number): number => counted.reduce((total, row) => total + value(row), 0);
  const [users, well] = [of((row) => row.users), of((row) => row.users - row.unhappy)];
  return {
    correctionRate: users > 0 ? of((row) => row.corrected ?? 0) / users : null,
    // Noise can leave fewer turns than people; nobody takes less than one.
    turnsToResolution: well > 0 ? Math.min(MAX_TURNS, Math.max(1, of((row) => row.turns ?? 0) / well)) : null,
  };
}

/** Of discrete Laplace noise: 2q / (1 - q)², q = exp(-epsilon). */
function varianceOf(epsilon: number): number {
  const q = Math.exp(-epsilon);
  return (2 * q) / (1 - q) ** 2;
}
