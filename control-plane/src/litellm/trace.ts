// W3C trace context of the caller, where LiteLLM logged its header.
import type { TraceContext } from '#contract';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** `spanId` is that of the gateway's span: 16 hex digits, not all 0. */
export function traceOf(traceparent: string | undefined, spanId: string): TraceContext | undefined {
  const found = TRACEPARENT.exec(traceparent?.trim() ?? '');
  if (!found?.[1] || !found[2] || !found[3]) return undefined;
  // Version 00 ends after the flags.
  if (found[4] !== undefined && traceparent?.trim().startsWith('00')) return undefined;
  return { traceId: found[1], spanId, parentSpanId: found[2], sampled: (Number.parseInt(found[3], 16) & 1) === 1, source: 'traceparent' };
}
