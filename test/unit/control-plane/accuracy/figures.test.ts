import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationError, figuresOf, reliabilityOf, shareOf, type Tally } from '../../../../control-plane/src/accuracy/index.ts';

const tally = (fields: Partial<Tally>): Tally => ({
  source: 'traffic',
  evidence: 'declared',
  kind: 'true_join',
  bin: 9,
  day: 20_000,
  hadChoice: true,
  count: 1,
  stated: 0.95,
  beyondReach: 0,
  ...fields,
});

describe('figures', () => {
  it('take precision of joins and recall of continuations', () => {
    const figures = figuresOf([
      tally({ kind: 'true_join', count: 60 }),
      tally({ kind: 'false_join', count: 2 }),
      tally({ kind: 'missed_join', count: 3 }),
      tally({ kind: 'true_new', count: 50 }),
      tally({ kind: 'false_new', count: 5, beyondReach: 4 }),
      tally({ kind: 'true_new', count: 1_000, hadChoice: false }),
    ]);
    expect(figures).toMatchObject({ n: 120, trueJoin: 60, falseJoin: 2, missedJoin: 3, trueNew: 50, falseNew: 5, beyondReach: 4 });
    expect(figures.precision.value).toBeCloseTo(60 / 65);
    expect(figures.recall.value).toBeCloseTo(60 / 68);
  });

  it('are null where there is nothing to take them of', () => {
    expect(figuresOf([])).toMatchObject({ n: 0, precision: { value: null, low: null, high: null } });
    expect(calibrationError(reliabilityOf([]))).toBeNull();
  });

  it('have intervals that hold the share and stay within 0 and 1', () => {
    // Wilson's interval of 8 in 10, as textbooks give it.
    expect(shareOf(8, 10).low).toBeCloseTo(0.4902, 3);
    expect(shareOf(8, 10).high).toBeCloseTo(0.9433, 3);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (whole, some) => {
        const part = some % (whole + 1);
        const { value, low, high } = shareOf(part, whole);
        expect(value).toBe(part / whole);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual((value ?? 0) + 1e-12);
        expect(high).toBeGreaterThanOrEqual((value ?? 0) - 1e-12);
      }),
    );
  });

  it('say how confidence comes true, in decisions between threads only', () => {
    const bins = reliabilityOf([
      tally({ bin: 9, count: 8, stated: 7.6 }),
      tally({ bin: 9, count: 2, stated: 1.9, kind: 'false_join' }),
      tally({ bin: 6, count: 10, stated: 6.5, kind: 'true_new' }),
      tally({ bin: 9, count: 99, stated: 99, kind: 'true_new', hadChoice: false }),
    ]);
    expect(bins).toHaveLength(10);
    expect(bins[9]).toMatchObject({ n: 10, stated: expect.closeTo(0.95, 9) as number, right: 0.8 });
    expect(bins[6]).toMatchObject({ n: 10, right: 1 });
    expect(calibrationError(bins)).toBeCloseTo(0.5 * 0.15 + 0.5 * 0.35);
  });
});
