// The few formulas that rooms need which look at many requests, on numbers alone.

/** erfc for x ≥ 0, to 1.2e-7 (Numerical Recipes' Chebyshev fit). */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
  ];
  return t * Math.exp(-x * x + coefficients.reduceRight((total, coefficient) => total * t + coefficient, 0));
}

/** Two-sided p-value of a standardised difference with so many degrees of freedom. */
export function twoSided(statistic: number, degrees: number): number {
  if (!Number.isFinite(statistic) || degrees < 1) return 1;
  // Wallace's normal approximation to Student's t: within .002 from three degrees on.
  const z = ((8 * degrees + 1) / (8 * degrees + 3)) * Math.sqrt(degrees * Math.log1p((statistic * statistic) / degrees));
  return complementaryError(z / Math.SQRT2);
}

/** Half the width of a 95% interval in standard errors; by halving, since `twoSided` falls steadily. */
export function criticalValue(degrees: number): number {
  let [low, high] = [1.9, 100];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (twoSided(middle, degrees) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** Benjamini and Hochberg: which of the p-values hold at a false discovery rate, 5% unless given. */
export function discoveries(pValues: readonly number[], rate = 0.05): readonly boolean[] {
  const order = pValues.map((p, at) => ({ p, at })).toSorted((a, b) => a.p - b.p);
  const last = order.findLastIndex(({ p }, rank) => p <= (rate * (rank + 1)) / order.length);
  const held = new Set(order.slice(0, last + 1).map(({ at }) => at));
  return pValues.map((_, at) => held.has(at));
}

/** Benjamini and Hochberg's adjusted p-values: the least false discovery rate at which each holds. */
export function discoveryRates(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, at) => ({ p, at })).toSorted((a, b) => b.p - a.p);
  const rates = new Array<number>(pValues.length).fill(1);
  let least = 1;
  for (const [fromEnd, { p, at }] of order.entries()) {
    least = Math.min(least, (p * order.length) / (order.length - fromEnd));
    rates[at] = least;
  }
  return rates;
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32): reports must come out the same twice. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 97.5th percentile of the normal distribution. */
const Z = 1.959964;

/** Wilson's 95% interval of the share `part / whole`: within 0…1, and honest for few. Of nothing: all of 0…1. */
export function wilsonInterval(part: number, whole: number): readonly [low: number, high: number] {
  if (whole === 0) return [0, 1];
  const share = part / whole;
  const scale = 1 + Z ** 2 / whole;
  const middle = (share + Z ** 2 / (2 * whole)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2));
  // At the ends rounding can put the share itself outside.
  return [Math.max(0, Math.min(share, middle - half)), Math.min(1, Math.max(share, middle + half))];
}
