import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchedDifference, type Observation } from '../../../../control-plane/src/reports/matched.ts';
import { criticalValue, discoveries, seeded, twoSided } from '../../../../control-plane/src/kernel/index.ts';

describe('twoSided', () => {
  // Table values of Student's t.
  it.each([
    [2.228, 10, 0.05],
    [3.169, 10, 0.01],
    [2.042, 30, 0.05],
    [1.96, 100_000, 0.05],
  ])('%d at %d degrees is %d', (statistic, degrees, p) => {
    expect(twoSided(statistic, degrees)).toBeCloseTo(p, 3);
    expect(twoSided(-statistic, degrees)).toBe(twoSided(statistic, degrees));
  });

  it('is turned round by criticalValue', () => {
    for (const degrees of [2, 5, 30, 1_000]) expect(twoSided(criticalValue(degrees), degrees)).toBeCloseTo(0.05, 6);
  });
});

it('discoveries follows Benjamini and Hochberg', () => {
  expect(discoveries([0.01, 0.04, 0.03, 0.5])).toEqual([true, false, false, false]);
  expect(discoveries([0.01, 0.02, 0.03, 0.04])).toEqual([true, true, true, true]);
  expect(discoveries([])).toEqual([]);
});

/** Standard normal by the sum of twelve. */
const normal = (draw: () => number): number => Array.from({ length: 12 }, draw).reduce((sum, value) => sum + value, -6);

/** Topics of different difficulty; people who differ; `a` gets the hard topics more often. */
function world(seed: number, effect: number): Observation[] {
  const draw = seeded(seed);
  const people = Array.from({ length: 40 }, () => normal(draw));
  return people.flatMap((lean, person) =>
    Array.from({ length: 6 }, (): Observation => {
      const topic = Math.floor(draw() * 5);
      const arm = draw() < (topic + 1) / 6 ? 'a' : 'b';
      return { arm, stratum: `t${topic}`, cluster: `p${person}`, value: 3 * topic + lean + normal(draw) + (arm === 'b' ? effect : 0) };
    }),
  );
}

describe('matchedDifference', () => {
  it('covers the true difference about as often as it says, although hard topics go to one side', () => {
    let covered = 0;
    for (let seed = 0; seed < 400; seed += 1) {
      const { interval: [low, high] = [NaN, NaN] } = matchedDifference(world(seed, 0.5)) ?? {};
      if (low <= 0.5 && 0.5 <= high) covered += 1;
    }
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.98);
  });

  it('finds a difference that a plain comparison has the wrong way round', () => {
    const all = world(7, 1);
    const plain = (arm: string): number => {
      const own = all.filter((one) => one.arm === arm).map(({ value }) => value);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    const found = matchedDifference(all);
    expect(plain('b') - plain('a')).toBeLessThan(0);
    expect(found?.interval[0]).toBeGreaterThan(0);
    expect(found?.difference).toBeCloseTo((found?.b ?? 0) - (found?.a ?? 0), 9);
  });

  it('says nothing where no topic has both, or two people are all there are', () => {
    const one = (arm: 'a' | 'b', stratum: string, cluster: string): Observation => ({ arm, stratum, cluster, value: 1 });
    expect(matchedDifference([one('a', 'x', '1'), one('b', 'y', '2'), one('b', 'y', '3')])).toBeUndefined();
    expect(matchedDifference([one('a', 'x', '1'), one('b', 'x', '2')])).toBeUndefined();
  });

  it('is no surer than a handful of yes and no allows', () => {
    const few = ['1', '2', '3', '4'].map((cluster, at): Observation => ({
      arm: at < 2 ? 'a' : 'b',
      stratum: 'x',
      cluster,
      value: at < 2 ? 0 : 1,
    }));
    expect(matchedDifference(few)?.p).toBeGreaterThan(0.05);
  });

  it('holds its shape for any input', () => {
    const observation = fc.record({
      arm: fc.constantFrom('a' as const, 'b' as const),
      stratum: fc.constantFrom('x', 'y', 'z'),
      cluster: fc.constantFrom('1', '2', '3', '4', '5'),
      value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 60 }), (all) => {
        const found = matchedDifference(all);
        if (!found) return;
        const [low, high] = found.interval;
        expect(low).toBeLessThanOrEqual(found.difference);
        expect(high).toBeGreaterThanOrEqual(found.difference);
        expect(found.p).toBeGreaterThanOrEqual(0);
        expect(found.p).toBeLessThanOrEqual(1 + 1e-6);
        const turned = matchedDifference(all.map((one) => ({ ...one, arm: one.arm === 'a' ? 'b' : 'a' })));
        expect(turned?.difference).toBeCloseTo(-found.difference, 4);
      }),
    );
  });
});
