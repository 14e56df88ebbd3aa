// One day's counts, made fit to be seen by everybody: (epsilon, delta)-differentially private for each person's day.
import type { Randomness } from '../kernel/index.ts';
import { createDiscreteLaplace, tailOf, type Fraction } from './discrete-laplace.ts';
import type { DayThread } from './ports.ts';

/** Probability with which a topic that one person more or less decides about may show. */
export const DELTA = 1e-6;

export interface Noisy {
  readonly topicId: string;
  readonly users: number;
  readonly unhappy: number;
  readonly corrected: number;
  readonly turns: number;
}

interface Tally {
  users: number;
  unhappy: number;
  corrected: number;
  turns: number;
}

/** More turns of one person than this count as so many: what bounds the noise that hides them. */
export const MAX_TURNS = 10;

/** Turns that a person's threads took on average to end well, from 1 to `MAX_TURNS`; 0 where one went badly. */
export function settledTurns(own: readonly DayThread[]): number {
  if (own.length === 0 || own.some(({ unhappy }) => unhappy)) return 0;
  const mean = own.reduce((sum, { turns }) => sum + turns, 0) / own.length;
  return Math.min(MAX_TURNS, Math.max(1, Math.round(mean)));
}

/**
 * Each person counts in one topic: that of most of their threads of the day. So one person more or less moves one count of
 * users by one, of unhappy and of corrected ones by at most one, and one sum of turns by at most `MAX_TURNS`.
 */
export function tally(threads: readonly DayThread[]): ReadonlyMap<string, Readonly<Tally>> {
  const people = Map.groupBy(threads, ({ principal }) => principal);
  const topics = new Map<string, Tally>();
  for (const own of people.values()) {
    const byTopic = [...Map.groupBy(own, ({ topicId }) => topicId)];
    const [main] = byTopic.toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
    if (!main) continue;
    const [topicId, its] = main;
    const count = topics.get(topicId) ?? { users: 0, unhappy: 0, corrected: 0, turns: 0 };
    count.users += 1;
    count.unhappy += its.some(({ unhappy }) => unhappy) ? 1 : 0;
    count.corrected += its.some(({ corrected }) => corrected) ? 1 : 0;
    count.turns += settledTurns(its);
    topics.set(topicId, count);
  }
  return topics;
}

/** What each count may cost of a day's epsilon. */
export interface Shares {
  readonly users: Fraction;
  readonly unhappy: Fraction;
  readonly corrected: Fraction;
  /** Of one turn: a person moves the sum by `MAX_TURNS` of them. */
  readonly turns: Fraction;
}

/** In thousandths, rounded down: half for the count of users, the rest in equal parts. */
export function shares(epsilon: number): Shares {
  const whole = Math.floor(epsilon * 1_000);
  const users = Math.max(1, Math.floor(whole / 2));
  const numerator = Math.max(1, Math.floor((whole - users) / 3));
  const part = { numerator, denominator: 1_000 };
  return {
    users: { numerator: users, denominator: 1_000 },
    unhappy: part,
    corrected: part,
    turns: { numerator, denominator: 1_000 * MAX_TURNS },
  };
}

/** What it may cost of a day's epsilon to learn, with noise, whether anything is near enough to show. */
const quietCost = (epsilon: number): number => Math.max(1, Math.floor(epsilon * 100)) / 1_000;

/** How a day's epsilon is spent: a quiet day costs the first part alone, any other one both. */
export function parts(epsilon: number): { readonly quiet: number; readonly figures: number } {
  const quiet = quietCost(epsilon);
  return { quiet, figures: Math.max(0.001, epsilon - quiet) };
}

/**
 * Whether the largest topic of the day, give or take noise, is half as large as one that would show: drawing the others would cost
 * for nothing. One person more or less moves the largest count by one at most, so the answer costs `epsilon` and can be told,
 * whereas "nobody was there" without noise would tell of the one who was.
 */
export function isBusy(
  threads: readonly DayThread[],
  { threshold, epsilon }: { readonly threshold: number; readonly epsilon: number },
  randomness: Randomness,
): boolean {
  const largest = Math.max(0, ...[...tally(threads).values()].map(({ users }) => users));
  const noise = createDiscreteLaplace({ numerator: Math.max(1, Math.round(epsilon * 1_000)), denominator: 1_000 }, randomness);
  return largest + noise() >= threshold / 2;
}

/** Noisy count from which a topic shows: one of exactly `minUsers` reaches it with probability `DELTA` at most. */
export function thresholdOf(minUsers: number, epsilon: number): number {
  let above = 1;
  while (tailOf(epsilon, above) > DELTA) above += 1;
  return minUsers + above;
}

/**
 * A topic shows where at least `minUsers` people are behind it and the noisy count reaches the threshold. The first rule is
 * for certain; the second makes it safe: whether one person tips the first is seen with probability DELTA at most.
 */
export function release(
  threads: readonly DayThread[],
  { minUsers, epsilon }: { readonly minUsers: number; readonly epsilon: number },
  randomness: Randomness,
): readonly Noisy[] {
  const share = shares(epsilon);
  const noiseOf = (part: Fraction): (() => number) => createDiscreteLaplace(part, randomness);
  const [forUsers, forUnhappy, forCorrected, forTurns] = [share.users, share.unhappy, share.corrected, share.turns].map(noiseOf) as [
    () => number,
    () => number,
    () => number,
    () => number,
  ];
  const least = thresholdOf(minUsers, share.users.numerator / share.users.denominator);
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return [...tally(threads)]
    .filter(([, count]) => count.users >= minUsers)
    .map(([topicId, count]) => ({ topicId, count, users: count.users + forUsers() }))
    .filter((one) => one.users >= least)
    .map(({ topicId, count, users }) => ({
      topicId,
      users,
      unhappy: within(count.unhappy + forUnhappy(), users),
      corrected: within(count.corrected + forCorrected(), users),
      turns: within(count.turns + forTurns(), users * MAX_TURNS),
    }))
    .toSorted((a, b) => b.users - a.users || (a.topicId < b.topicId ? -1 : 1));
}
