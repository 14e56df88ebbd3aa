// What the tests of this room share: calls by dialect, streams, and one conversation rendered in three dialects.
import { readAnswer, readRequest, type LlmAnswer, type LlmRequest, type RawCall } from '#dialects';

export const CHAT = '/v1/chat/completions';
export const RESPONSES = '/v1/responses';
export const MESSAGES = '/v1/messages';
export const GEMINI = '/v1beta/models/gemini-2.5-flash:generateContent';
export const GEMINI_STREAM = '/v1beta/models/gemini-2.5-flash:streamGenerateContent';
export const COHERE = '/v2/chat';
export const GEMINI_EMBED = '/v1beta/models/gemini-embedding-001:embedContent';
export const VERTEX_EMBED = '/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict';
export const COHERE_EMBED = '/v2/embed';

export function call(path: string, body: unknown, over: Partial<RawCall> = {}): RawCall {
  return {
    method: 'POST',
    path,
    requestHeaders: { 'content-type': 'application/json' },
    requestBody: typeof body === 'string' ? body : JSON.stringify(body),
    requestTruncated: false,
    status: 200,
    responseHeaders: {},
    responseBody: undefined,
    responseTruncated: false,
    ...over,
  };
}

export function request(path: string, body: unknown, over: Partial<RawCall> = {}): LlmRequest {
  const reading = readRequest(call(path, body, over));
  if (!reading.ok) throw new Error(`not read: ${reading.reason}`);
  return reading.request;
}

const MINIMAL: Readonly<Record<string, unknown>> = {
  [CHAT]: { model: 'asked', messages: [{ role: 'user', content: 'q' }] },
  [RESPONSES]: { model: 'asked', input: 'q' },
  [MESSAGES]: { model: 'asked', max_tokens: 9, messages: [{ role: 'user', content: 'q' }] },
  [GEMINI]: { contents: [{ parts: [{ text: 'q' }] }] },
  [GEMINI_STREAM]: { contents: [{ parts: [{ text: 'q' }] }] },
  [COHERE]: { model: 'asked', messages: [{ role: 'user', content: 'q' }] },
  [GEMINI_EMBED]: { content: { parts: [{ text: 'q' }] } },
  [VERTEX_EMBED]: { instances: [{ content: 'q' }] },
  [COHERE_EMBED]: { model: 'asked', texts: ['q'] },
  '/v1/completions': { model: 'asked', prompt: 'q' },
  '/v1/embeddings': { model: 'asked', input: 'q' },
};

export function answer(path: string, responseBody: unknown, over: Partial<RawCall> = {}): LlmAnswer {
  const text = typeof responseBody === 'string' ? responseBody : JSON.stringify(responseBody);
  const raw = call(path, MINIMAL[path], { responseBody: text, ...over });
  return readAnswer(raw, request(path, MINIMAL[path]));
}

/** An answer as a stream: OpenAI chunks when `named` is false, events named by their type when it is true. */
export function stream(events: readonly object[], named: boolean, end = ''): string {
  return (
    events
      .map((event) => `${named && 'type' in event ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
      .join('') + end
  );
}

export const DONE = 'data: [DONE]\n\n';

export const EVENT_STREAM = { responseHeaders: { 'content-type': 'text/event-stream; charset=utf-8' } };

export const KEY = new Uint8Array(32).fill(7);
