// Trace context of one request: what came in, the gateway's own span, and the headers that the provider gets.
import type { PropagationFormat } from '../config.ts';
import { formatBaggage, parseBaggage, type BaggageMember } from './baggage.ts';
import { EXTRACTORS } from './formats.ts';
import { formatTraceparent, isZeroId, parseTraceparent, type SpanContext } from './traceparent.ts';
import { formatTracestate, parseTracestate } from './tracestate.ts';

/** Our key in tracestate; the value is our span, so that a later hop sees where the gateway stood. */
const TRACESTATE_KEY = 'clew';
/** Baggage keys that are ours and end at the gateway. */
const OWN_BAGGAGE = /^clew\./i;

export interface TraceContinuation {
  readonly traceId: string;
  /** The gateway's own span. */
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly sampled: boolean;
  readonly source: 'traceparent' | PropagationFormat | 'new';
  /** All members that came in, ours included. */
  readonly baggage: readonly BaggageMember[];
  readonly setHeaders: Readonly<Record<string, string>>;
  readonly clearHeaders: readonly string[];
}

interface TraceOptions {
  /** Tried in this order after traceparent. */
  readonly formats: readonly PropagationFormat[];
  /** So many random bytes as lower-case hex. */
  readonly randomHex: (bytes: number) => string;
}

/** Never fails: what cannot be continued is started anew. Header names are lower case. */
export function continueTrace(headers: Readonly<Record<string, string>>, options: TraceOptions): TraceContinuation {
  const incoming = extract(headers, options.formats);
  const span: SpanContext = {
    traceId: incoming?.context.traceId ?? randomId(16, options.randomHex),
    spanId: randomId(8, options.randomHex),
    sampled: incoming?.context.sampled ?? true,
    random: incoming?.context.random ?? true,
  };
  // Without a valid traceparent the state belongs to no trace and must not even be looked at.
  const state = incoming?.source === 'traceparent' ? parseTracestate(headers['tracestate']) : [];
  const setHeaders: Record<string, string> = {
    traceparent: formatTraceparent(span),
    tracestate: formatTracestate(state, { key: TRACESTATE_KEY, value: span.spanId }),
  };
  const clearHeaders: string[] = [];
  const baggage = parseBaggage(headers['baggage']);
  if (baggage.some(isOwn)) {
    const rest = formatBaggage(baggage.filter((member) => !isOwn(member)));
    if (rest === undefined) clearHeaders.push('baggage');
    else setHeaders['baggage'] = rest;
  }
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: incoming?.context.spanId,
    sampled: span.sampled,
    source: incoming?.source ?? 'new',
    baggage,
    setHeaders,
    clearHeaders,
  };
}

const isOwn = (member: BaggageMember): boolean => OWN_BAGGAGE.test(member.key);

function extract(
  headers: Readonly<Record<string, string>>,
  formats: readonly PropagationFormat[],
): { context: SpanContext; source: 'traceparent' | PropagationFormat } | undefined {
  const w3c = parseTraceparent(headers['traceparent']);
  if (w3c) return { context: w3c, source: 'traceparent' };
  for (const source of formats) {
    const context = EXTRACTORS[source](headers);
    if (context) return { context, source };
  }
  return undefined;
}

function randomId(bytes: number, randomHex: (bytes: number) => string): string {
  let id = randomHex(bytes);
  while (isZeroId(id)) id = randomHex(bytes);
  return id;
}
