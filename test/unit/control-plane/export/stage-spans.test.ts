import { SpanStatusCode } from '@opentelemetry/api';
import fc from 'fast-check';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import { stageSpans } from '../../../../control-plane/src/export/index.ts';
import { requestFacts, runFacts } from '../../../support/span-facts.ts';

const place = { scope: { tenant: 'acme', environment: 'live' }, resource: resourceFromAttributes({}), schemaUrl: 'https://x/1' };
const START = Date.parse('2026-01-01T00:00:00.250Z');
const END = Date.parse('2026-01-01T00:00:02.000Z');
const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;

type Spans = ReturnType<typeof stageSpans>;
const times = (spans: Spans) =>
  Object.fromEntries(spans.map((span) => [span.name, [ms(span.startTime) - START, ms(span.endTime) - START]]));

describe('spans of stages', () => {
  it('follow one another below the semantic span, attempts below routing', () => {
    const spans = stageSpans(
      place,
      requestFacts(
        {
          guardrails: [
            { name: 'pii', verdict: 'mask', stage: 'request', durationMs: 4 },
            { name: 'topics', verdict: 'pass', stage: 'request', durationMs: 2 },
            { name: 'toxicity', verdict: 'pass', stage: 'response', durationMs: 50 },
          ],
        },
        { run: runFacts() },
      ),
    );
    expect(times(spans)).toEqual({
      'clew.ingress': [0, 10],
      'clew.guardrail 1': [4, 8],
      'clew.guardrail 2': [8, 10],
      'clew.guardrail 3': [1_700, 1_750],
      'clew.routing': [10, 300],
      'clew.attempt 1': [10, 10],
      'clew.attempt 2': [10, 300],
      'clew.response': [300, 1_750],
    });
    const byName = new Map(spans.map((span) => [span.name, span]));
    expect(byName.get('clew.ingress')?.parentSpanContext?.spanId).toBe('d'.repeat(16));
    expect(byName.get('clew.attempt 1')?.parentSpanContext?.spanId).toBe(byName.get('clew.routing')?.spanContext().spanId);
    expect(byName.get('clew.attempt 1')?.attributes).toMatchObject({
      'clew.attempt.model': 'gpt-5',
      'clew.attempt.duration_known': false,
      'http.response.status_code': 503,
      'error.type': 'overloaded',
    });
    expect(byName.get('clew.attempt 2')?.status.code).toBe(0);
    expect(byName.get('clew.guardrail 1')?.attributes).toMatchObject({ 'clew.guardrail.name': 'pii', 'clew.guardrail.verdict': 'mask' });
    expect(byName.get('clew.routing')?.attributes['clew.routing.attempts']).toBe(2);
    expect(new Set(spans.map((span) => span.spanContext().spanId)).size).toBe(spans.length);
    // Receivers count model calls by these names.
    expect(spans.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => name.startsWith('gen_ai.'))).toEqual([]);
  });

  it('says in which stage a request failed', () => {
    const failed = stageSpans(
      place,
      requestFacts({ error: { type: 'http_502', stage: 'routing' }, status: { outcome: 'error', http: 502 } }),
    );
    expect(
      failed.filter(({ status }) => status.code === SpanStatusCode.ERROR).map(({ name, attributes }) => [name, attributes['error.type']]),
    ).toEqual([['clew.routing', 'http_502']]);
  });

  it('leaves out what the gateway did not state', () => {
    expect(stageSpans(place, requestFacts({ stages: null }))).toEqual([]);
    expect(stageSpans(place, requestFacts({ stages: { ingressMs: 5 } })).map(({ name }) => name)).toEqual(['clew.ingress']);
  });

  it('never reaches beyond its request, whatever a gateway states', () => {
    const time = fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined });
    const stated = fc.record({ ingressMs: time, guardrailMs: time, routingMs: time, firstByteMs: time, responseMs: time });
    const verdict = fc.record({ durationMs: time, stage: fc.constantFrom('request' as const, 'response' as const) });
    fc.assert(
      fc.property(stated, fc.array(verdict, { maxLength: 4 }), (stages, verdicts) => {
        const known = (values: object): object => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
        const guardrails = verdicts.map((one) => ({ name: 'g', verdict: 'pass' as const, ...known(one) }));
        for (const span of stageSpans(place, requestFacts({ stages: known(stages), guardrails }, { run: runFacts() }))) {
          expect(ms(span.startTime)).toBeGreaterThanOrEqual(START - 0.001);
          expect(ms(span.endTime)).toBeLessThanOrEqual(END + 0.001);
          expect(ms(span.duration)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
