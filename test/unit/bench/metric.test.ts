import { describe, expect, it } from 'vitest';
import { median, metric, percentile, tableOf } from '../../bench/metric.ts';

describe('a metric', () => {
  it('is the median of its runs, with the lowest and the highest', () => {
    expect(metric('x', 'ms', 'lower', [3, 1, 2])).toEqual({ name: 'x', unit: 'ms', better: 'lower', median: 2, spread: [1, 3], runs: 3 });
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1), percentile([7], 0.99)]).toEqual([50, 99, 100, 7]);
  });

  it('that was not measured says why, and what is no number does not count', () => {
    const none = metric('x', 'ms', 'lower', [Number.NaN], 'needs Linux');
    expect(none).toMatchObject({ median: null, spread: null, runs: 0 });
    expect(tableOf([none])).toBe('x  not measured: needs Linux');
  });

  it('is held against a baseline by name', () => {
    const baseline = { metrics: [metric('x', 'ms', 'lower', [4])] };
    const table = tableOf([metric('x', 'ms', 'lower', [2]), metric('new', '/s', 'higher', [5, 6])], baseline).split('\n');
    expect(table[0]).toContain('×0.50 of the baseline (lower is better)');
    expect(table[1]).toContain('5–6 in 2 runs');
    expect(table[1]).not.toContain('baseline');
  });
});
