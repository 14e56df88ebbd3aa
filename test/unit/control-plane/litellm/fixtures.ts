// Events in the shape of LiteLLM's generic_api callback, with our own text.
import { tenantKeys } from '#contract';
import { createRedactor } from '#redact';
import { readEvent, type LiteLlmEvent } from '../../../../control-plane/src/litellm/event.ts';
import { sampleOf, type Surroundings } from '../../../../control-plane/src/litellm/to-sample.ts';
import type { Sample } from '#contract';

export type Fields = Record<string, unknown>;

export const SECRET = new Uint8Array(32).fill(7);
export const KEYS = tenantKeys('a secret of sixteen characters or more', 'acme');
export const START = 1_790_000_000;

/** A successful chat call; `metadata` and `hidden_params` are merged, other fields replaced. */
export function success(fields: Fields = {}): Fields {
  const { metadata, additional_headers: headers, ...rest } = fields;
  return {
    id: 'chatcmpl-abc',
    litellm_call_id: '0f3d2b1c-7a6e-4d5c-8b9a-0123456789ab',
    trace_id: '5b0c9d1e-1111-4222-8333-444455556666',
    session_id: '',
    call_type: 'acompletion',
    cache_hit: null,
    stream: null,
    status: 'success',
    status_fields: { llm_api_status: 'success', guardrail_status: 'not_run' },
    custom_llm_provider: 'openai',
    startTime: START + 0.25,
    endTime: START + 1.5,
    completionStartTime: START + 0.75,
    model: 'openai/small-model',
    model_group: 'helper',
    model_id: 'deployment-1',
    metadata: {
      user_api_key_hash: 'key-hash-1',
      user_api_key_alias: null,
      user_api_key_user_id: 'default_user_id',
      user_api_key_end_user_id: null,
      user_api_key_request_route: '/v1/chat/completions',
      requester_custom_headers: {},
      requester_metadata: { headers: { host: 'proxy.example', 'user-agent': 'test' } },
      ...(metadata as Fields | undefined),
    },
    response_cost: 0,
    total_tokens: 16,
    prompt_tokens: 11,
    completion_tokens: 5,
    end_user: null,
    messages: [
      { role: 'system', content: 'Answer in one line.' },
      { role: 'user', content: 'When do swifts arrive?' },
    ],
    response: {
      id: 'chatcmpl-abc',
      model: 'helper',
      object: 'chat.completion',
      system_fingerprint: 'fp_1',
      choices: [{ finish_reason: 'stop', index: 0, message: { role: 'assistant', content: 'In early May.' } }],
      usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
    },
    model_parameters: { temperature: 0.2, stream: false },
    hidden_params: { additional_headers: { 'x-litellm-attempted-fallbacks': 0, ...(headers as Fields | undefined) } },
    model_map_information: { model_map_key: 'openai/small-model', model_map_value: { max_tokens: null } },
    error_str: null,
    error_information: { error_code: '', error_class: '', error_message: '' },
    guardrail_information: null,
    ...rest,
  };
}

/** A failed attempt. */
export function failure(fields: Fields = {}): Fields {
  return success({
    id: '0f3d2b1c-7a6e-4d5c-8b9a-0123456789ab',
    status: 'failure',
    status_fields: { llm_api_status: 'failure', guardrail_status: 'not_run' },
    startTime: START,
    endTime: START + 0.1,
    completionStartTime: START + 0.1,
    model: 'openai/broken-model',
    model_group: 'wanted',
    response: {},
    prompt_tokens: 0,
    completion_tokens: 0,
    error_str: 'InternalServerError: someone@example.org broke it',
    error_information: {
      error_code: 'boom',
      error_class: 'InternalServerError',
      error_message: 'someone@example.org broke it',
      normalized_error: '500_PROVIDER_INTERNAL_ERROR',
      traceback: 'File "secret.py"',
    },
    ...fields,
  });
}

function eventOf(fields: Fields): LiteLlmEvent {
  const reading = readEvent(fields);
  if (!reading.ok) throw new Error(reading.fault);
  return reading.event;
}

export function surroundings(fields: Partial<Surroundings> = {}): Surroundings {
  return {
    policy: { version: 1 },
    redactor: createRedactor(),
    keys: KEYS,
    secret: SECRET,
    randomness: { bytes: (count) => new Uint8Array(count).fill(3) },
    verdict: () => undefined,
    reading: () => undefined,
    ...fields,
  };
}

export const toSample = (fields: Fields, around: Partial<Surroundings> = {}): Sample =>
  sampleOf(eventOf(fields), 'request-1', surroundings(around));
