// Addresses of traces in another tool. The template is the operator's; the ids are the gateway's, but senders choose them.
import type { TraceContext } from '#contract';

/** What a template may name. `{traceIdDecimal}` is the lower 64 bits in decimal, as older Datadog addresses take it. */
const PLACEHOLDER = /\{(traceId|traceIdDecimal|spanId)\}/g;

export type TraceLinker = (trace: TraceContext | null) => string | null;

/** True for an http(s) address that names the trace. */
export const isTraceTemplate = (template: string): boolean =>
  /^https?:\/\//.test(template) && URL.canParse(fill(template, { traceId: '0', spanId: '0' })) && /\{traceId(Decimal)?\}/.test(template);

/** Without a template no request has an address. */
export function traceLinker(template: string | undefined): TraceLinker {
  if (template === undefined) return () => null;
  return (trace) => (trace === null ? null : fill(template, trace));
}

const fill = (template: string, { traceId, spanId }: Pick<TraceContext, 'traceId' | 'spanId'>): string =>
  template.replace(PLACEHOLDER, (_whole, name: string) => encodeURIComponent(valueOf(name, traceId, spanId)));

function valueOf(name: string, traceId: string, spanId: string): string {
  if (name === 'spanId') return spanId;
  if (name === 'traceId') return traceId;
  const low = traceId.slice(-16);
  return /^[0-9a-f]+$/i.test(low) ? BigInt(`0x${low}`).toString() : traceId;
}
