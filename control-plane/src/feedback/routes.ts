// POST /v1/feedback.
import { readFileSync } from 'node:fs';
import type { BodyReader } from '../ingest/index.ts';
import type { JsonSchema, Route } from '../kernel/index.ts';
import type { FeedbackRoom } from './take.ts';

const SCHEMA_FILE = new URL('../../../plugin/src/contract/schema/feedback.schema.json', import.meta.url);

const RESULT: JsonSchema = {
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'Items that are durable and need not be sent again, duplicates among them.' },
    duplicates: { type: 'integer' },
    rejected: {
      type: 'array',
      items: {
        type: 'object',
        properties: { index: { type: 'integer' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

export function feedbackRoutes(room: FeedbackRoom, readBody: BodyReader): Route[] {
  const item = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as JsonSchema;
  return [
    {
      method: 'post',
      path: '/v1/feedback',
      permission: 'feedback:write',
      summary:
        'Say what became of answers and conversations: thumbs, completion, scores, comments. One object, an array, or one object a line; also before the request itself is stored.',
      body: {
        kind: 'stream',
        content: {
          'application/json': { anyOf: [item, { type: 'array', items: item }] },
          'application/x-ndjson': { type: 'string', description: 'One item a line.' },
        },
      },
      success: { status: 202, description: 'What was taken, and what was not', schema: RESULT },
      errors: ['malformed_json', 'malformed_gzip', 'invalid_encoding', 'body_too_large', 'unavailable'],
      handle: async ({ caller, stream, header }) => {
        const body = await readBody(stream, header('content-encoding'));
        return { status: 202, json: await room.take(body, header('content-type'), caller) };
      },
    },
  ];
}
