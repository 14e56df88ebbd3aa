// Exact discrete Laplace noise from whole numbers alone (Canonne, Kamath, Steinke: The Discrete Gaussian for Differential
// Privacy, algorithms 1 and 2). Floating point would leak through the gaps between its numbers (Mironov 2012).
import type { Randomness } from '../kernel/index.ts';

/** Uniform whole numbers in [0, bound), bound up to 2^32. */
type Uniform = (bound: number) => number;

const POOL_BYTES = 4_096;

/** One for each source: bytes that were asked for serve the draws that come after, too. */
const uniforms = new WeakMap<Randomness, Uniform>();

function uniformOf(randomness: Randomness): Uniform {
  const uniform = uniforms.get(randomness) ?? uniformFrom(randomness);
  uniforms.set(randomness, uniform);
  return uniform;
}

/** Rejects what would make small numbers likelier. */
function uniformFrom(randomness: Randomness): Uniform {
  let pool = Buffer.alloc(0);
  let at = 0;
  const next = (): number => {
    if (at + 4 > pool.length) [pool, at] = [Buffer.from(randomness.bytes(POOL_BYTES)), 0];
    at += 4;
    return pool.readUInt32LE(at - 4);
  };
  return (bound) => {
    const limit = 4_294_967_296 - (4_294_967_296 % bound);
    for (;;) {
      const value = next();
      if (value < limit) return value % bound;
    }
  };
}

/** True with probability exp(-numerator / denominator), a fraction of at most 1. */
function bernoulliExp(uniform: Uniform, numerator: number, denominator: number): boolean {
  let k = 1;
  while (uniform(denominator * k) < numerator) k += 1;
  return k % 2 === 1;
}

export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * Draws whole numbers x with probability in proportion to exp(-|x| epsilon).
 *
 * @param epsilon as a fraction of whole numbers up to 100,000: what is exact must be able to say what it is
 */
export function createDiscreteLaplace({ numerator, denominator }: Fraction, randomness: Randomness): () => number {
  for (const part of [numerator, denominator]) {
    if (!Number.isInteger(part) || part < 1 || part > 100_000) {
      throw new RangeError('Epsilon must be a fraction of whole numbers from 1 to 100,000.');
    }
  }
  const uniform = uniformOf(randomness);
  return () => {
    for (;;) {
      const u = uniform(denominator);
      if (!bernoulliExp(uniform, u, denominator)) continue;
      let v = 0;
      while (bernoulliExp(uniform, 1, 1)) v += 1;
      const magnitude = Math.floor((u + denominator * v) / numerator);
      const isNegative = uniform(2) === 1;
      // Zero has no sign: it would come twice as often as it should.
      if (isNegative && magnitude === 0) continue;
      return isNegative ? -magnitude : magnitude;
    }
  };
}

/** Probability that the noise reaches `least`, a whole number of at least 1. */
export function tailOf(epsilon: number, least: number): number {
  return Math.exp(-epsilon * least) / (1 + Math.exp(-epsilon));
}
