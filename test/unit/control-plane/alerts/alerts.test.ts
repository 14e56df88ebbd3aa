import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlate, readWebhook, type SegmentCount } from '../../../../control-plane/src/alerts/index.ts';

const segment = (value: string, requests: number): SegmentCount => ({ dimension: 'model', value, requests });

describe('correlate', () => {
  it('names the model that makes up the incident', () => {
    const findings = correlate(
      { total: 100, segments: [segment('new', 80), segment('old', 20)] },
      { total: 1000, segments: [segment('new', 100), segment('old', 900)] },
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ value: 'new', inIncident: 80, inBaseline: 100 });
    expect(findings[0]!.lift).toBeCloseTo(8, 0);
    expect(findings[0]!.pValue).toBeLessThan(1e-12);
  });

  it('finds nothing where incident and baseline are alike, or one is empty', () => {
    const alike = { total: 200, segments: [segment('a', 100), segment('b', 100)] };
    expect(correlate(alike, alike)).toEqual([]);
    expect(correlate({ total: 0, segments: [] }, alike)).toEqual([]);
    expect(correlate(alike, { total: 0, segments: [] })).toEqual([]);
  });

  it('calls chance significant in at most a few of a hundred tries', () => {
    // Both tables are drawn from one fair coin; the share of false findings must stay near the stated 5%.
    let alarms = 0;
    const coin = fc.sample(fc.array(fc.boolean(), { minLength: 400, maxLength: 400, size: 'max' }), { numRuns: 200, seed: 7 });
    for (const flips of coin) {
      const count = (part: boolean[]): SegmentCount[] => [
        segment('x', part.filter(Boolean).length),
        segment('y', part.filter((f) => !f).length),
      ];
      const [incident, baseline] = [flips.slice(0, 200), flips.slice(200)];
      if (correlate({ total: 200, segments: count(incident) }, { total: 200, segments: count(baseline) }).length > 0) alarms += 1;
    }
    expect(alarms).toBeLessThan(20);
  });
});

describe('readWebhook', () => {
  const same = (text: string): string => text;

  const alert = {
    status: 'firing',
    labels: { alertname: 'SlowAnswers', severity: 'page' },
    startsAt: '2026-05-01T10:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'abc',
  };

  it('reads a firing alert, and the same id when it is resolved', () => {
    const [firing] = readWebhook({ version: '4', alerts: [alert] }, 5, same);
    expect(firing).toMatchObject({ status: 'firing', name: 'SlowAnswers', endsAtMs: null, startsAtMs: Date.parse('2026-05-01T10:00:00Z') });
    const [resolved] = readWebhook({ alerts: [{ ...alert, status: 'resolved', endsAt: '2026-05-01T11:00:00Z' }] }, 6, same);
    expect(resolved).toMatchObject({ id: firing!.id, status: 'resolved', endsAtMs: Date.parse('2026-05-01T11:00:00Z') });
  });

  it('refuses what is no webhook, and never throws anything else', () => {
    expect(() => readWebhook({}, 0, same)).toThrow(expect.objectContaining({ code: 'invalid_body' }));
    fc.assert(fc.property(fc.array(fc.jsonValue()), (alerts) => Array.isArray(readWebhook({ alerts }, 0, same))));
  });
});
