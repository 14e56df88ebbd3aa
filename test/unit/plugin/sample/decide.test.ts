import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, decide, identityOnly, position, RescueRing, type SamplingFacts } from '../../../../plugin/src/sample/index.ts';

const key = Buffer.alloc(32, 7);
const facts = (subject: string, over: Partial<SamplingFacts> = {}): SamplingFacts => ({
  subject,
  startedAt: new Date('2026-05-01T12:00:00Z'),
  outcome: 'ok',
  durationMs: 100,
  model: 'gpt-4o',
  ...over,
});

describe('the sampling decision', () => {
  it('is one for a person and day: threads stay whole', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(86_399),
        fc.nat(86_399),
        (subject, rate, first, second) => {
          const at = (second_: number) => facts(subject, { startedAt: new Date(Date.UTC(2026, 4, 1) + second_ * 1000) });
          expect(decide({ rate }, at(first), key, 'v').keep).toBe(decide({ rate }, at(second), key, 'v').keep);
        },
      ),
    );
  });

  it('keeps with a higher rate whatever a lower one keeps', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (subject, a, b) => {
        const low = decide({ rate: Math.min(a, b) }, facts(subject), key, 'v').keep;
        const high = decide({ rate: Math.max(a, b) }, facts(subject), key, 'v').keep;
        expect(!low || high).toBe(true);
      }),
    );
  });

  it('keeps the share that the rate says, and gives unbiased counts', () => {
    let kept = 0;
    let estimate = 0;
    for (let n = 0; n < 4000; n += 1) {
      const decision = decide({ rate: 0.25 }, facts(`p_${n}`), key, 'v');
      if (!decision.keep) continue;
      kept += 1;
      estimate += 1 / decision.sampling.probability;
    }
    // Five standard deviations of a binomial of 4000 and 0.25.
    expect(Math.abs(kept - 1000)).toBeLessThan(137);
    expect(Math.abs(estimate - 4000)).toBeLessThan(548);
  });

  it('keeps all at rate 1 and none at rate 0, and differs by key and day', () => {
    expect(decide(undefined, facts('x'), key, 'v')).toEqual({
      keep: true,
      isAlways: false,
      sampling: { reason: 'rate', probability: 1, policy: 'v' },
    });
    const none = decide({ rate: 0 }, facts('x'), key, 'v');
    expect(none.keep).toBe(false);
    expect(!none.keep && none.rescued.probability).toBeGreaterThan(0);
    expect(position(key, 'x', new Date(0))).not.toBe(position(Buffer.alloc(32, 8), 'x', new Date(0)));
    expect(position(key, 'x', new Date(0))).not.toBe(position(key, 'x', new Date(86_400_000)));
  });

  it.each([
    [{ outcome: 'error' }, {}, 'error'],
    [{ outcome: 'blocked' }, {}, 'guardrail_block'],
    [{ durationMs: 5001 }, { slowerThanMs: 5000 }, 'slow'],
  ] as const)('always keeps %j', (over, always, rule) => {
    expect(decide({ rate: 0, always }, facts('x', over), key, 'v')).toMatchObject({
      keep: true,
      isAlways: true,
      sampling: { reason: 'always', rule, probability: 1 },
    });
  });

  it('does not where the policy says no', () => {
    expect(decide({ rate: 0, always: { errors: false } }, facts('x', { outcome: 'error' }), key, 'v').keep).toBe(false);
    expect(decide({ rate: 0 }, facts('x', { outcome: 'aborted' }), key, 'v').keep).toBe(false);
  });

  it('takes the rate of the first rule that matches', () => {
    const rules = [
      { name: 'mini', match: { model: '*-mini' }, rate: 0 },
      { match: { model: 'gpt-*' }, rate: 1 },
    ];
    expect(decide({ rate: 0, rules }, facts('x'), key, 'v').keep).toBe(true);
    expect(decide({ rate: 1, rules }, facts('x', { model: 'gpt-4o-mini' }), key, 'v')).toMatchObject({
      keep: false,
      rescued: { rule: 'mini' },
    });
  });
});

describe('the rescue ring', () => {
  const entry = (at: number, bytes = 10) => ({ at, bytes });

  it('holds the newest of each person and hands back the others', () => {
    const ring = new RescueRing({ maxBytes: 1000, maxAgeMs: 100 });
    expect([1, 2, 3].flatMap((at) => ring.add('a', entry(at), 2))).toEqual([entry(1)]);
    expect(ring.take('a')).toEqual([entry(2), entry(3)]);
    expect(ring.take('a')).toEqual([]);
    expect(ring.add('a', entry(4), 0)).toEqual([entry(4)]);
    expect(ring.add('a', entry(4, 1001), 9)).toEqual([entry(4, 1001)]);
  });

  it('lets go of what is too old', () => {
    const ring = new RescueRing({ maxBytes: 1000, maxAgeMs: 100 });
    for (const at of [1, 50, 120]) ring.add('a', entry(at), 9);
    expect(ring.expire(149)).toEqual([entry(1)]);
    expect(ring.expire(Number.POSITIVE_INFINITY)).toEqual([entry(50), entry(120)]);
    expect(ring.bytes).toBe(0);
  });

  it('never holds more than its bytes and never loses an entry', () => {
    const add = fc.record({
      subject: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.integer({ min: 1, max: 120 }),
      keep: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(add, { maxLength: 60 }), (adds) => {
        const ring = new RescueRing<{ at: number; bytes: number }>({ maxBytes: 300, maxAgeMs: 1e9 });
        const out: number[] = [];
        adds.forEach(({ subject, bytes, keep }, at) => {
          out.push(...ring.add(subject, { at, bytes }, keep).map((one) => one.at));
          expect(ring.bytes).toBeLessThanOrEqual(300);
        });
        out.push(...ring.expire(Number.POSITIVE_INFINITY).map((one) => one.at));
        expect(out.sort((a, b) => a - b)).toEqual(adds.map((_, index) => index));
        expect(ring.bytes).toBe(0);
      }),
    );
  });
});

describe('the budget', () => {
  it('is per minute, and none is no limit', () => {
    const budget = new Budget();
    expect([0, 1, 2].map(() => budget.take(30_000, 2))).toEqual([true, true, false]);
    expect(budget.take(60_000, 2)).toBe(true);
    expect(Array.from({ length: 100 }, () => budget.take(60_000, undefined)).every(Boolean)).toBe(true);
  });
});

describe('run identity', () => {
  it('holds neither texts nor sealed values of them', () => {
    const sealed = { keyId: 'k' } as never;
    const whole = {
      version: 1 as const,
      id: 'r1',
      startedAt: '2026-05-01T12:00:00Z',
      prompt: { text: 'p_abc' },
      answer: { text: 'Hi' },
      redaction: { counts: { PERSON: 1 }, sealed },
    };
    const bare = identityOnly(whole);
    expect(bare).not.toHaveProperty('prompt');
    expect(bare).not.toHaveProperty('answer');
    expect(bare.redaction).toEqual({ counts: { PERSON: 1 } });
    expect(whole.redaction.sealed).toBe(sealed);
  });

  it('keeps what drifted, unless the policy says that it need not', () => {
    const drifted = facts('someone', { verdict: 'drifted' });
    expect(decide({ rate: 0 }, drifted, key, 'v1')).toMatchObject({ keep: true, isAlways: true, sampling: { rule: 'identity_drift' } });
    expect(decide({ rate: 0, always: { drift: false } }, drifted, key, 'v1').keep).toBe(false);
    for (const verdict of ['matched', 'undeclared'] as const)
      expect(decide({ rate: 0 }, facts('someone', { verdict }), key, 'v1').keep).toBe(false);
  });

  it('has no text and says that every run has one', () => {
    const sample = identityOnly({
      version: 1,
      id: 'x',
      startedAt: '2026-05-01T12:00:00Z',
      mode: 'full',
      prompt: { text: 'a' },
      answer: { text: 'b' },
      sampling: { reason: 'rescued', probability: 0.1, policy: 'v' },
    });
    expect(sample).toEqual({
      version: 1,
      id: 'x',
      startedAt: '2026-05-01T12:00:00Z',
      mode: 'metadata_only',
      sampling: { reason: 'always', rule: 'identity', probability: 1, policy: 'v' },
    });
  });
});
