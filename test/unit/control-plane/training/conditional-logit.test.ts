import { describe, expect, it } from 'vitest';
import { fitChoices, type Choice } from '../../../../control-plane/training/conditional-logit.ts';

const WIDTH = 12;
/** Numbers that look random and are the same each time. */
const noise = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
};

/** Candidates of which half of the columns nearly repeat the other half: a long narrow valley for whoever looks for its end. */
const choices = Array.from({ length: 400 }, (_, i): Choice => {
  const rows = Array.from({ length: 1 + (i % 4) }, (_row, k) => {
    const half = Array.from({ length: WIDTH / 2 }, (_cell, j) => noise(i * 97 + k * 31 + j));
    return Float64Array.from([...half, ...half.map((x, j) => x + 0.001 * noise(i + k + j))]);
  });
  const best = rows.findIndex((row) => (row[0] ?? 0) - (row[1] ?? 0) + 0.3 * noise(i) > 0.4);
  return { rows, right: best };
});

describe('fitChoices', () => {
  const { weights, bias } = fitChoices(choices, WIDTH, 1, 500);

  it('ends where it ends, in whatever order it is told the choices and the columns', () => {
    const turned = choices.toReversed().map(({ rows, right }) => ({ right, rows: rows.map((row) => row.toReversed()) }));
    const other = fitChoices(turned, WIDTH, 1, 500);
    other.weights.toReversed().forEach((weight, j) => expect(weight).toBeCloseTo(weights[j] ?? NaN, 3));
    expect(other.bias).toBeCloseTo(bias, 3);
  });

  it('finds what was right', () => {
    const found = choices.filter(({ rows, right }) => {
      const scores = rows.map((row) => row.reduce((sum, x, j) => sum + x * (weights[j] ?? 0), bias));
      const best = Math.max(...scores);
      return (best > 0 ? scores.indexOf(best) : -1) === right;
    });
    expect(found.length).toBeGreaterThan(0.6 * choices.length);
  });
});
