import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlate, metricOf, readWebhook, type AlertRow } from '../../../../control-plane/src/alerts/index.ts';

const row = (person: number, values: AlertRow['values'], metrics: Partial<AlertRow['metrics']> = {}): AlertRow => ({
  atMs: 0,
  person: `p${person}`,
  values,
  metrics: { errors: 0, blocks: 0, latency: null, corrections: null, cost: null, ...metrics },
});
const many = (count: number, make: (at: number) => AlertRow): AlertRow[] => Array.from({ length: count }, (_, at) => make(at));

describe('correlate', () => {
  it('names the model that makes up the incident', () => {
    const incident = [...many(80, (at) => row(at, { model: 'new' })), ...many(20, (at) => row(at + 100, { model: 'old' }))];
    const before = [...many(100, (at) => row(at, { model: 'new' })), ...many(900, (at) => row(at + 100, { model: 'old' }))];
    const findings = correlate({ incident, before, dayBefore: [] }, 'errors');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ dimension: 'model', value: 'new', kind: 'share', inIncident: 80, inBaseline: 100, people: 80 });
    expect(findings[0]?.lift).toBeCloseTo(8, 0);
    expect(findings[0]?.pValue).toBeLessThan(1e-12);
  });

  it('names the route whose requests fail more, though there are no more of them', () => {
    const part = (from: number, failing: boolean): AlertRow[] =>
      many(400, (at) =>
        row(from + at, { route: at % 4 === 0 ? 'agent' : 'chat' }, { errors: Number(failing && at % 4 === 0 && at % 3 === 0) }),
      );
    const findings = correlate({ incident: part(0, true), before: part(400, false), dayBefore: [] }, 'errors');
    expect(findings[0]).toMatchObject({ dimension: 'route', value: 'agent', kind: 'effect' });
    expect(findings[0]?.effect).toMatchObject({ metric: 'errors', inside: { baseline: 0 }, outside: { incident: 0, baseline: 0 } });
    expect(findings[0]?.effect?.inside.incident).toBeCloseTo(1 / 3, 1);
  });

  it('says of what comes along with a cause that the cause accounts for it', () => {
    // The topic doubles; most of it is asked of one model, so that there is more of the model too.
    const time = (from: number, share: number): AlertRow[] =>
      many(3_000, (at) => {
        const isTopic = (at % 100) / 100 < share;
        return row(from + (at % 500), {
          topic: isTopic ? 'refund' : 'other',
          model: isTopic ? (at % 7 === 0 ? 'b' : 'a') : at % 3 === 0 ? 'a' : 'b',
        });
      });
    const findings = correlate({ incident: time(0, 0.3), before: time(0, 0.15), dayBefore: [] }, 'errors');
    expect(findings[0]).toMatchObject({ dimension: 'topic', value: 'refund', explainedBy: null });
    expect(findings.find(({ dimension }) => dimension === 'model')).toMatchObject({
      value: 'a',
      explainedBy: { dimension: 'topic', value: 'refund' },
    });
  });

  it('takes no notice of one person who asks in a burst, nor of what comes at this time every day', () => {
    const usual = (from: number): AlertRow[] => many(300, (at) => row(from + at, { model: at % 2 === 0 ? 'a' : 'b' }));
    const burst = many(200, () => row(7, { model: 'a', route: 'night' }));
    expect(correlate({ incident: [...usual(0), ...burst], before: usual(300), dayBefore: [] }, 'errors')).toEqual([]);
    const morning = (from: number): AlertRow[] => many(300, (at) => row(from + at, { model: at % 4 === 0 ? 'b' : 'a' }));
    expect(correlate({ incident: morning(0), before: usual(300), dayBefore: [] }, 'errors')).not.toEqual([]);
    expect(correlate({ incident: morning(0), before: usual(300), dayBefore: morning(600) }, 'errors')).toEqual([]);
  });

  it('finds a route of which every request fails, though nobody in it differs from anybody', () => {
    const part = (from: number, failing: boolean): AlertRow[] =>
      many(400, (at) => row(from + (at % 100), { route: at % 4 === 0 ? 'agent' : 'chat' }, { errors: Number(failing && at % 4 === 0) }));
    const findings = correlate({ incident: part(0, true), before: part(0, false), dayBefore: [] }, 'errors');
    expect(findings).toMatchObject([
      { dimension: 'route', value: 'agent', kind: 'effect', effect: { inside: { incident: 1, baseline: 0 } } },
    ]);
    expect(findings[0]?.pValue).toBeLessThan(1e-6);
  });

  it('names a new model before the route that it came to, and holds it against all others', () => {
    const time = (isNow: boolean): AlertRow[] =>
      many(600, (at) => {
        const isSupport = at % 2 === 0;
        const isNew = isNow && isSupport;
        const corrections = Number(isNew ? at % 3 !== 0 : at % 20 === 1);
        return row(at % 90, { route: isSupport ? 'support' : 'shop', model: isNew ? 'new' : 'old' }, { corrections });
      });
    const [first, ...others] = correlate({ incident: time(true), before: time(false), dayBefore: [] }, 'corrections');
    expect(first).toMatchObject({ dimension: 'model', value: 'new', kind: 'both', explainedBy: null });
    expect(first?.effect).toMatchObject({ inside: { baseline: null }, pValue: expect.toSatisfy((p: number) => p < 1e-6) as number });
    expect(others.find(({ dimension }) => dimension === 'route')).toMatchObject({ explainedBy: { dimension: 'model', value: 'new' } });
  });

  it('takes what the alert says for no cause of it, nor a share that hardly moved', () => {
    const time = (share: number): AlertRow[] =>
      many(2_000, (at) =>
        row(at % 390, { followUp: at % 100 < share ? 'correction' : 'elaboration' }, { corrections: Number(at % 100 < share) }),
      );
    expect(correlate({ incident: time(40), before: time(10), dayBefore: [] }, 'corrections').map(({ value }) => value)).toEqual([]);
    const nearly = (share: number): AlertRow[] => many(20_000, (at) => row(at % 3_990, { method: at % 100 < share ? 'inferred' : 'new' }));
    expect(correlate({ incident: nearly(97), before: nearly(93), dayBefore: [] }, 'errors')).toEqual([]);
  });

  it('names what went away where requests became fewer, and what came where they became more', () => {
    const all = many(1_000, (at) => row(at % 119, { route: at % 5 === 0 ? 'search' : 'chat', model: at % 2 === 0 ? 'a' : 'b' }));
    const without = all.filter(({ values }) => values.route !== 'search');
    const lengths = { incidentMs: 600_000, beforeMs: 600_000 };
    const gone = correlate({ incident: without, before: all, dayBefore: [], lengths }, 'requests');
    expect(gone).toMatchObject([{ dimension: 'route', value: 'search', kind: 'less', inIncident: 0, inBaseline: 200, explainedBy: null }]);
    expect(gone[0]?.effect).toMatchObject({ inside: { incident: 0, baseline: 1_200 }, outside: { incident: 4_800, baseline: 4_800 } });
    expect(correlate({ incident: all, before: without, dayBefore: [], lengths }, 'requests')).toMatchObject([
      { value: 'search', kind: 'share' },
    ]);
    // All of them half as often is no difference between them.
    const half = { incidentMs: 1_200_000, beforeMs: 600_000 };
    expect(correlate({ incident: all, before: all, dayBefore: [], lengths: half }, 'requests')).toEqual([]);
  });

  it('finds nothing where incident and baseline are alike, or one is empty', () => {
    const alike = many(200, (at) => row(at, { model: at % 2 === 0 ? 'a' : 'b' }));
    expect(correlate({ incident: alike, before: alike, dayBefore: [] }, 'errors')).toEqual([]);
    expect(correlate({ incident: [], before: alike, dayBefore: [] }, 'errors')).toEqual([]);
    expect(correlate({ incident: alike, before: [], dayBefore: [] }, 'errors')).toEqual([]);
  });

  it('gives numbers for whatever comes', () => {
    const any = fc.record({
      atMs: fc.nat(),
      person: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      values: fc.record({ model: fc.constantFrom('x', 'y', '__proto__'), topic: fc.constantFrom('t', 'u') }, { requiredKeys: [] }),
      metrics: fc.record({
        errors: fc.constantFrom(0, 1),
        blocks: fc.constant(null),
        latency: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
        corrections: fc.constant(null),
        cost: fc.constant(null),
      }),
    });
    const rows = fc.array(any, { maxLength: 120 });
    fc.assert(
      fc.property(rows, rows, rows, fc.constantFrom('errors' as const, 'latency' as const), (incident, before, dayBefore, metric) => {
        for (const { lift, pValue, effect } of correlate({ incident, before, dayBefore }, metric)) {
          for (const value of [lift, pValue, effect?.inside.incident ?? 0, effect?.outside.baseline ?? 0]) expect(value).not.toBeNaN();
          expect(pValue).toBeLessThanOrEqual(0.05);
        }
      }),
    );
  });
});

describe('metricOf', () => {
  it.each([
    ['HighErrorRate', {}, 'errors'],
    ['SlowFirstByte', {}, 'latency'],
    ['GuardrailBlocks', {}, 'blocks'],
    ['ManyCorrections', {}, 'corrections'],
    ['SpendTooHigh', {}, 'cost'],
    ['ClewRequestsDropped', {}, 'requests'],
    ['NoTraffic', {}, 'requests'],
    ['RequestErrorRateHigh', {}, 'errors'],
    ['RequestLatencyHigh', {}, 'latency'],
    ['ClewSamplesDropped', {}, 'errors'],
    ['SlowFirstByte', { clew_metric: 'cost' }, 'cost'],
    ['Something', { clew_metric: 'nothing known' }, 'errors'],
  ])('%s %j is about %s', (name, labels, metric) => {
    expect(metricOf({ name, labels })).toBe(metric);
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
