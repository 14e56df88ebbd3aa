import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { GATEWAY_HEALTH_HEADER, parseGatewayHealth, type GatewayHealth } from '#contract';
import type { JsonSchema, Route, Scope } from '../kernel/index.ts';
import type { Acceptor } from './accept.ts';

/** Reads a body under the limits of the settings; compose hands in the server's reader. */
export type BodyReader = (stream: Readable, encoding: string | undefined) => Promise<Buffer>;

const SCHEMA_FILE = new URL('../../../plugin/src/contract/schema/sample.schema.json', import.meta.url);

const RESULT: JsonSchema = {
  type: 'object',
  required: ['accepted', 'duplicates', 'unknownFields', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'Samples that are durable and need not be sent again, duplicates among them.' },
    duplicates: { type: 'integer' },
    unknownFields: { type: 'integer', description: 'Fields that version 1 does not know, left out.' },
    rejected: {
      type: 'array',
      items: {
        type: 'object',
        properties: { index: { type: 'integer' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

/** `told`: called with what a gateway tells of itself, once its samples are taken. */
export function ingestRoutes(
  acceptor: Acceptor,
  readBody: BodyReader,
  told: (report: GatewayHealth, scope: Scope) => void = () => undefined,
): Route[] {
  const sample = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as JsonSchema;
  return [
    {
      method: 'post',
      path: '/v1/samples',
      permission: 'samples:write',
      summary: 'Hand in samples: a JSON array, one object, or one JSON object a line; gzip or not. Durable before 202.',
      body: {
        kind: 'stream',
        content: {
          'application/json': { anyOf: [sample, { type: 'array', items: sample }] },
          'application/x-ndjson': { type: 'string', description: 'One sample a line.' },
        },
      },
      success: { status: 202, description: 'What was taken, and what was not', schema: RESULT },
      errors: ['malformed_json', 'malformed_gzip', 'invalid_encoding', 'body_too_large', 'overloaded'],
      handle: async ({ caller, stream, header }) => {
        await acceptor.admit();
        const body = await readBody(stream, header('content-encoding'));
        const json = await acceptor.accept(body, header('content-type'), caller.scope);
        const report = parseGatewayHealth(header(GATEWAY_HEALTH_HEADER));
        if (report) told(report, caller.scope);
        return { status: 202, json };
      },
    },
  ];
}
