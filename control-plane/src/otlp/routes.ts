import type { BodyReader } from '../ingest/index.ts';
import { ClewError, type ApiReply, type Route } from '../kernel/index.ts';
import type { SpanIntake } from './intake.ts';

const WHY = 'ids, times or fields of these model calls are not of the form, or lie too far ahead';

/** Answers as OTLP wants them: in the form of the request, 200, and partial success where spans were refused. */
export function otlpRoutes(intake: SpanIntake, readBody: BodyReader): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/traces',
      permission: 'samples:write',
      summary: 'Take spans by OTLP over HTTP, JSON or protobuf, gzip or not. Model calls become requests; other spans are not kept.',
      body: {
        kind: 'stream',
        content: {
          'application/json': {
            type: 'object',
            description: 'ExportTraceServiceRequest',
            properties: { resourceSpans: { type: 'array' } },
          },
          'application/x-protobuf': { type: 'string', format: 'binary', description: 'ExportTraceServiceRequest' },
        },
      },
      success: {
        status: 200,
        description: 'ExportTraceServiceResponse, in the form of the request',
        schema: {
          type: 'object',
          properties: {
            partialSuccess: { type: 'object', properties: { rejectedSpans: { type: 'string' }, errorMessage: { type: 'string' } } },
          },
        },
      },
      errors: ['malformed_json', 'malformed_gzip', 'invalid_encoding', 'invalid_body', 'body_too_large', 'unavailable'],
      handle: async ({ caller, stream, header }) => {
        await intake.admit().catch(asUnavailable);
        const body = await readBody(stream, header('content-encoding'));
        const isProtobuf = /^application\/(x-)?protobuf\b/i.test(header('content-type') ?? '');
        const refused = await intake.take(body, isProtobuf ? 'protobuf' : 'json', caller.scope);
        return isProtobuf ? protobufReply(refused) : jsonReply(refused);
      },
    },
  ];
}

const jsonReply = (refused: number): ApiReply => ({
  status: 200,
  json: refused === 0 ? {} : { partialSuccess: { rejectedSpans: String(refused), errorMessage: WHY } },
});

function protobufReply(refused: number): ApiReply {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
  const partial = Buffer.concat([Buffer.from([1 << 3]), varint(refused), field(2, Buffer.from(WHY))]);
  const body = refused === 0 ? Buffer.of() : Buffer.from(field(1, partial));
  return { status: 200, bytes: { contentType: 'application/x-protobuf', body } };
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

/** Exporters try again after 429 as well, but 503 is what all of them know. */
function asUnavailable(error: unknown): never {
  if (error instanceof ClewError && error.code === 'overloaded') throw new ClewError('unavailable', error.detail, { cause: error });
  throw error;
}
