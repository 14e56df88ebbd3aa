// An export request as OTLP's JSON form has it, and its values as plain ones.
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface OtlpSpan {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly startTimeUnixNano?: string | number;
  readonly endTimeUnixNano?: string | number;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number | string };
}

export interface ExportRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly scope?: { readonly name?: string }; readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain } | undefined;

/** One span with what stands around it. */
export interface Received {
  readonly span: OtlpSpan;
  readonly attributes: Readonly<Record<string, Plain>>;
  readonly resource: Readonly<Record<string, Plain>>;
}

const MAX_DEPTH = 16;

/** Spans of the request but those of our own export, which would come back for ever. What is not of the form is passed over. */
export function* receivedSpans(request: ExportRequest): Generator<Received> {
  for (const { resource, scopeSpans } of listOf(request.resourceSpans)) {
    const around = plainFields(resource?.attributes);
    for (const { scope, spans } of listOf(scopeSpans)) {
      if (scope?.name === 'clew') continue;
      for (const span of listOf(spans)) yield { span, attributes: plainFields(span.attributes), resource: around };
    }
  }
}

/** JSON may hold anything where a list of objects should be. */
const listOf = <T extends object>(value: readonly T[] | undefined): readonly T[] =>
  Array.isArray(value) ? (value as readonly unknown[]).filter((one): one is T => typeof one === 'object' && one !== null) : [];

function plainFields(pairs: readonly KeyValue[] | undefined, depth = 0): Readonly<Record<string, Plain>> {
  const entries = listOf(pairs).map(({ key, value }) => [key, plain(value, depth)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

function plain(value: AnyValue | null | undefined, depth: number): Plain {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value;
  if (typeof stringValue === 'string') return stringValue.toWellFormed();
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof intValue === 'string' || typeof intValue === 'number') return finite(Number(intValue));
  if (typeof doubleValue === 'number') return finite(doubleValue);
  if (arrayValue) return listOf(arrayValue.values).map((one) => plain(one, depth + 1));
  return kvlistValue ? plainFields(kvlistValue.values, depth + 1) : undefined;
}
