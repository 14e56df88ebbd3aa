import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueTrace, type TraceContinuation } from '../../../../plugin/src/trace/index.ts';
import { parseTraceparent } from '../../../../plugin/src/trace/traceparent.ts';
import { baggageKey, nonZeroHex } from './arbitraries.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const ALL = ['b3', 'datadog', 'aws', 'jaeger'] as const;

function counter(): (bytes: number) => string {
  let next = 0;
  return (bytes) => (next++).toString(16).padStart(bytes * 2, '0');
}
const go = (headers: Record<string, string>, formats: readonly (typeof ALL)[number][] = ALL): TraceContinuation =>
  continueTrace(headers, { formats, randomHex: counter() });

describe('continuing a trace', () => {
  it('keeps trace id, sampling and the random flag, and takes a new parent id', () => {
    fc.assert(
      fc.property(nonZeroHex(32), nonZeroHex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, flags) => {
        const header = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
        const result = go({ traceparent: header });
        const sent = parseTraceparent(result.setHeaders['traceparent'])!;
        expect(sent.traceId).toBe(traceId);
        expect(sent.spanId).toBe(result.spanId);
        expect(Number.parseInt(result.setHeaders['traceparent']!.slice(53), 16)).toBe(flags & 3);
        expect(result).toMatchObject({ traceId, parentSpanId: spanId, source: 'traceparent' });
      }),
    );
  });

  it('never draws a zero id and always sends a valid header, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (traceparent, tracestate) => {
        const result = go({ traceparent, tracestate });
        expect(parseTraceparent(result.setHeaders['traceparent'])).toMatchObject({ traceId: result.traceId, random: true });
        expect(result.setHeaders['tracestate']).toBe(`clew=${result.spanId}`);
        expect(result.source).toBe('new');
      }),
    );
  });

  it('drops tracestate with an invalid traceparent and keeps it with a valid one', () => {
    expect(go({ traceparent: `ff-${TRACE}-${SPAN}-01`, tracestate: 'a=1' }).setHeaders['tracestate']).not.toContain('a=1');
    expect(go({ tracestate: 'a=1' }).setHeaders['tracestate']).not.toContain('a=1');
    const kept = go({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1,clew=old, b=2' });
    expect(kept.setHeaders['tracestate']).toBe(`clew=${kept.spanId},a=1,b=2`);
  });

  it.each([
    ['b3', { b3: `${TRACE}-${SPAN}-1` }, TRACE, SPAN, true],
    ['b3', { b3: `${TRACE.slice(16)}-${SPAN}-0-0000000000000001` }, TRACE.slice(16).padStart(32, '0'), SPAN, false],
    ['b3', { b3: `${TRACE}-${SPAN}-d` }, TRACE, SPAN, true],
    ['b3', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '0' }, TRACE, SPAN, false],
    ['b3', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-flags': '1' }, TRACE, SPAN, true],
    [
      'datadog',
      { 'x-datadog-trace-id': '9532127138774266268', 'x-datadog-parent-id': '13235353014750950193', 'x-datadog-sampling-priority': '-1' },
      '000000000000000084 48eb211c80319c'.replace(' ', ''),
      SPAN,
      false,
    ],
    [
      'datadog',
      {
        'x-datadog-trace-id': '9532127138774266268',
        'x-datadog-parent-id': '13235353014750950193',
        'x-datadog-tags': '_dd.p.dm=-1,_dd.p.tid=0af7651916cd43dd',
      },
      TRACE,
      SPAN,
      true,
    ],
    ['aws', { 'x-amzn-trace-id': `Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=${SPAN};Sampled=1` }, TRACE, SPAN, true],
    ['jaeger', { 'uber-trace-id': `${TRACE}:${SPAN}:0:1` }, TRACE, SPAN, true],
    ['jaeger', { 'uber-trace-id': `${TRACE}%3A${SPAN}%3A0%3A0` }, TRACE, SPAN, false],
  ] as const)('continues %s %j', (source, headers, traceId, parentSpanId, sampled) => {
    expect(go({ ...headers })).toMatchObject({ source, traceId, parentSpanId, sampled });
    expect(go({ ...headers }, [])).toMatchObject({ source: 'new' });
    expect(go({ ...headers, traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00` })).toMatchObject({
      source: 'traceparent',
      traceId: '1'.repeat(32),
      sampled: false,
    });
  });

  it.each([
    { b3: '0' },
    { b3: `${'0'.repeat(32)}-${SPAN}-1` },
    { 'x-b3-traceid': TRACE },
    { 'x-datadog-trace-id': '18446744073709551616', 'x-datadog-parent-id': '1' },
    { 'x-datadog-trace-id': '0', 'x-datadog-parent-id': '1' },
    { 'x-amzn-trace-id': 'Root=1-0af76519-16cd43dd8448eb211c80319c' },
    { 'x-amzn-trace-id': 'Root=2-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331' },
    { 'uber-trace-id': `0:${SPAN}:0:1` },
    { 'uber-trace-id': `${TRACE}:${SPAN}` },
  ])('starts anew on %j', (headers) => {
    expect(go(headers as unknown as Record<string, string>).source).toBe('new');
  });

  it('takes our baggage out and leaves the rest byte for byte', () => {
    fc.assert(
      fc.property(fc.array(baggageKey, { maxLength: 10 }), fc.nat({ max: 10 }), (keys, at) => {
        const others = keys.map((key, index) => `${key}=v${index};p`);
        const header = [...others.slice(0, at), 'clew.parent_run_id=00ff', ...others.slice(at)].join(',');
        const result = go({ baggage: header });
        if (others.length === 0) expect(result.clearHeaders).toContain('baggage');
        else expect(result.setHeaders['baggage']).toBe(others.join(','));
        expect(result.baggage.find((member) => member.key === 'clew.parent_run_id')?.value).toBe('00ff');
      }),
    );
  });

  it('does not touch baggage that holds nothing of ours', () => {
    const result = go({ baggage: 'a=1, b=2' });
    expect(result.setHeaders).not.toHaveProperty('baggage');
    expect(result.clearHeaders).toEqual([]);
  });
});
