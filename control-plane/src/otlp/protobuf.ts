// OTLP's protobuf form as its JSON form would be after parsing: only what of it is read here. The bytes are an outsider's: lengths are
// judged before anything is cut out, and nesting is bounded.
import { ClewError } from '../kernel/index.ts';
import type { AnyValue, ExportRequest, KeyValue, OtlpSpan } from './request.ts';

interface Field {
  readonly number: number;
  /** Number for varints, bytes for everything else. */
  readonly value: bigint | Uint8Array;
}

const MAX_DEPTH = 16;
const broken = (): ClewError => new ClewError('invalid_body', 'the body is no ExportTraceServiceRequest in protobuf');

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken();
  };
  const cut = (length: number): Uint8Array => {
    if (!Number.isSafeInteger(length) || length > bytes.length - at) throw broken();
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
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

const bytesOf = ({ value }: Field): Uint8Array => {
  if (typeof value === 'bigint') throw broken();
  return value;
};
const messages = (bytes: Uint8Array, number: number): readonly Uint8Array[] =>
  [...fieldsOf(bytes)].filter((field) => field.number === number).map(bytesOf);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fixed64 = (bytes: Uint8Array): string => {
  if (bytes.length !== 8) throw broken();
  return Buffer.from(bytes).readBigUInt64LE().toString();
};

export function readProtobuf(body: Uint8Array): ExportRequest {
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

function spanOf(bytes: Uint8Array): OtlpSpan {
  const span: { -readonly [K in keyof OtlpSpan]?: OtlpSpan[K] } & { attributes: KeyValue[] } = { attributes: [] };
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case 1:
        span.traceId = hex(bytesOf(field));
        break;
      case 2:
        span.spanId = hex(bytesOf(field));
        break;
      case 4:
        span.parentSpanId = hex(bytesOf(field));
        break;
      case 5:
        span.name = text(bytesOf(field));
        break;
      case 7:
        span.startTimeUnixNano = fixed64(bytesOf(field));
        break;
      case 8:
        span.endTimeUnixNano = fixed64(bytesOf(field));
        break;
      case 9:
        span.attributes.push(keyValue(bytesOf(field), 0));
        break;
      case 15:
        span.status = { code: Number([...fieldsOf(bytesOf(field))].find(({ number }) => number === 3)?.value ?? 0n) };
        break;
      default:
    }
  }
  return span;
}

const attributesOf = (bytes: Uint8Array, number: number, depth = 0): KeyValue[] =>
  messages(bytes, number).map((one) => keyValue(one, depth));

function keyValue(bytes: Uint8Array, depth: number): KeyValue {
  const [key] = messages(bytes, 1);
  const [value] = messages(bytes, 2);
  return { key: key ? text(key) : '', value: value ? anyValue(value, depth) : {} };
}

function anyValue(bytes: Uint8Array, depth: number): AnyValue {
  if (depth > MAX_DEPTH) throw broken();
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case 1:
        return { stringValue: text(bytesOf(field)) };
      case 2:
        return { boolValue: field.value === 1n };
      case 3:
        return { intValue: String(BigInt.asIntN(64, field.value as bigint)) };
      case 4:
        return { doubleValue: Buffer.from(bytesOf(field)).readDoubleLE() };
      case 5:
        return { arrayValue: { values: messages(bytesOf(field), 1).map((one) => anyValue(one, depth + 1)) } };
      case 6:
        return { kvlistValue: { values: attributesOf(bytesOf(field), 1, depth + 1) } };
      default:
    }
  }
  return {};
}
