// OTLP's protobuf form as its JSON form would be after parsing: only what of it is read here. The bytes are an outsider's: lengths are
// judged before anything is cut out, and nesting is bounded.
import { ClewError } from '../kernel/index.ts';
import type { AnyValue, ExportRequest, KeyValue, OtlpSpan } from './request.ts';

/** A message, or a value of bytes, within a post. */
interface Part {
  readonly bytes: Uint8Array;
  /** Of the whole post. */
  readonly budget: { fields: number };
}

interface Field {
  readonly number: number;
  /** Number for varints, bytes for everything else. */
  readonly value: bigint | Part;
}

const MAX_DEPTH = 16;
/** Fields looked at in one post: a few bytes of gzip unfold to millions of fields, and reading them would hold up everyone. */
const MAX_FIELDS = 2_000_000;
const broken = (): ClewError => new ClewError('invalid_body', 'the body is no ExportTraceServiceRequest in protobuf');

function* fieldsOf({ bytes, budget }: Part): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    const first = bytes[at];
    if (first !== undefined && first < 0x80) {
      at += 1;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken();
  };
  const cut = (length: number): Part => {
    if (!Number.isSafeInteger(length) || length > bytes.length - at) throw broken();
    at += length;
    return { bytes: bytes.subarray(at - length, at), budget };
  };
  while (at < bytes.length) {
    budget.fields -= 1;
    if (budget.fields < 0) throw new ClewError('body_too_large', `at most ${MAX_FIELDS} fields of protobuf a post`);
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: cut(8) };
        break;
      case 2:
        yield { number, value: cut(Number(varint())) };
        break;
      case 5:
        yield { number, value: cut(4) };
        break;
      default:
        throw broken();
    }
  }
}

const partOf = ({ value }: Field): Part => {
  if (typeof value === 'bigint') throw broken();
  return value;
};

function messages(part: Part, number: number): readonly Part[] {
  const found: Part[] = [];
  for (const field of fieldsOf(part)) if (field.number === number) found.push(partOf(field));
  return found;
}

const text = ({ bytes }: Part): string => new TextDecoder().decode(bytes);
const hex = ({ bytes }: Part): string => Buffer.from(bytes).toString('hex');
const eight = ({ bytes }: Part): Buffer => {
  if (bytes.length !== 8) throw broken();
  return Buffer.from(bytes);
};
const fixed64 = (part: Part): string => eight(part).readBigUInt64LE().toString();
const double = (part: Part): number => eight(part).readDoubleLE();

/** Throws invalid_body, and body_too_large where there are too many fields. */
export function readProtobuf(bytes: Uint8Array): ExportRequest {
  const body: Part = { bytes, budget: { fields: MAX_FIELDS } };
  return {
    resourceSpans: messages(body, 1).map((resourceSpans) => {
      const [resource] = messages(resourceSpans, 1);
      return {
        resource: { attributes: resource ? attributesOf(resource, 1) : [] },
        scopeSpans: messages(resourceSpans, 2).map((scopeSpans) => {
          const [scope] = messages(scopeSpans, 1);
          const [name] = scope ? messages(scope, 1) : [];
          return { scope: { name: name ? text(name) : '' }, spans: messages(scopeSpans, 2).map(spanOf) };
        }),
      };
    }),
  };
}

function spanOf(part: Part): OtlpSpan {
  const span: { -readonly [K in keyof OtlpSpan]?: OtlpSpan[K] } & { attributes: KeyValue[] } = { attributes: [] };
  for (const field of fieldsOf(part)) {
    switch (field.number) {
      case 1:
        span.traceId = hex(partOf(field));
        break;
      case 2:
        span.spanId = hex(partOf(field));
        break;
      case 4:
        span.parentSpanId = hex(partOf(field));
        break;
      case 5:
        span.name = text(partOf(field));
        break;
      case 7:
        span.startTimeUnixNano = fixed64(partOf(field));
        break;
      case 8:
        span.endTimeUnixNano = fixed64(partOf(field));
        break;
      case 9:
        span.attributes.push(keyValue(partOf(field), 0));
        break;
      case 15:
        span.status = { code: statusCode(partOf(field)) };
        break;
      default:
    }
  }
  return span;
}

function statusCode(part: Part): number {
  for (const { number, value } of fieldsOf(part)) if (number === 3 && typeof value === 'bigint') return Number(value);
  return 0;
}

const attributesOf = (part: Part, number: number, depth = 0): KeyValue[] => messages(part, number).map((one) => keyValue(one, depth));

function keyValue(part: Part, depth: number): KeyValue {
  const [key] = messages(part, 1);
  const [value] = messages(part, 2);
  return { key: key ? text(key) : '', value: value ? anyValue(value, depth) : {} };
}

function anyValue(part: Part, depth: number): AnyValue {
  if (depth > MAX_DEPTH) throw broken();
  for (const field of fieldsOf(part)) {
    switch (field.number) {
      case 1:
        return { stringValue: text(partOf(field)) };
      case 2:
        return { boolValue: field.value === 1n };
      case 3:
        if (typeof field.value !== 'bigint') throw broken();
        return { intValue: String(BigInt.asIntN(64, field.value)) };
      case 4:
        return { doubleValue: double(partOf(field)) };
      case 5:
        return { arrayValue: { values: messages(partOf(field), 1).map((one) => anyValue(one, depth + 1)) } };
      case 6:
        return { kvlistValue: { values: attributesOf(partOf(field), 1, depth + 1) } };
      default:
    }
  }
  return {};
}
