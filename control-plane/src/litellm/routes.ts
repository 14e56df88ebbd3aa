import { isUtf8 } from 'node:buffer';
import type { BodyReader } from '../ingest/index.ts';
import { ClewError, type JsonSchema, type Route } from '../kernel/index.ts';
import type { Guardrail } from './guardrail.ts';
import type { Intake } from './intake.ts';

const HOLD_SECONDS = 60;

const EVENT: JsonSchema = {
  type: 'object',
  description: 'A StandardLoggingPayload of LiteLLM’s generic_api callback. Fields that are not used are not kept.',
  required: ['status', 'startTime'],
  properties: { litellm_call_id: { type: 'string' }, status: { enum: ['success', 'failure'] }, startTime: { type: 'number' } },
};

const RESULT: JsonSchema = {
  type: 'object',
  required: ['accepted', 'duplicates', 'unknownFields', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'Events that are durable and need not be sent again, duplicates among them.' },
    duplicates: { type: 'integer' },
    unknownFields: { const: 0 },
    rejected: {
      type: 'array',
      items: { type: 'object', properties: { index: { type: 'integer' }, code: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};

const GUARDRAIL_REQUEST: JsonSchema = {
  type: 'object',
  required: ['input_type'],
  properties: {
    input_type: { enum: ['request', 'response'] },
    texts: { type: ['array', 'null'], items: { type: 'string' } },
    structured_messages: { type: ['array', 'null'] },
    tool_calls: { type: ['array', 'null'] },
    litellm_call_id: { type: ['string', 'null'] },
    additional_provider_specific_params: {
      type: ['object', 'null'],
      properties: {
        upstream: { const: 'pseudonyms', description: 'Replace values by stand-ins of this call, and put them back in its answer.' },
      },
    },
  },
};

const GUARDRAIL_REPLY: JsonSchema = {
  type: 'object',
  required: ['action'],
  properties: {
    action: { enum: ['NONE', 'GUARDRAIL_INTERVENED'] },
    texts: { type: 'array', items: { type: 'string' } },
    structured_messages: { type: 'array' },
    stream_holdback_chars: { type: 'array', items: { type: 'integer' } },
  },
};

export function liteLlmRoutes(intake: Intake, guardrail: Guardrail, readBody: BodyReader): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/litellm/logs',
      permission: 'samples:write',
      summary: 'Take events of LiteLLM’s generic_api callback: an array, one object, or one a line; gzip or not. Durable before 202.',
      query: [
        {
          name: 'hold',
          description: `Seconds that a failure waits for the event of a retry or fallback, to be one request with it; ${HOLD_SECONDS} when absent.`,
          schema: { type: 'integer', minimum: 0, maximum: 3600 },
        },
      ],
      body: {
        kind: 'stream',
        content: {
          'application/json': { anyOf: [EVENT, { type: 'array', items: EVENT }] },
          'application/x-ndjson': { type: 'string', description: 'One event a line.' },
        },
      },
      success: { status: 202, description: 'What was taken, and what was not', schema: RESULT },
      errors: ['malformed_json', 'malformed_gzip', 'invalid_encoding', 'body_too_large', 'unavailable'],
      handle: async ({ caller, stream, header, query }) => {
        await intake.admit().catch(asUnavailable);
        const body = await readBody(stream, header('content-encoding'));
        const holdMs = Number(query['hold'] ?? HOLD_SECONDS) * 1000;
        return { status: 202, json: await intake.take(body, header('content-type'), caller.scope, holdMs) };
      },
    },
    {
      method: 'post',
      path: '/beta/litellm_basic_guardrail_api',
      permission: 'samples:write',
      summary: 'Redact texts for LiteLLM before they go to a provider (guardrail: generic_guardrail_api); nothing is kept',
      body: { kind: 'stream', content: { 'application/json': GUARDRAIL_REQUEST } },
      success: { status: 200, description: 'The verdict, with the texts redacted', schema: GUARDRAIL_REPLY },
      errors: ['malformed_json', 'malformed_gzip', 'invalid_encoding', 'body_too_large', 'invalid_body', 'unavailable'],
      handle: async ({ caller, stream, header }) => {
        const body = await readBody(stream, header('content-encoding'));
        return { status: 200, json: await guardrail.judge(parse(body), caller.scope) };
      },
    },
  ];
}

/** LiteLLM tries again after 5xx alone, so that 429 would lose the batch. */
function asUnavailable(error: unknown): never {
  if (error instanceof ClewError && error.code === 'overloaded') throw new ClewError('unavailable', error.detail, { cause: error });
  throw error;
}

/** Conversations are longer than other JSON bodies may be, so the limits of posted samples hold. */
function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw new ClewError('invalid_encoding', 'the body is not UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ClewError('malformed_json');
  }
}
