// A span of a model call as a sample of the contract. Spans come from whoever has a token: everything in them is redacted by patterns
// here, or is a digest, before anything is durable.
import { createHmac } from 'node:crypto';
import {
  pseudonym,
  secretKey,
  shortHash,
  type DeclaredSession,
  type Policy,
  type Principal,
  type Sample,
  type TenantKeys,
} from '#contract';
import { composition, historyDigests, readAnswer, readRequest, type LlmAnswer, type LlmRequest } from '#dialects';
import type { Redactor } from '#redact';
import { sanitize } from '../ingest/index.ts';
import type { Randomness } from '../kernel/index.ts';
import { inputMessages, outputMessage } from './messages.ts';
import type { Plain, Received } from './request.ts';

export interface Surroundings {
  readonly policy: Policy;
  readonly redactor: Redactor;
  readonly keys: TenantKeys;
  /** Key of hashed identifiers. */
  readonly secret: Uint8Array;
  readonly randomness: Randomness;
}

type Fields = Readonly<Record<string, Plain>>;

const CALLS = new Set(['chat', 'generate_content', 'text_completion', 'embeddings']);
const USERS = ['enduser.pseudo.id', 'enduser.id', 'user.id', 'langfuse.user.id'] as const;
const SESSIONS = ['gen_ai.conversation.id', 'session.id', 'langfuse.session.id'] as const;
const PARAMETERS: Readonly<Record<string, string>> = {
  'gen_ai.request.temperature': 'temperature',
  'gen_ai.request.top_p': 'top_p',
  'gen_ai.request.top_k': 'top_k',
  'gen_ai.request.max_tokens': 'max_tokens',
  'gen_ai.request.seed': 'seed',
  'gen_ai.request.choice.count': 'n',
  'gen_ai.request.frequency_penalty': 'frequency_penalty',
  'gen_ai.request.presence_penalty': 'presence_penalty',
  'gen_ai.request.stop_sequences': 'stop',
  'gen_ai.request.reasoning.level': 'reasoning_effort',
};
const MAX_TEXT = 16_384;
const MARGIN = 8_192;

/** Model calls by either of the two conventions; agents, tools and retrievals are none. */
export function isModelCall({ attributes }: Received): boolean {
  const operation = attributes['gen_ai.operation.name'];
  if (operation !== undefined) return typeof operation === 'string' && CALLS.has(operation);
  return attributes['openinference.span.kind'] === 'LLM' || attributes['gen_ai.request.model'] !== undefined;
}

/** Undefined where ids or times are not of the form. */
export function sampleOf(received: Received, around: Surroundings): Sample | undefined {
  const { span, attributes, resource } = received;
  const [traceId = '', spanId = '', parent = ''] = [span.traceId, span.spanId, span.parentSpanId].map((id) =>
    typeof id === 'string' ? id.toLowerCase() : '',
  );
  const [startMs, endMs] = [timeOf(span.startTimeUnixNano), timeOf(span.endTimeUnixNano)];
  if (!isId(traceId, 32) || !isId(spanId, 16) || startMs === undefined) return undefined;
  const { keys, redactor, policy } = around;
  const id = `otlp-${traceId}-${spanId}`;
  const { request, answer } = exchangeOf(attributes);
  const principal = principalOf(attributes, resource, keys);
  const subject = principal?.id ?? '';
  const randomBytes = (size: number): Uint8Array => around.randomness.bytes(size);
  const error = errorOf(span.status?.code, attributes);
  const usage = usageOf(attributes);
  const isEmbedding = attributes['gen_ai.operation.name'] === 'embeddings';
  const history =
    request && historyDigests(request.messages, keys.history(subject), { answer: answer?.sentBack, summary: request.startsWithSummary });
  const sample: Sample = {
    version: 1,
    id,
    runId: derived(keys, id),
    startedAt: new Date(startMs).toISOString(),
    ...(endMs === undefined || endMs < startMs ? {} : { endedAt: new Date(endMs).toISOString() }),
    trace: { traceId, spanId, sampled: true, source: 'traceparent', ...(isId(parent, 16) ? { parentSpanId: parent } : {}) },
    ...present('session', sessionOf(attributes, keys, redactor)),
    ...present('principal', principal),
    call: {
      kind: isEmbedding ? 'auxiliary' : (request?.kind ?? 'turn'),
      ...(isEmbedding ? { auxiliary: 'embedding' as const } : request?.auxiliary === undefined ? {} : { auxiliary: request.auxiliary }),
      ...present('responseId', text(attributes['gen_ai.response.id'], 256)),
      ...present('previousResponseId', text(attributes['gen_ai.request.previous_response.id'], 256)),
    },
    gateway: {
      kind: 'otlp',
      ...present('service', text(resource['service.name'], 256)),
      ...present('instance', text(resource['service.instance.id'], 128)),
    },
    ...present('provider', text(attributes['gen_ai.provider.name'] ?? attributes['gen_ai.system'] ?? attributes['llm.provider'], 64)),
    // Never Anthropic's: there, input tokens leave cached ones out, and in spans they are in.
    dialect: isEmbedding ? 'openai.embeddings' : 'openai.chat',
    stream: attributes['gen_ai.request.stream'] === true,
    model: modelOf(attributes),
    parameters: parametersOf(attributes),
    ...present('usage', usage),
    status: {
      outcome: error === undefined ? 'ok' : 'error',
      ...present('finishReason', answer?.finishReason?.slice(0, 64)),
    },
    ...present('error', error === undefined ? undefined : { type: error }),
    ...present('prompt', request?.prompt === undefined ? undefined : kept(request.prompt, redactor, subject)),
    ...present('answer', answer?.text === undefined ? undefined : kept(answer.text, redactor, subject)),
    ...present('history', history),
    composition: request ? composition(request, answer, { randomBytes, context: policy.context }) : {},
    redaction: { counts: {}, rules: redactor.rules },
    sampling: { reason: 'rate', probability: 1 },
  };
  return sanitize(sample, redactor, around.secret);
}

function exchangeOf(attributes: Fields): { readonly request?: LlmRequest; readonly answer?: LlmAnswer | undefined } {
  const messages = inputMessages(attributes);
  if (messages.length === 0) return {};
  const output = outputMessage(attributes);
  const model = attributes['gen_ai.request.model'] ?? attributes['llm.model_name'];
  const call = {
    method: 'POST',
    path: '/v1/chat/completions',
    requestHeaders: {},
    requestBody: JSON.stringify({ model, messages, ...parametersOf(attributes) }),
    requestTruncated: false,
    status: 200,
    responseHeaders: {},
    responseBody:
      output &&
      JSON.stringify({
        object: 'chat.completion',
        choices: [{ index: 0, message: output.message, finish_reason: output.finishReason ?? finishReason(attributes) }],
      }),
    responseTruncated: false,
  };
  const reading = readRequest(call);
  if (!reading.ok) return {};
  return { request: reading.request, answer: output && readAnswer(call, reading.request) };
}

function finishReason(attributes: Fields): string | undefined {
  const reasons = attributes['gen_ai.response.finish_reasons'];
  return Array.isArray(reasons) ? text((reasons as readonly Plain[])[0], 64) : undefined;
}

/** What instrumentations write is what the client was told: no proof of what ran beyond that. */
function modelOf(attributes: Fields): NonNullable<Sample['model']> {
  const requested = text(attributes['gen_ai.request.model'] ?? attributes['llm.model_name'], 256);
  const executed = text(attributes['gen_ai.response.model'], 256);
  return { evidence: executed === undefined ? 'unknown' : 'gateway', ...present('requested', requested), ...present('executed', executed) };
}

function usageOf(attributes: Fields): Sample['usage'] | undefined {
  const count = (...names: readonly string[]): number | undefined =>
    names.map((name) => attributes[name]).find((value): value is number => Number.isSafeInteger(value) && Number(value) >= 0);
  const usage = {
    ...present('inputTokens', count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt')),
    ...present('outputTokens', count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion')),
    ...present('cacheReadTokens', count('gen_ai.usage.cache_read.input_tokens')),
    ...present('cacheWriteTokens', count('gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens')),
    ...present('reasoningTokens', count('gen_ai.usage.reasoning.output_tokens')),
  };
  return Object.keys(usage).length === 0 ? undefined : usage;
}

function parametersOf(attributes: Fields): NonNullable<Sample['parameters']> {
  const found: Record<string, string | number | boolean | string[]> = {};
  for (const [attribute, name] of Object.entries(PARAMETERS)) {
    const value = attributes[attribute];
    if (typeof value === 'number' || typeof value === 'boolean') found[name] = value;
    else if (typeof value === 'string') found[name] = value.slice(0, 512);
    else if (Array.isArray(value))
      found[name] = (value as readonly Plain[]).slice(0, 16).flatMap((one) => (typeof one === 'string' ? [one.slice(0, 256)] : []));
  }
  return found;
}

/** A machine-readable kind only: descriptions of errors quote people. */
function errorOf(code: number | string | undefined, attributes: Fields): string | undefined {
  const type = text(attributes['error.type'], 128);
  if (type !== undefined) return /^[\w.:/-]+$/.test(type) ? type : '_OTHER';
  return code === 2 || code === 'STATUS_CODE_ERROR' ? '_OTHER' : undefined;
}

function principalOf(attributes: Fields, resource: Fields, keys: TenantKeys): Principal | undefined {
  for (const name of USERS) {
    const value = text(attributes[name] ?? resource[name], 1_024)?.trim() ?? '';
    if (value !== '') return { id: pseudonym(keys.principal, value), source: `otlp:${name}`, trust: 'asserted' };
  }
  return undefined;
}

function sessionOf(attributes: Fields, keys: TenantKeys, redactor: Redactor): DeclaredSession | undefined {
  for (const name of SESSIONS) {
    const value = text(attributes[name], 4_096)?.trim() ?? '';
    if (value === '') continue;
    const stands = value.length <= 256 && redactor.redact(value).findings.length === 0;
    return { id: stands ? value : `h_${shortHash(keys.session, value)}`, source: `otlp:${name}` };
  }
  return undefined;
}

/** Redacted first and cut afterwards, so that a cut leaves no half of a value unrecognised. */
function kept(whole: string, redactor: Redactor, subject: string): NonNullable<Sample['prompt']> {
  const redacted = redactor.redact(whole.slice(0, MAX_TEXT + MARGIN).toWellFormed(), subject).text;
  const isCut = whole.length > MAX_TEXT || redacted.length > MAX_TEXT;
  return { text: redacted.slice(0, MAX_TEXT).toWellFormed(), length: whole.length, ...(isCut ? { truncated: true } : {}) };
}

/** The same for the same span, and unforeseeable without the tenant's key. */
const derived = (keys: TenantKeys, id: string): string =>
  createHmac('sha256', secretKey(keys.toolCall)).update(`otlp/run\0${id}`).digest('hex').slice(0, 32);

const isId = (id: string, digits: number): boolean => id.length === digits && /^[0-9a-f]+$/.test(id) && /[^0]/.test(id);
const text = (value: Plain, max: number): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, max).toWellFormed() : undefined;

/** Between 1970 and 2100. */
function timeOf(nanos: string | number | undefined): number | undefined {
  const ms = Math.round(Number(nanos) / 1e6);
  return Number.isFinite(ms) && ms > 0 && ms < 4_102_444_800_000 ? ms : undefined;
}

function present<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}
