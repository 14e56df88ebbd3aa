import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson } from '../../../../control-plane/src/insight/interval.ts';
import type { SequenceReport, SequenceThread, SequenceTurn } from '../../../../control-plane/src/insight/index.ts';
import { tallySequences } from '../../../../control-plane/src/insight/sequences.ts';

const turn = (fields: Partial<SequenceTurn> = {}): SequenceTurn => ({
  followUp: null,
  outcome: 'ok',
  truncated: false,
  model: 'small',
  thumbedDown: false,
  ...fields,
});
const thread = (
  turns: readonly Partial<SequenceTurn>[],
  outcome: SequenceThread['outcome'] = 'completed',
  principal = 'p',
): SequenceThread => ({
  id: 't',
  principal,
  outcome,
  turns: turns.map(turn),
});
function reportOf(threads: readonly SequenceThread[], minThreads = 1): SequenceReport {
  const tally = tallySequences();
  for (const one of threads) tally.add(one);
  return tally.report({ from: '', to: '' }, minThreads, false);
}

const anyTurn = fc.record({
  followUp: fc.constantFrom(null, 'pronoun', 'correction', 'refinement', 'repeat'),
  outcome: fc.constantFrom('ok', 'error', 'blocked', null),
  thumbedDown: fc.boolean(),
}) as fc.Arbitrary<Partial<SequenceTurn>>;
const anyThread = fc
  .tuple(
    fc.array(anyTurn, { maxLength: 6 }),
    fc.constantFrom('open', 'completed', 'corrected', 'abandoned', 'failed'),
    fc.constantFrom('a', 'b', 'c'),
  )
  .map(([turns, outcome, user]) => thread(turns, outcome as 'open', user));

describe("Wilson's interval", () => {
  it('is that of the books', () => {
    const { low, high } = wilson(8, 10);
    expect(low).toBeCloseTo(0.4902, 3);
    expect(high).toBeCloseTo(0.9433, 3);
    expect(wilson(0, 0)).toEqual({ threads: 0, succeeded: 0, share: 0, low: 0, high: 1 });
  });

  it('holds the share, stays within 0 and 1, and narrows as counts grow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const succeeded = Math.round(n * part);
        const { low, share, high } = wilson(succeeded, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
        expect(high).toBeLessThanOrEqual(1);
        const wide = wilson(succeeded * 10, n * 10);
        expect(wide.high - wide.low).toBeLessThan(high - low);
      }),
    );
  });
});

describe('sequences of follow-ups', () => {
  it('count a thread once, however often a sequence stands in it', () => {
    const { items, baseline } = reportOf([thread([{}, { followUp: 'pronoun' }, { followUp: 'pronoun' }, { followUp: 'pronoun' }])]);
    expect(items.map(({ id, threads }) => [id, threads])).toEqual([
      ['pronoun', 1],
      ['pronoun>pronoun', 1],
      ['pronoun>pronoun>pronoun', 1],
    ]);
    expect(baseline).toMatchObject({ threads: 1, succeeded: 1 });
  });

  it('leave out threads that are open and those of one turn', () => {
    const report = reportOf([thread([{}]), thread([{}, {}], 'open'), thread([{}, {}], 'failed')]);
    expect(report).toMatchObject({
      threads: 1,
      openThreads: 1,
      outcomes: { failed: 1, open: 1, completed: 0 },
      baseline: { succeeded: 0 },
    });
    expect(report.items[0]).toMatchObject({ id: 'self_contained', lift: null });
  });

  it('say that a sequence does better or worse only where intervals and counts allow it', () => {
    const good = Array.from({ length: 30 }, (_, k) => thread([{}, { followUp: 'refinement' }], 'completed', `g${k}`));
    const bad = Array.from({ length: 30 }, (_, k) => thread([{}, { followUp: 'repeat' }], 'abandoned', `b${k}`));
    const few = Array.from({ length: 6 }, () => thread([{}, { followUp: 'elaboration' }], 'completed'));
    const { items } = reportOf([...good, ...bad, ...few], 5);
    expect(Object.fromEntries(items.map(({ id, differs, isSmall, users }) => [id, [differs, isSmall, users]]))).toEqual({
      refinement: ['better', false, 30],
      repeat: ['worse', false, 30],
      elaboration: [null, true, 1],
    });
  });

  it('tell which move mends which trouble', () => {
    const { repairs } = reportOf([
      thread([{}, { followUp: 'correction' }, { followUp: 'refinement' }, {}]),
      thread([{}, { followUp: 'correction' }, { followUp: 'refinement' }, { followUp: 'correction' }], 'abandoned'),
      thread([{ outcome: 'error' }, { followUp: 'repeat', model: 'large' }, {}]),
      thread([{}, { thumbedDown: true }], 'abandoned'),
    ]);
    const of = (id: string) => repairs.find((repair) => repair.id === id);
    expect(of('correction:refinement')).toMatchObject({ threads: 2, succeeded: 1, otherModel: false });
    expect(of('error:repeat+other_model')).toMatchObject({ threads: 1, succeeded: 1, otherModel: true, trouble: 'error' });
    expect(of('thumbs_down:left')).toMatchObject({ threads: 1, succeeded: 0 });
    expect(of('correction:left')).toMatchObject({ threads: 1, succeeded: 0 });
  });

  it('hold together for any threads, in any order', () => {
    fc.assert(
      fc.property(fc.array(anyThread, { maxLength: 25 }), fc.integer({ min: 1, max: 4 }), (threads, least) => {
        const report = reportOf(threads, least);
        for (const one of [...report.items, ...report.repairs]) {
          expect(one.threads).toBeGreaterThanOrEqual(least);
          expect(one.threads).toBeLessThanOrEqual(report.threads);
          expect(one.succeeded).toBeLessThanOrEqual(one.threads);
          expect(one.users).toBeLessThanOrEqual(3);
        }
        const all = reportOf(threads, 1);
        expect(report.suppressed).toBe(all.items.length + all.repairs.length - report.items.length - report.repairs.length);
        expect(reportOf(threads.toReversed(), least)).toEqual(report);
      }),
    );
  });
});
