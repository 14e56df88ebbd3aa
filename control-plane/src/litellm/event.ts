// One event of LiteLLM's generic_api callback (its StandardLoggingPayload), as far as it is used. The static tables that
// make up most of an event, budgets, addresses of people and error messages are not read at all.
import { toJson } from '#dialects';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from './json.ts';

export interface LiteLlmEvent {
  /** The same for all attempts at one request. Clients can choose it. */
  readonly callId: string;
  readonly callType: string;
  readonly isFailure: boolean;
  readonly isStream: boolean;
  readonly isCacheHit: boolean;
  readonly startMs: number;
  /** First byte of the answer. */
  readonly firstMs: number;
  readonly endMs: number;
  readonly provider: string | undefined;
  /** provider/name that the deployment is configured with. */
  readonly routedModel: string | undefined;
  /** The name that the client asked for, or that a fallback put in its place. */
  readonly modelGroup: string | undefined;
  readonly deploymentId: string | undefined;
  readonly endUser: string | undefined;
  readonly sessionId: string | undefined;
  /** Session id, trace id or a random id of the call, whichever LiteLLM had; never a W3C trace id. */
  readonly traceId: string | undefined;
  /** Lists as sent; with message logging turned off a placeholder. */
  readonly messages: unknown;
  readonly response: unknown;
  readonly parameters: Fields;
  readonly costUsd: number | undefined;
  readonly tokens: { readonly input: number | undefined; readonly output: number | undefined };
  readonly error: { readonly type: string | undefined; readonly code: string | undefined; readonly normalized: string | undefined };
  readonly guardrails: readonly Fields[];
  readonly guardrailStatus: string | undefined;
  /** Headers of the provider's answer and of LiteLLM's router. */
  readonly answerHeaders: Fields;
  readonly key: {
    readonly user: string | undefined;
    readonly alias: string | undefined;
    readonly team: string | undefined;
    readonly hash: string | undefined;
  };
  readonly route: string | undefined;
  /** Request headers that LiteLLM keeps: lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's `metadata`. */
  readonly metadata: Fields;
}

export type EventReading = { readonly ok: true; readonly event: LiteLlmEvent } | { readonly ok: false; readonly fault: string };

/** Messages name the place and what was expected, never a value. */
export function readEvent(value: unknown): EventReading {
  // Clients choose what stands in it: what has no canonical bytes must not take the rest of the event with it.
  const fields = fieldsOf(toJson(value));
  const metadata = fieldsOf(fields['metadata']);
  const callId = textOf(fields['litellm_call_id']) ?? textOf(fields['id']);
  if (callId === undefined) return { ok: false, fault: '/litellm_call_id: expected a text; is this an event of LiteLLM’s generic_api?' };
  const { status } = fields;
  if (status !== 'success' && status !== 'failure') return { ok: false, fault: '/status: expected success or failure' };
  const startMs = timeOf(fields['startTime']);
  if (startMs === undefined) return { ok: false, fault: '/startTime: expected epoch seconds' };
  const endMs = Math.max(startMs, timeOf(fields['endTime']) ?? startMs);
  const error = fieldsOf(fields['error_information']);
  const requester = fieldsOf(metadata['requester_metadata']);
  const event: LiteLlmEvent = {
    callId,
    callType: textOf(fields['call_type']) ?? '',
    isFailure: status === 'failure',
    isStream: fields['stream'] === true || fieldsOf(fields['model_parameters'])['stream'] === true,
    isCacheHit: fields['cache_hit'] === true,
    startMs,
    firstMs: Math.min(endMs, Math.max(startMs, timeOf(fields['completionStartTime']) ?? endMs)),
    endMs,
    provider: textOf(fields['custom_llm_provider']),
    routedModel: textOf(fields['model']),
    modelGroup: textOf(fields['model_group']),
    deploymentId: textOf(fields['model_id']),
    endUser: textOf(fields['end_user']) ?? textOf(metadata['user_api_key_end_user_id']),
    sessionId: textOf(fields['session_id']),
    traceId: textOf(fields['trace_id']),
    messages: fields['messages'],
    response: fields['response'],
    parameters: fieldsOf(fields['model_parameters']),
    costUsd: numberOf(fields['response_cost']),
    tokens: { input: countOf(fields['prompt_tokens']), output: countOf(fields['completion_tokens']) },
    error: {
      type: textOf(error['error_class']),
      code: textOf(error['error_code']),
      normalized: textOf(error['normalized_error']),
    },
    guardrails: listOf(fields['guardrail_information']).map(fieldsOf),
    guardrailStatus: textOf(fieldsOf(fields['status_fields'])['guardrail_status']),
    answerHeaders: fieldsOf(fieldsOf(fields['hidden_params'])['additional_headers']),
    key: {
      user: textOf(metadata['user_api_key_user_id']),
      alias: textOf(metadata['user_api_key_alias']),
      team: textOf(metadata['user_api_key_team_alias']) ?? textOf(metadata['user_api_key_team_id']),
      hash: textOf(metadata['user_api_key_hash']),
    },
    route: textOf(metadata['user_api_key_request_route']),
    headers: { ...headersOf(requester['headers']), ...headersOf(metadata['requester_custom_headers']) },
    metadata: withoutHeaders(requester),
  };
  return { ok: true, event };
}

const EARLIEST_SECONDS = 1e9;
const LATEST_SECONDS = 1e11;

/** Epoch seconds with fractions, or a date text, as older versions send. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const parsed = Date.parse(value);
    return Number.isFinite(parsed) ? parsed : undefined;
  }
  const seconds = numberOf(value);
  return seconds !== undefined && seconds >= EARLIEST_SECONDS && seconds <= LATEST_SECONDS ? Math.floor(seconds * 1000) : undefined;
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function headersOf(value: unknown): Record<string, string> {
  const texts = Object.entries(fieldsOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(texts.map(([name, text]) => [name.toLowerCase(), text]));
}

function withoutHeaders(metadata: Fields): Fields {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'headers'));
}
