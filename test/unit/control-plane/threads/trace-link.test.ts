import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTraceTemplate, traceLinker } from '../../../../control-plane/src/threads/index.ts';

const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', source: 'traceparent' } as const;

describe('traceLinker', () => {
  it.each([
    ['http://jaeger:16686/trace/{traceId}', 'http://jaeger:16686/trace/4bf92f3577b34da6a3ce929d0e0e4736'],
    ['http://jaeger:16686/trace/{traceId}?uiFind={spanId}', `http://jaeger:16686/trace/${trace.traceId}?uiFind=00f067aa0ba902b7`],
    ['https://app.datadoghq.com/apm/trace/{traceIdDecimal}', 'https://app.datadoghq.com/apm/trace/11803532876627986230'],
    [
      'https://grafana/explore?panes={"a":{"queries":[{"query":"{traceId}"}]}}',
      `https://grafana/explore?panes={"a":{"queries":[{"query":"${trace.traceId}"}]}}`,
    ],
  ])('fills in %s', (template, expected) => {
    expect(isTraceTemplate(template)).toBe(true);
    expect(traceLinker(template)(trace)).toBe(expected);
  });

  it('has no address without a template or without a trace', () => {
    expect(traceLinker(undefined)(trace)).toBeNull();
    expect(traceLinker('http://jaeger/{traceId}')(null)).toBeNull();
  });

  it('lets no id leave its place in the address', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (traceId, spanId) => {
        fc.pre([traceId, spanId].every((id) => id.isWellFormed()));
        const url = new URL(traceLinker('https://traces.example/t/{traceId}?s={spanId}')({ traceId: `x${traceId}`, spanId }) ?? '');
        expect(url.host).toBe('traces.example');
        expect(url.searchParams.get('s')).toBe(spanId);
      }),
    );
  });
});

describe('isTraceTemplate', () => {
  it.each(['javascript:alert("{traceId}")', 'http://jaeger/trace/', 'jaeger/{traceId}', 'http://{traceId', ''])(
    'refuses %s',
    (template) => {
      expect(isTraceTemplate(template)).toBe(false);
    },
  );
});
