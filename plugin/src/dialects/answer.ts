// What all dialects share on the answer side: errors, models, usage, and how an answer is put together.
import type { Model, Usage } from '#contract';
import { asCount, asKind, asReference, asText, asToken, dig, get, isRecord } from './json.ts';
import { type Draft, finish, finishWhole } from './message.ts';
import type { LlmAnswer, LlmRequest, RawCall } from './types.ts';

export type AnswerError = NonNullable<LlmAnswer['error']>;

/** What a dialect's reader finds in a body or a stream. */
export interface Found {
  readonly drafts: readonly Draft[];
  readonly finishReason?: string | undefined;
  readonly model?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly responseId?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly error?: AnswerError | undefined;
  /** The closing event came. Always true for a whole JSON body. */
  readonly closed: boolean;
  readonly blocked?: boolean;
}

/** A dialect's answer reader. Both take anything and never throw. */
export interface AnswerReader {
  fromBody(body: unknown): Found;
  fromEvents(events: Iterable<StreamEvent>): Found;
}

export interface StreamEvent {
  /** Type by the event's own name, else by its data. */
  readonly type: string | undefined;
  readonly data: unknown;
  /** True for the [DONE] that ends OpenAI's streams. */
  readonly done: boolean;
}

export const NOTHING: Found = { drafts: [], closed: false };

export function buildAnswer(call: RawCall, request: LlmRequest, found: Found, isStream: boolean): LlmAnswer {
  const stated = found.error;
  const error = stated === undefined || stated.type === UNKNOWN_ERROR ? (errorOfStatus(call.status) ?? stated) : stated;
  const message = error ? undefined : finishWhole(found.drafts);
  const finishReason = asKind(found.finishReason);
  return {
    text: message === undefined || message.text === '' ? undefined : message.text,
    message,
    sentBack: error ? undefined : finish(found.drafts)[0],
    finishReason,
    model: modelOf(call, request, found, isStream),
    usage: found.usage,
    responseId: asReference(found.responseId),
    toolCalls: message?.toolCalls ?? [],
    error,
    incomplete: call.responseTruncated || !(found.closed || isSilent(call)),
    blocked: found.blocked === true || BLOCKING_REASONS.has(finishReason ?? '') || isGuardrail(call.status, error),
  };
}

/** Nothing was captured, or the call failed before there was an answer: then nothing is missing from one. */
function isSilent(call: RawCall): boolean {
  return call.responseBody === undefined || (call.status !== undefined && call.status >= 400);
}

const BLOCKING_REASONS = new Set(['content_filter', 'refusal', 'guardrail_intervened', 'safety']);

/** 446 is what guardrails of gateways answer when they refuse a request. */
function isGuardrail(status: number | undefined, error: AnswerError | undefined): boolean {
  if (status === 446) return true;
  const words = error ? `${error.type} ${error.code ?? ''}`.toLowerCase() : '';
  return /content_?filter|content_?policy|guardrail|responsible_?ai|policy_violation|moderation_blocked/.test(words);
}

/** Headers in which gateways and providers name the model that ran. */
const MODEL_HEADERS: readonly (readonly [string, Model['evidence']])[] = [
  ['openai-model', 'response_header'],
  ['llm_provider-openai-model', 'response_header'],
  ['x-kong-llm-model', 'gateway'],
];

function modelOf(call: RawCall, request: LlmRequest, found: Found, isStream: boolean): Model {
  const requested = request.modelRequested;
  const fingerprint = asToken(found.fingerprint, 256);
  const model: Model = {
    evidence: 'unknown',
    ...(requested !== undefined && { requested }),
    ...(fingerprint !== undefined && { fingerprint }),
  };
  const named = asText(found.model)?.slice(0, 256).toWellFormed();
  if (named !== undefined && isWrittenByKong(call, named)) return { ...model, executed: named, evidence: 'gateway' };
  if (named !== undefined) return { ...model, executed: named, evidence: isStream ? 'stream_event' : 'response_body' };
  for (const [header, evidence] of MODEL_HEADERS) {
    const value = asText(get(call.responseHeaders, header));
    if (value !== undefined) return { ...model, executed: value.slice(0, 256).toWellFormed(), evidence };
  }
  return model;
}

/** Providers whose answers Kong's ai-proxy hands on with the model that they name. */
const NAMED_BY_PROVIDER = new Set(['openai', 'azure', 'anthropic', 'mistral']);

/** Answers of the others ai-proxy puts into OpenAI's form, with the model of its own configuration: no word of the provider. */
function isWrittenByKong(call: RawCall, named: string): boolean {
  const [provider = '', ...name] = (asText(get(call.responseHeaders, 'x-kong-llm-model')) ?? '').split('/');
  return name.join('/') === named && !NAMED_BY_PROVIDER.has(provider);
}

const UNKNOWN_ERROR = 'unknown_error';

/** Kind of an error in any of the shapes that providers and gateways use; undefined where the body holds none. */
export function errorOf(body: unknown): AnswerError | undefined {
  const error = get(body, 'error');
  if (error === undefined || error === null) return undefined;
  const code = codeOf(get(error, 'code')) ?? codeOf(dig(error, 'innererror.code'));
  const type = asKind(get(error, 'type')) ?? asKind(get(error, 'status')) ?? code ?? asKind(error) ?? UNKNOWN_ERROR;
  return { type, code };
}

export function codeOf(code: unknown): string | undefined {
  // Status codes and the small numbers of some gateways; a longer number could be anybody's.
  if (typeof code === 'number' || (typeof code === 'string' && /^\d+$/.test(code)))
    return Number(code) < 100_000 ? String(code) : undefined;
  return asKind(code);
}

function errorOfStatus(status: number | undefined): AnswerError | undefined {
  return status !== undefined && status >= 400 ? { type: `http_${status}`, code: undefined } : undefined;
}

/** OpenAI's two ways of counting: prompt/completion and input/output. Cached tokens are part of the input. */
export function openaiUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const input = get(usage, 'prompt_tokens_details') ?? get(usage, 'input_tokens_details');
  const output = get(usage, 'completion_tokens_details') ?? get(usage, 'output_tokens_details');
  return counts({
    inputTokens: asCount(get(usage, 'prompt_tokens')) ?? asCount(get(usage, 'input_tokens')),
    outputTokens: asCount(get(usage, 'completion_tokens')) ?? asCount(get(usage, 'output_tokens')),
    cacheReadTokens: asCount(get(input, 'cached_tokens')) ?? asCount(get(usage, 'prompt_cache_hit_tokens')),
    cacheWriteTokens: asCount(get(input, 'cache_write_tokens')),
    reasoningTokens: asCount(get(output, 'reasoning_tokens')),
  });
}

/** Without the fields that the provider did not state; undefined when it stated none. */
export function counts(fields: Readonly<Record<keyof Omit<Usage, 'costUsd'>, number | undefined>>): Usage | undefined {
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined);
  return stated.length > 0 ? Object.fromEntries(stated) : undefined;
}
