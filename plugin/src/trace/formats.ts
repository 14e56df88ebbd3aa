// Trace contexts in headers that are not W3C's. Read only where an operator asked for them: a stray header of another
// vendor must not win over traceparent.
import type { PropagationFormat } from '../config.ts';
import { isZeroId, trimBlanks, type SpanContext } from './traceparent.ts';

type Headers = Readonly<Record<string, string | undefined>>;
type Extract = (headers: Headers) => SpanContext | undefined;

export const EXTRACTORS: Readonly<Record<PropagationFormat, Extract>> = {
  b3: (headers) => readB3Single(headers['b3']) ?? readB3Multi(headers),
  datadog: readDatadog,
  aws: (headers) => readAws(headers['x-amzn-trace-id']),
  jaeger: (headers) => readJaeger(headers['uber-trace-id']),
};

/** Shorter ids are padded on the left, as the formats' own translations to 128 bits do. Nothing was said of randomness. */
function context(traceId: string, spanId: string, sampled: boolean): SpanContext | undefined {
  const trace = traceId.toLowerCase().padStart(32, '0');
  const span = spanId.toLowerCase().padStart(16, '0');
  if (!/^[0-9a-f]{32}$/.test(trace) || !/^[0-9a-f]{16}$/.test(span) || isZeroId(trace) || isZeroId(span)) return undefined;
  return { traceId: trace, spanId: span, sampled, random: false };
}

const B3_SINGLE = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?$/i;

function readB3Single(header: string | undefined): SpanContext | undefined {
  const found = B3_SINGLE.exec(trimBlanks(header ?? ''));
  return found ? context(found[1] ?? '', found[2] ?? '', found[3] !== '0') : undefined;
}

function readB3Multi(headers: Headers): SpanContext | undefined {
  const traceId = trimBlanks(headers['x-b3-traceid'] ?? '');
  if (!/^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i.test(traceId)) return undefined;
  const sampled = trimBlanks(headers['x-b3-sampled'] ?? '').toLowerCase();
  const debug = trimBlanks(headers['x-b3-flags'] ?? '') === '1';
  return context(traceId, trimBlanks(headers['x-b3-spanid'] ?? ''), debug || (sampled !== '0' && sampled !== 'false'));
}

function readDatadog(headers: Headers): SpanContext | undefined {
  const low = decimalToHex(headers['x-datadog-trace-id']);
  const span = decimalToHex(headers['x-datadog-parent-id']);
  if (low === undefined || span === undefined) return undefined;
  const high = /(?:^|,)_dd\.p\.tid=([0-9a-f]{16})(?:,|$)/.exec(headers['x-datadog-tags'] ?? '')?.[1] ?? '';
  const priority = Number(trimBlanks(headers['x-datadog-sampling-priority'] ?? '1'));
  return context(high + low, span, !(priority <= 0));
}

/** 64 bits in decimal to 16 hex digits. */
function decimalToHex(header: string | undefined): string | undefined {
  const text = trimBlanks(header ?? '');
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < 1n << 64n ? value.toString(16).padStart(16, '0') : undefined;
}

function readAws(header: string | undefined): SpanContext | undefined {
  const fields = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(trimBlanks(part.slice(0, equals)).toLowerCase(), trimBlanks(part.slice(equals + 1)));
  }
  const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i.exec(fields.get('root') ?? '');
  const parent = fields.get('parent') ?? '';
  if (!root || !/^[0-9a-f]{16}$/i.test(parent)) return undefined;
  return context(`${root[1] ?? ''}${root[2] ?? ''}`, parent, fields.get('sampled') !== '0');
}

const JAEGER = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/i;

function readJaeger(header: string | undefined): SpanContext | undefined {
  const found = JAEGER.exec(trimBlanks(header ?? '').replaceAll(/%3a/gi, ':'));
  return found ? context(found[1] ?? '', found[2] ?? '', (Number.parseInt(found[3] ?? '0', 16) & 1) === 1) : undefined;
}
