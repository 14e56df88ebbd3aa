// A difference between two groups that were not drawn by lot: compared within topics, so that a model which is asked
// harder things is not blamed for it.
import { criticalValue, twoSided } from '../kernel/index.ts';

export interface Observation {
  readonly arm: 'a' | 'b';
  /** What is compared with its like: a topic. */
  readonly stratum: string;
  /** Observations of one person are not independent. */
  readonly cluster: string;
  readonly value: number;
}

export interface Difference {
  /** Means over strata that have both, weighted by how much they tell of the difference. */
  readonly a: number;
  readonly b: number;
  /** Observations in those strata. */
  readonly nA: number;
  readonly nB: number;
  readonly clusters: number;
  /** b minus a. */
  readonly difference: number;
  /** 95%. */
  readonly interval: readonly [number, number];
  readonly p: number;
}

interface Stratum {
  readonly a: Observation[];
  readonly b: Observation[];
}

/**
 * Overlap weights (n_a n_b / (n_a + n_b) of each stratum) and a variance that is robust to clusters. Undefined where no
 * stratum has both groups, or fewer than three people are behind them.
 */
export function matchedDifference(observations: readonly Observation[]): Difference | undefined {
  const strata = new Map<string, Stratum>();
  for (const one of observations) {
    const stratum = strata.get(one.stratum) ?? { a: [], b: [] };
    stratum[one.arm].push(one);
    strata.set(one.stratum, stratum);
  }
  const shared = [...strata.values()].filter(({ a, b }) => a.length > 0 && b.length > 0);
  const weightOf = ({ a, b }: Stratum): number => (a.length * b.length) / (a.length + b.length);
  const total = shared.reduce((sum, stratum) => sum + weightOf(stratum), 0);
  if (total === 0) return undefined;
  const influence = new Map<string, number>();
  let [meanA, meanB, nA, nB] = [0, 0, 0, 0];
  for (const stratum of shared) {
    const weight = weightOf(stratum) / total;
    for (const arm of ['a', 'b'] as const) {
      const own = stratum[arm];
      const average = own.reduce((sum, { value }) => sum + value, 0) / own.length;
      if (arm === 'a') [meanA, nA] = [meanA + weight * average, nA + own.length];
      else [meanB, nB] = [meanB + weight * average, nB + own.length];
      const sign = arm === 'a' ? -1 : 1;
      for (const { cluster, value } of own) {
        influence.set(cluster, (influence.get(cluster) ?? 0) + (sign * weight * (value - average)) / own.length);
      }
    }
  }
  const clusters = influence.size;
  if (clusters < 3) return undefined;
  const squares = [...influence.values()].reduce((sum, value) => sum + value * value, 0);
  const difference = meanB - meanA;
  // Where all of one group are alike, as with few yes and no, the spread that is seen is too small to be the true one.
  const least = Math.abs(difference) / Math.sqrt(Math.min(nA, nB));
  const error = Math.max(Math.sqrt((squares * clusters) / (clusters - 1)), squares === 0 ? least : 0);
  const reach = criticalValue(clusters - 1) * error;
  const p = error > 0 ? twoSided(difference / error, clusters - 1) : 1;
  return { a: meanA, b: meanB, nA, nB, clusters, difference, interval: [difference - reach, difference + reach], p };
}
