// What is learned from evidence: that it helps, that it never loosens past the guard rails, and that it waits for enough.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, NEEDS, outcomeOf, propose, untuned, type TuningView } from '../../../../control-plane/src/accuracy/index.ts';
import { evidence } from './evidence.ts';

const shipped = untuned(0.55);

describe('a proposal', () => {
  it('sets right what the linker mishears, on evidence that it did not learn from', () => {
    const { state, tuning, preview } = propose(evidence({ n: 1_500, seed: 1, bias: 2.5, slope: 1 }), shipped, 0);
    expect(state).toBe('proposed');
    expect(tuning?.time.newest).toBeLessThan(-0.8);
    expect(preview?.after.precision).toBeGreaterThan((preview?.before.precision ?? 1) + 0.03);
    expect(preview?.after.ece).toBeLessThan(preview?.before.ece ?? 0);
    expect(preview?.after.bCubed.f1).toBeGreaterThan((preview?.before.bCubed.f1 ?? 1) - 0.005);
    expect(preview?.heldOut.n).toBe(450);
    expect(Date.parse(preview?.heldOut.from ?? '')).toBeGreaterThan(Date.parse(preview?.learnedFrom.to ?? ''));
  });

  it('finds more where the linker is too shy, and pays no precision below what is good', () => {
    const { tuning, preview } = propose(evidence({ n: 1_500, seed: 2, bias: -2.5, slope: 1 }), shipped, 0);
    expect(tuning).not.toBeNull();
    expect(preview?.after.recall).toBeGreaterThan(preview?.before.recall ?? 1);
    expect(preview?.after.precision).toBeGreaterThanOrEqual(Math.min(0.97, preview?.before.precision ?? 0));
  });

  it('brings down a confidence that exaggerates', () => {
    const { tuning, preview } = propose(evidence({ n: 2_000, seed: 3, bias: 0, slope: 3 }), shipped, 0);
    expect(tuning).not.toBeNull();
    expect(preview?.after.ece).toBeLessThan((preview?.before.ece ?? 0) - 0.005);
  });

  it('is not made where nothing would be better', () => {
    const fair = propose(evidence({ n: 1_500, seed: 4, bias: 0, slope: 1 }), shipped, 0);
    const again = fair.tuning === null ? fair : propose(evidence({ n: 1_500, seed: 4, bias: 0, slope: 1 }), fair.tuning, 0);
    expect(again).toMatchObject({ state: 'unchanged', tuning: null });
  });

  it('waits for enough evidence of each kind, and says how much', () => {
    const few = propose(evidence({ n: 150, seed: 5, bias: 1, slope: 1 }), shipped, 0);
    expect(few).toMatchObject({ state: 'too_little', tuning: null, preview: null, needs: NEEDS });
    expect(few.explanation).toContain(String(NEEDS.judged));
    const oneSided = evidence({ n: 2_000, seed: 6, bias: 1, slope: 1 }).filter(({ goesOn }) => goesOn);
    expect(propose(oneSided, shipped, 0)).toMatchObject({ state: 'too_little', has: { beginnings: 0 } });
    expect(propose([], shipped, 0)).toMatchObject({ state: 'too_little', has: { judged: 0 } });
  });

  it('says how many decisions it leaves out, as the thread that they go on with is not named', () => {
    const all = evidence({ n: 1_500, seed: 1, bias: 2.5, slope: 1 });
    expect(propose(all, shipped, 0)).toMatchObject({ has: { leftOut: 0 } });
    expect(propose(all, shipped, 0).explanation).not.toContain('Left out');
    const missed = all.map((verdict, at) => (verdict.goesOn && at % 10 === 0 ? { ...verdict, right: -1 } : verdict));
    const count = missed.filter(({ goesOn, right }) => goesOn && right < 0).length;
    const { has, explanation } = propose(missed, shipped, 0);
    expect(has).toMatchObject({ leftOut: count, judged: all.length - count });
    expect(explanation).toContain(`Left out are ${count}`);
    expect(propose(missed.slice(0, 100), shipped, 0).explanation).toContain('Left out');
  });

  it('keeps to the guard rails whatever the evidence', () => {
    fc.assert(
      fc.property(
        fc.record({
          n: fc.integer({ min: 200, max: 700 }),
          seed: fc.nat(),
          bias: fc.double({ min: -6, max: 6, noNaN: true }),
          slope: fc.double({ min: -2, max: 6, noNaN: true }),
        }),
        fc.constantFrom(0, 0.7, 0.9),
        (world, leastJoin) => {
          const { tuning, preview } = propose(evidence(world), shipped, leastJoin);
          if (tuning === null || preview === null) return;
          const { joinFrom, time, confidence } = tuning;
          expect(joinFrom).toBeGreaterThanOrEqual(0.5);
          expect(time.scale).toBeGreaterThanOrEqual(0.5);
          for (const value of [time.newest, time.older, confidence.offset]) expect(Math.abs(value)).toBeLessThanOrEqual(2);
          expect(confidence.slope).toBeGreaterThan(0);
          expect(preview.after.precision ?? 0).toBeGreaterThanOrEqual(Math.min(0.97, preview.before.precision ?? 0));
          expect(preview.after.bCubed.f1).toBeGreaterThanOrEqual(preview.before.bCubed.f1 - 0.005);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is the same each time', () => {
    const world = { n: 600, seed: 7, bias: 1.5, slope: 1 };
    expect(propose(evidence(world), shipped, 0)).toEqual(propose(evidence(world), shipped, 0));
  });
});

describe('deciding anew', () => {
  it('gives the decision that was taken, where nothing is tuned', () => {
    for (const verdict of evidence({ n: 500, seed: 8, bias: 1, slope: 1.5 })) {
      const { joined, confidence } = decide(verdict, shipped);
      expect(joined >= 0 ? verdict.guess.candidates[joined]?.threadId : undefined).toBe(verdict.guess.joined);
      expect(confidence).toBeCloseTo(verdict.guess.confidence, 9);
    }
  });

  it('joins less with a higher threshold', () => {
    const verdicts = evidence({ n: 500, seed: 9, bias: 1, slope: 1 });
    const joins = [0.5, 0.7, 0.9].map((joinFrom) => outcomeOf(verdicts, untuned(joinFrom)).joins);
    expect(joins).toEqual(joins.toSorted((a, b) => b - a));
    expect(new Set(joins).size).toBe(3);
  });

  it('scores threads as wholes: all apart has full precision, all together full recall', () => {
    const verdicts = evidence({ n: 400, seed: 10, bias: 0, slope: 1 });
    const apart: TuningView = { ...shipped, time: { ...shipped.time, newest: -99, older: -99 } };
    const together: TuningView = { ...shipped, time: { ...shipped.time, newest: 99 } };
    expect(outcomeOf(verdicts, apart)).toMatchObject({ precision: null, recall: 0, bCubed: { precision: expect.closeTo(1, 9) as number } });
    expect(outcomeOf(verdicts, together)).toMatchObject({ recall: 1, bCubed: { recall: expect.closeTo(1, 9) as number } });
  });
});
