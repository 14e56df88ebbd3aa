import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDiscreteLaplace, tailOf } from '../../../../control-plane/src/disclosure/discrete-laplace.ts';
import { DELTA, MAX_TURNS, release, shares, tally, thresholdOf } from '../../../../control-plane/src/disclosure/mechanism.ts';
import type { DayThread } from '../../../../control-plane/src/disclosure/index.ts';
import { systemRandomness } from '../../../../control-plane/src/kernel/index.ts';

const DRAWS = 100_000;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('discrete Laplace noise', () => {
  it.each([
    [1, 1],
    [2, 3],
    [333, 1_000],
    [5, 1],
  ])('has the probabilities that it promises (epsilon %d/%d)', (numerator, denominator) => {
    const draw = createDiscreteLaplace({ numerator, denominator }, systemRandomness);
    const epsilon = numerator / denominator;
    const counts = new Map<number, number>();
    for (let at = 0; at < DRAWS; at += 1) {
      const value = draw();
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const q = Math.exp(-epsilon);
    for (const value of range(-6, 6)) {
      const expected = ((1 - q) / (1 + q)) * q ** Math.abs(value);
      // Six standard errors: wrong once in a thousand million.
      const reach = 6 * Math.sqrt((expected * (1 - expected)) / DRAWS);
      expect(Math.abs((counts.get(value) ?? 0) / DRAWS - expected), `value ${value}`).toBeLessThan(reach);
    }
    const reached = [...counts].reduce((sum, [value, count]) => sum + (value >= 3 ? count : 0), 0) / DRAWS;
    expect(Math.abs(reached - tailOf(epsilon, 3))).toBeLessThan(6 * Math.sqrt(tailOf(epsilon, 3) / DRAWS));
  });

  it.each([
    [0, 1],
    [1.5, 1],
    [1, 200_000],
  ])('refuses what is no fraction it can be exact about: %d/%d', (numerator, denominator) => {
    expect(() => createDiscreteLaplace({ numerator, denominator }, systemRandomness)).toThrow(RangeError);
  });
});

const person = (principal: string, topicId: string, unhappy = false): DayThread => ({
  principal,
  topicId,
  unhappy,
  corrected: unhappy,
  turns: 3,
});
const people = (count: number, topicId: string, unhappy = 0): DayThread[] =>
  Array.from({ length: count }, (_, at) => person(`p${at}`, topicId, at < unhappy));

const thread = fc.record({
  principal: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  topicId: fc.constantFrom('x', 'y', 'z'),
  unhappy: fc.boolean(),
  corrected: fc.boolean(),
  turns: fc.integer({ min: 0, max: 500 }),
});

describe('tally', () => {
  it('moves by one person in one topic at most, however busy the person is', () => {
    fc.assert(
      fc.property(fc.array(thread, { maxLength: 40 }), fc.array(thread, { maxLength: 40 }), (others, own) => {
        const without = tally(others);
        const withOne = tally([...others, ...own.map((one) => ({ ...one, principal: 'the one' }))]);
        const moved = [...new Set([...without.keys(), ...withOne.keys()])].map((topic) => ({
          users: Math.abs((withOne.get(topic)?.users ?? 0) - (without.get(topic)?.users ?? 0)),
          unhappy: Math.abs((withOne.get(topic)?.unhappy ?? 0) - (without.get(topic)?.unhappy ?? 0)),
          corrected: Math.abs((withOne.get(topic)?.corrected ?? 0) - (without.get(topic)?.corrected ?? 0)),
          turns: Math.abs((withOne.get(topic)?.turns ?? 0) - (without.get(topic)?.turns ?? 0)),
        }));
        expect(moved.reduce((sum, { users }) => sum + users, 0)).toBeLessThanOrEqual(1);
        expect(moved.reduce((sum, { unhappy }) => sum + unhappy, 0)).toBeLessThanOrEqual(1);
        expect(moved.reduce((sum, { corrected }) => sum + corrected, 0)).toBeLessThanOrEqual(1);
        expect(moved.reduce((sum, { turns }) => sum + turns, 0)).toBeLessThanOrEqual(MAX_TURNS);
      }),
    );
  });

  it('does not depend on the order of threads', () => {
    fc.assert(
      fc.property(fc.array(thread, { maxLength: 40 }), (threads) => {
        expect(new Map([...tally([...threads].reverse())].toSorted())).toEqual(new Map([...tally(threads)].toSorted()));
      }),
    );
  });
});

describe('release', () => {
  const rules = { minUsers: 5, epsilon: 1 };

  it('never shows a topic of fewer people, whatever the noise', () => {
    fc.assert(
      fc.property(fc.array(thread, { maxLength: 60 }), fc.integer({ min: 2, max: 5 }), (threads, minUsers) => {
        const counts = tally(threads);
        for (const { topicId, users, unhappy, corrected, turns } of release(threads, { minUsers, epsilon: 10 }, systemRandomness)) {
          expect(counts.get(topicId)?.users).toBeGreaterThanOrEqual(minUsers);
          expect(unhappy).toBeGreaterThanOrEqual(0);
          expect(unhappy).toBeLessThanOrEqual(users);
          expect(corrected).toBeLessThanOrEqual(users);
          expect(Math.min(corrected, turns)).toBeGreaterThanOrEqual(0);
          expect(turns).toBeLessThanOrEqual(users * MAX_TURNS);
        }
      }),
    );
  });

  it('spends no more than it was given, and promises its delta', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 10_000 }), (milli) => {
        const { users, unhappy, corrected, turns } = shares(milli / 1_000);
        // A person moves the sum of turns by as many as count at most.
        const ofTurns = (turns.numerator / turns.denominator) * MAX_TURNS * 1_000;
        expect(users.numerator + unhappy.numerator + corrected.numerator + ofTurns).toBeLessThanOrEqual(milli + 1e-9);
        const epsilon = users.numerator / 1_000;
        expect(tailOf(epsilon, thresholdOf(5, epsilon) - 5)).toBeLessThanOrEqual(DELTA);
      }),
    );
  });

  it('is what its epsilon and delta say, between data with and without one person (100,000 draws each)', () => {
    // Loud enough for events to be seen: twice the counts near the threshold, where the topic shows half of the time.
    const { users } = shares(rules.epsilon);
    const near = thresholdOf(rules.minUsers, users.numerator / 1_000);
    const [withOne, without] = [people(near, 'x', near / 2), people(near, 'x', near / 2).slice(1)];
    const drawn = (threads: readonly DayThread[]): Map<string, number> => {
      const seen = new Map<string, number>();
      for (let at = 0; at < DRAWS; at += 1) {
        const [one] = release(threads, rules, systemRandomness);
        const event =
          one === undefined
            ? 'hidden'
            : `${Math.min(one.users - near, 4)} ${Math.sign(one.unhappy - Math.floor(near / 2))} ${Math.sign(one.corrected - Math.floor(near / 2))} ${Math.sign(one.turns - Math.floor(near / 2) * 3)}`;
        seen.set(event, (seen.get(event) ?? 0) + 1);
      }
      return seen;
    };
    const [a, b] = [drawn(withOne), drawn(without)];
    const bound = Math.exp(rules.epsilon);
    for (const event of new Set([...a.keys(), ...b.keys()])) {
      for (const [x, y] of [
        [a.get(event) ?? 0, b.get(event) ?? 0],
        [b.get(event) ?? 0, a.get(event) ?? 0],
      ] as const) {
        const reach = 6 * Math.sqrt(x + bound * bound * y + 1);
        expect(x, event).toBeLessThanOrEqual(bound * y + DELTA * DRAWS + reach);
      }
    }
    // The check can fail: with so little noise it would.
    const [loudA, loudB] = [a.get('hidden') ?? 0, b.get('hidden') ?? 0];
    expect(loudB - loudA).toBeGreaterThan(6 * Math.sqrt(loudA + loudB));
  });

  it('hides one more person at the edge of k but for delta', () => {
    const edge = people(rules.minUsers, 'x');
    let shown = 0;
    for (let at = 0; at < DRAWS; at += 1) shown += release(edge, rules, systemRandomness).length;
    // One in ten expected at DELTA = 1e-6.
    expect(shown).toBeLessThanOrEqual(5);
  });
});
