// Which runs are missing, and what explains those that are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../../control-plane/src/identity/index.ts';
import { endOf, explain } from '../../../../control-plane/src/identity/account.ts';
import type { EpochSummary } from '../../../../control-plane/src/identity/index.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const epoch = (fields: Partial<EpochSummary> = {}): EpochSummary => ({
  epoch: 'e1',
  keyId: 'k',
  runs: 10,
  last: 9,
  repeated: 0,
  unproven: 0,
  firstSeenMs: NOW - 60 * MINUTE,
  lastSeenMs: NOW - MINUTE,
  unkept: [],
  stated: { runs: 10, passed: 0, lost: [], state: 'open', atMs: NOW - MINUTE },
  ...fields,
});
const stated = (fields: Partial<NonNullable<EpochSummary['stated']>>) => ({
  runs: 10,
  passed: 0,
  lost: [],
  state: 'open' as const,
  atMs: NOW - MINUTE,
  ...fields,
});

describe('the end of an epoch', () => {
  it('is what the gateway said, or that nobody heard of it again', () => {
    expect(endOf(epoch(), NOW)).toBe('open');
    expect(endOf(epoch({ stated: stated({ state: 'closed' }) }), NOW + 60 * MINUTE)).toBe('closed');
    expect(endOf(epoch(), NOW + 60 * MINUTE)).toBe('unknown');
    expect(endOf(epoch({ lastSeenMs: NOW + 59 * MINUTE }), NOW + 60 * MINUTE)).toBe('open');
    expect(endOf(epoch({ stated: null }), NOW + 60 * MINUTE)).toBe('unstated');
  });
});

describe('a missing number', () => {
  const gap = { epoch: 'e1', from: 3, to: 6, seenAtMs: NOW - 40 * MINUTE };
  const kinds = (epochs: readonly EpochSummary[], now = NOW, gaps = [gap]) =>
    explain(gaps, epochs, now).map(({ from, to, kind, reason }) => [from, to, kind, ...(reason === undefined ? [] : [reason])]);

  it('is on its way, then missing', () => {
    expect(kinds([epoch()], gap.seenAtMs + MINUTE)).toEqual([[3, 6, 'on_the_way']]);
    expect(kinds([epoch()])).toEqual([[3, 6, 'missing']]);
  });

  it('is lost where the gateway says so under its key, and only there', () => {
    const lost = [
      { from: 0, to: 3, reason: 'queue_full' },
      { from: 5, to: 5, reason: 'too_large' },
    ];
    expect(kinds([epoch({ stated: stated({ lost }) })])).toEqual([
      [3, 3, 'lost', 'queue_full'],
      [4, 4, 'missing'],
      [5, 5, 'lost', 'too_large'],
      [6, 6, 'missing'],
    ]);
  });

  it('is not kept where this server says so, and lost where the gateway does as well', () => {
    const unkept = [
      { from: 2, to: 4, reason: 'mode_off' },
      { from: 6, to: 9, reason: 'buried' },
    ];
    const lost = [{ from: 4, to: 4, reason: 'undeliverable' }];
    expect(kinds([epoch({ unkept, stated: stated({ lost }) })])).toEqual([
      [3, 3, 'not_kept', 'mode_off'],
      [4, 4, 'lost', 'undeliverable'],
      [5, 5, 'missing'],
      [6, 6, 'not_kept', 'buried'],
    ]);
    // Also where the gateway states nothing.
    expect(kinds([epoch({ unkept, stated: null })]).map(([from, to, kind]) => [from, to, kind])).toEqual([
      [3, 4, 'not_kept'],
      [5, 5, 'missing'],
      [6, 6, 'not_kept'],
    ]);
  });

  it('at the end shows by what the gateway stated, and is no omission of one that was killed', () => {
    const short = epoch({ runs: 8, last: 7 });
    expect(kinds([short], NOW, [])).toEqual([[8, 9, 'on_the_way']]);
    expect(kinds([{ ...short, stated: stated({ state: 'closed' }) }], NOW + 60 * MINUTE, [])).toEqual([[8, 9, 'missing']]);
    expect(kinds([short], NOW + 60 * MINUTE, [])).toEqual([[8, 9, 'unknown_end']]);
    // What it held when it was heard of last went with it; what was missing long before is missing.
    const fresh = { ...gap, seenAtMs: NOW - 5 * MINUTE };
    expect(kinds([epoch()], NOW + 60 * MINUTE, [fresh])).toEqual([[3, 6, 'unknown_end']]);
    expect(kinds([epoch()], NOW + 60 * MINUTE)).toEqual([[3, 6, 'missing']]);
    // Nothing at all came in of an epoch that was stated.
    const nothing = epoch({
      runs: 0,
      last: -1,
      stated: stated({ runs: 3, lost: [{ from: 0, to: 2, reason: 'refused' }], state: 'closed' }),
    });
    expect(kinds([nothing], NOW, [])).toEqual([[0, 2, 'lost', 'refused']]);
  });

  it('is counted once, whatever explains it', () => {
    const range = fc.tuple(fc.nat(60), fc.nat(8)).map(([from, length]) => ({ from, to: from + length }));
    const apart = (ranges: readonly { from: number; to: number }[]) => {
      const kept: { from: number; to: number }[] = [];
      for (const one of [...ranges].sort((a, b) => a.from - b.from)) if (one.from > (kept.at(-1)?.to ?? -2) + 1) kept.push(one);
      return kept;
    };
    fc.assert(
      fc.property(fc.array(range), fc.array(range), fc.array(range), fc.nat(80), fc.boolean(), (gaps, lost, unkept, more, isLate) => {
        const missing = apart(gaps);
        const last = 69;
        const summary = epoch({
          last,
          unkept: apart(unkept).map((one) => ({ ...one, reason: 'mode_off' })),
          stated: stated({ runs: last + 1 + more, lost: apart(lost).map((one) => ({ ...one, reason: 'work_full' })) }),
        });
        const account = accountOf(
          missing.map((one) => ({ epoch: 'e1', ...one, seenAtMs: NOW - 40 * MINUTE })),
          0,
          [summary],
          isLate ? NOW + 60 * MINUTE : NOW,
        );
        const numbers = missing.reduce((sum, { from, to }) => sum + to - from + 1, 0) + more;
        expect(account.missing + account.lost + account.notKept + account.unknownEnd).toBe(numbers);
        const covered = account.gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
        expect(new Set(covered).size).toBe(covered.length);
      }),
    );
  });
});
