// Making spans as they stand in OTLP. Ids derive from the request where the gateway gave none, so that sending twice does no harm.
import { createHash } from 'node:crypto';
import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type HrTime, type Link, type SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { scopeKey, type Scope } from '../kernel/index.ts';
import type { RequestView } from '../threads/index.ts';

/** Values that may be unknown: those are left out. */
export type Loose = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface SpanParts {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly context: SpanContext;
  readonly parent?: SpanContext | undefined;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** The span failed, and this is the class of its error. */
  readonly errorType?: string | undefined;
  readonly attributes: Loose;
  readonly links?: readonly Link[];
  readonly events?: readonly { readonly name: string; readonly atMs: number; readonly attributes: Loose }[];
  readonly resource: Resource;
  readonly schemaUrl: string;
}

export function makeSpan(parts: SpanParts): ReadableSpan {
  const { context, parent, startMs, errorType } = parts;
  const endMs = Math.max(startMs, parts.endMs);
  return {
    name: parts.name,
    kind: parts.kind ?? SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    status: { code: errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: defined({ ...parts.attributes, 'error.type': errorType }),
    links: [...(parts.links ?? [])],
    events: (parts.events ?? []).map(({ name, atMs, attributes }) => ({ name, time: hrTime(atMs), attributes: defined(attributes) })),
    ended: true,
    resource: parts.resource,
    instrumentationScope: { name: 'clew', schemaUrl: parts.schemaUrl },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The span of a request: the one that the gateway announced to the provider. */
export function contextOf(scope: Scope, request: Pick<RequestView, 'id' | 'trace'>): SpanContext {
  const digest = digestOf(scope, request.id);
  return {
    traceId: request.trace?.traceId ?? digest.slice(0, 32),
    spanId: request.trace?.spanId ?? digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
  };
}

/** A span below that of the request; the same name gives the same id. */
export function contextBelow(scope: Scope, request: Pick<RequestView, 'id' | 'trace'>, name: string): SpanContext {
  return { ...contextOf(scope, request), spanId: digestOf(scope, `${request.id}/${name}`).slice(0, 16) };
}

const digestOf = (scope: Scope, name: string): string =>
  createHash('sha256')
    .update(`${scopeKey(scope)}/${name}`)
    .digest('hex');

/** Whole nanoseconds, and never a second's worth of them in the second part. */
function hrTime(ms: number): HrTime {
  const nanos = Math.round((ms % 1000) * 1_000_000);
  return nanos >= 1_000_000_000 ? [Math.floor(ms / 1000) + 1, 0] : [Math.floor(ms / 1000), nanos];
}

function defined(values: Loose): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) kept[name] = typeof value === 'object' ? [...value] : value;
  }
  return kept;
}
