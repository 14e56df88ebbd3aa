// The two readings of a call. What a dialect means stands in its own files; here is which one reads.
import { type AnswerReader, buildAnswer, NOTHING, type StreamEvent } from './answer.ts';
import { anthropicAnswers } from './anthropic-answer.ts';
import { readAnthropicRequest } from './anthropic-request.ts';
import { wholeObjects } from './cut-array.ts';
import { dialectOf, mayBeChat, providerOf } from './detect.ts';
import { asString, get, isRecord, parseJson } from './json.ts';
import { GuardrailReader } from './guardrails.ts';
import { cohereAnswers } from './cohere-answer.ts';
import { cohereEmbeddingAnswers, readCohereEmbeddings } from './cohere-embeddings.ts';
import { readCohereRequest } from './cohere-request.ts';
import { geminiAnswers } from './gemini-answer.ts';
import { geminiEmbeddingAnswers, readGeminiEmbeddings } from './gemini-embeddings.ts';
import { readGeminiRequest } from './gemini-request.ts';
import { chatAnswers, completionAnswers, embeddingAnswers } from './openai-chat-answer.ts';
import { isChatShape, readChatRequest } from './openai-chat-request.ts';
import { responsesAnswers } from './openai-responses-answer.ts';
import { readResponsesRequest } from './openai-responses-request.ts';
import { readCompletionsRequest, readEmbeddingsRequest } from './openai-text-request.ts';
import { readEvents } from './sse.ts';
import type { LlmAnswer, LlmRequest, RawCall, RequestReading } from './types.ts';

interface DialectReader {
  readonly request: (body: unknown, provider: string, path: string) => LlmRequest | undefined;
  readonly answer: AnswerReader;
}

const DIALECTS: Readonly<Record<LlmRequest['dialect'], DialectReader>> = {
  'openai.chat': { request: readChatRequest, answer: chatAnswers },
  'openai.responses': { request: readResponsesRequest, answer: responsesAnswers },
  'openai.completions': { request: readCompletionsRequest, answer: completionAnswers },
  'openai.embeddings': { request: readEmbeddingsRequest, answer: embeddingAnswers },
  'anthropic.messages': { request: readAnthropicRequest, answer: anthropicAnswers },
  'gemini.generate_content': { request: readGeminiRequest, answer: geminiAnswers },
  'gemini.embeddings': { request: readGeminiEmbeddings, answer: geminiEmbeddingAnswers },
  'cohere.chat': { request: readCohereRequest, answer: cohereAnswers },
  'cohere.embeddings': { request: readCohereEmbeddings, answer: cohereEmbeddingAnswers },
};

/** Reads the request side of a call. Never throws: what is not understood passes under a reason that can be counted. */
export function readRequest(call: RawCall): RequestReading {
  const byPath = dialectOf(call.method, call.path);
  if (byPath === undefined) return mayBeChat(call) ? readByShape(call) : { ok: false, reason: 'not_llm_path' };
  if (isMultipart(call)) return { ok: false, reason: 'multipart' };
  if (call.requestTruncated) return { ok: false, reason: 'body_truncated' };
  if (call.requestBody === undefined || call.requestBody.trim() === '') return { ok: false, reason: 'no_body' };
  const body = parseJson(call.requestBody);
  return body.ok ? readBody(call, byPath, body.value) : body;
}

function readByShape(call: RawCall): RequestReading {
  const body = parseJson(call.requestBody ?? '');
  return body.ok && isChatShape(body.value) ? readBody(call, 'openai.chat', body.value) : { ok: false, reason: 'not_llm_path' };
}

function readBody(call: RawCall, dialect: LlmRequest['dialect'], body: unknown): RequestReading {
  const request = isRecord(body) ? DIALECTS[dialect].request(body, providerOf(call, dialect, body), call.path) : undefined;
  return request ? { ok: true, request } : { ok: false, reason: 'unknown_shape' };
}

/** Reads the answer side. Never throws; what a broken or foreign body does not say is undefined or unknown. */
export function readAnswer(call: RawCall, request: LlmRequest): LlmAnswer {
  const { answer } = DIALECTS[request.dialect];
  const body = call.responseBody ?? '';
  const guardrails = new GuardrailReader();
  if (isEventStream(call, body)) {
    return withGuardrails(
      buildAnswer(call, request, answer.fromEvents(seenBy(guardrails, streamEvents(body))), true),
      guardrails,
      call,
      undefined,
    );
  }
  const parsed = parseJson(body);
  const elements = arrayOf(parsed, body);
  if (elements !== undefined) {
    const events = elements.map((data): StreamEvent => ({ type: undefined, data, done: false }));
    return withGuardrails(buildAnswer(call, request, answer.fromEvents(seenBy(guardrails, events)), true), guardrails, call, undefined);
  }
  const value = parsed.ok && isRecord(parsed.value) ? parsed.value : undefined;
  guardrails.take(value);
  return withGuardrails(buildAnswer(call, request, value ? answer.fromBody(value) : NOTHING, false), guardrails, call, value);
}

/** Gemini streams one JSON array unless events are asked for; of one that broke off, what came whole. */
function arrayOf(parsed: ReturnType<typeof parseJson>, body: string): readonly unknown[] | undefined {
  if (parsed.ok) return Array.isArray(parsed.value) ? (parsed.value as readonly unknown[]) : undefined;
  return parsed.reason === 'not_json' && body.slice(0, 64).trimStart().startsWith('[') ? [...wholeObjects(body)] : undefined;
}

function withGuardrails(answer: LlmAnswer, reader: GuardrailReader, call: RawCall, body: unknown): LlmAnswer {
  const guardrails = reader.verdicts(call, body, answer.finishReason, answer.error);
  if (guardrails.length === 0) return answer;
  return { ...answer, guardrails, blocked: answer.blocked || guardrails.some(({ verdict }) => verdict === 'block') };
}

function* seenBy(guardrails: GuardrailReader, events: Iterable<StreamEvent>): Generator<StreamEvent> {
  for (const event of events) {
    guardrails.take(event.data);
    yield event;
  }
}

/** Errors of a stream that never began come as JSON, some of them under the stream's content type. */
function isEventStream(call: RawCall, body: string): boolean {
  const head = body.slice(0, 64).trimStart();
  if (head.startsWith('{')) return false;
  return header(call.responseHeaders, 'content-type').startsWith('text/event-stream') || /^\uFEFF?(?:data|event|id|retry)?:/.test(head);
}

function isMultipart(call: RawCall): boolean {
  return header(call.requestHeaders, 'content-type').startsWith('multipart/');
}

function header(headers: RawCall['requestHeaders'], name: string): string {
  return (asString(get(headers, name)) ?? '').trim().toLowerCase();
}

/** Events whose data is JSON, and [DONE]; what is neither (a cut tail, a provider's comment) is passed over. */
function* streamEvents(body: string): Generator<StreamEvent> {
  for (const event of readEvents(body)) {
    if (event.data.trim() === '[DONE]') {
      yield { type: undefined, data: undefined, done: true };
      continue;
    }
    const parsed = parseJson(event.data);
    if (!parsed.ok || !isRecord(parsed.value)) continue;
    const type = event.type === 'message' ? asString(get(parsed.value, 'type')) : event.type;
    yield { type, data: parsed.value, done: false };
  }
}
