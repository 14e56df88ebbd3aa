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
}

interface Tally {
  users: number;
  unhappy: number;
}

/**
 * Each person counts in one topic: that of most of their threads of the day. So one person more or less moves one count of
 * users by one, and one count of unhappy ones by at most one.
 */
export function tally(threads: readonly DayThread[]): ReadonlyMap<string, Readonly<Tally>> {
  const people = Map.groupBy(threads, ({ principal }) => principal);
  const topics = new Map<string, Tally>();
  for (const own of people.values()) {
    const byTopic = [...Map.groupBy(own, ({ topicId }) => topicId)];
    const [main] = byTopic.toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
    if (!main) continue;
    const [topicId, its] = main;
    const count = topics.get(topicId) ?? { users: 0, unhappy: 0 };
    count.users += 1;
    count.unhappy += its.some(({ unhappy }) => unhappy) ? 1 : 0;
    topics.set(topicId, count);
  }
  return topics;
}

/** In thousandths, rounded down: two thirds for the count of users, the rest for the unhappy ones among them. */
export function shares(epsilon: number): { readonly users: Fraction; readonly unhappy: Fraction } {
  const whole = Math.floor(epsilon * 1_000);
  const users = Math.max(1, Math.floor((whole * 2) / 3));
  return { users: { numerator: users, denominator: 1_000 }, unhappy: { numerator: Math.max(1, whole - users), denominator: 1_000 } };
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
  const { users, unhappy } = shares(epsilon);
  const [forUsers, forUnhappy] = [createDiscreteLaplace(users, randomness), createDiscreteLaplace(unhappy, randomness)];
  const least = thresholdOf(minUsers, users.numerator / users.denominator);
  return [...tally(threads)]
    .filter(([, count]) => count.users >= minUsers)
    .map(([topicId, count]) => ({ topicId, users: count.users + forUsers(), unhappy: count.unhappy + forUnhappy() }))
    .filter((one) => one.users >= least)
    .map((one) => ({ ...one, unhappy: Math.min(one.users, Math.max(0, one.unhappy)) }))
    .toSorted((a, b) => b.users - a.users || (a.topicId < b.topicId ? -1 : 1));
}
