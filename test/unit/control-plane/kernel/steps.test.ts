import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepped, stepsOf, vectorOf } from '../../../../control-plane/src/kernel/index.ts';

const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 }), { minLength: 384, maxLength: 384 });
const unit = (list: readonly number[]): Float32Array => {
  const length = Math.hypot(...list);
  return Float32Array.from(list, (value) => (length === 0 ? 0 : value / length));
};

describe('vectors in steps', () => {
  it('stay exactly as they are when they are put in steps again', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const once = stepped(unit(list));
        expect(stepped(once)).toEqual(once);
        expect(vectorOf(stepsOf(once))).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  it('point where they pointed and are as long', () => {
    fc.assert(
      fc.property(
        numbers.filter((list) => Math.hypot(...list) > 0.01),
        (list) => {
          const before = unit(list);
          const after = stepped(before);
          const dot = before.reduce((sum, value, at) => sum + value * (after[at] ?? 0), 0);
          expect(Math.hypot(...after)).toBeCloseTo(1, 4);
          expect(dot).toBeGreaterThan(0.9985);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leave short vectors alone, zero at zero, and a damaged vector damaged', () => {
    const short = Float32Array.of(0.1, 0.2, 0.3);
    expect(stepped(short)).toBe(short);
    expect(stepped(new Float32Array(384))).toEqual(new Float32Array(384));
    expect(stepped(new Float32Array(384).fill(Number.NaN)).every(Number.isNaN)).toBe(true);
  });
});
