// W3C Trace Context level 2, header traceparent. The header is written by whoever calls the gateway: it is believed for
// correlation only, and anything that is not exactly of the form starts a new trace.

/** Ids are lower-case hex and not all zero. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** The trace id's right half was drawn at random (flag 0x02); must be passed on unchanged. */
  readonly random: boolean;
}

const SAMPLED = 0x01;
const RANDOM = 0x02;
const VERSION_00 = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^]*)?$/;

export const isZeroId = (id: string): boolean => /^0*$/.test(id);

/** Undefined where the trace must be restarted. Versions above 00 are read as far as 00 goes. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const found = VERSION_00.exec(trimBlanks(header ?? ''));
  if (!found) return undefined;
  const [, version = '', traceId = '', spanId = '', flagsText = '', rest] = found;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (isZeroId(traceId) || isZeroId(spanId)) return undefined;
  const flags = Number.parseInt(flagsText, 16);
  return { traceId, spanId, sampled: (flags & SAMPLED) !== 0, random: (flags & RANDOM) !== 0 };
}

/** Always version 00; flags that this version does not know are zero. */
export function formatTraceparent(context: SpanContext): string {
  const flags = (context.sampled ? SAMPLED : 0) | (context.random ? RANDOM : 0);
  return `00-${context.traceId}-${context.spanId}-${flags.toString(16).padStart(2, '0')}`;
}

/** HTTP's optional white space around a value; not every gateway strips it. */
export function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
