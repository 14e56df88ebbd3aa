import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, parseSample } from '../../../../plugin/src/contract/index.ts';

const minimal = { version: 1, id: 'a1', startedAt: '2026-03-01T12:00:00.000Z' };

describe('parseSample', () => {
  it('takes the least sample', () => {
    expect(parseSample({ ...minimal })).toEqual({ ok: true, value: minimal, unknownFields: 0 });
  });

  it('leaves out and counts fields that it does not know, at any depth', () => {
    const parsed = parseSample({
      ...minimal,
      future: 1,
      principal: { id: 'p', source: 'consumer', trust: 'authenticated', shoeSize: 43 },
      __proto__x: {},
    });
    expect(parsed).toEqual({
      ok: true,
      unknownFields: 3,
      value: { ...minimal, principal: { id: 'p', source: 'consumer', trust: 'authenticated' } },
    });
  });

  it('names the place and what was expected', () => {
    expect(parseSample({ ...minimal, startedAt: 'yesterday' })).toEqual({
      ok: false,
      faults: [expect.objectContaining({ path: '/startedAt' })],
    });
    expect(parseSample({ version: 1, id: 'x' })).toEqual({ ok: false, faults: [{ path: '', expected: 'field startedAt present' }] });
    expect(parseSample({ ...minimal, usage: { inputTokens: -1 } })).toEqual({
      ok: false,
      faults: [{ path: '/usage/inputTokens', expected: 'a number >= 0' }],
    });
  });

  it.each([null, 1, 'text', [], true])('refuses %j', (value) => {
    expect(parseSample(value).ok).toBe(false);
  });

  it('never throws, and never repeats what was sent', () => {
    const secret = 'Zq7xSecretZq7x';
    const place = fc.constantFrom('id', 'tenant', 'startedAt', 'prompt', 'model', 'parameters', 'redaction', 'call', 'history', 'usage');
    const value = fc.oneof(
      fc.constant(secret),
      fc.constant({ [secret]: secret }),
      fc.constant([secret]),
      fc.constant({ counts: { [secret]: secret } }),
      fc.constant({ text: 5, [secret]: 1 }),
    );
    fc.assert(
      fc.property(place, value, (key, wrong) => {
        const parsed = parseSample({ ...minimal, [key]: structuredClone(wrong) });
        if (!parsed.ok) expect(JSON.stringify(parsed.faults)).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('survives arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(typeof parseSample(value).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parsePolicy', () => {
  it('takes the empty policy of version 1', () => {
    expect(parsePolicy({ version: 1 }).ok).toBe(true);
  });

  it('names every fault at once, unknown fields among them', () => {
    const parsed = parsePolicy({ version: 1, sampling: { rate: 2, rats: 1 }, retention: { textDays: 'ten' }, mode: 'half' });
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.faults.map((fault) => fault.path).sort()).toEqual(['/mode', '/retention/textDays', '/sampling', '/sampling/rate']);
  });
});
