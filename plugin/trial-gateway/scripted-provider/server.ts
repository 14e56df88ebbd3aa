import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { messagesEvents, messagesJson, readMessagesApi } from './anthropic-messages.ts';
import { isObject, type Ask, type JsonObject } from './ask.ts';
import { cohereError, cohereEvents, cohereJson, readCohere } from './cohere.ts';
import { cohereEmbeddings, geminiEmbeddings, vertexEmbeddings } from './embeddings.ts';
import { anthropicError, openaiError } from './errors.ts';
import { geminiError, geminiEvents, geminiJson, isGeminiStream, readGemini } from './gemini.ts';
import { KNOWN_MODELS } from './models.ts';
import { chatEvents, chatJson, readChat } from './openai-chat.ts';
import { completionEvents, completionJson, readCompletion } from './openai-completions.ts';
import { embeddingsJson } from './openai-embeddings.ts';
import { readResponses, responsesEvents, responsesJson } from './openai-responses.ts';
import { planAnswer, type Plan } from './plan.ts';
import { readScript, type Script } from './script.ts';
import { seedOf } from './sentences.ts';
import { sendEvents, type SseEvent } from './sse.ts';

export interface ScriptedProviderOptions {
  /** Default 0: a free port. It listens on 127.0.0.1 only. */
  readonly port?: number;
  /** For the times in answers; default the clock. */
  readonly nowMs?: () => number;
}

export interface ScriptedProvider {
  /** Base URL without a slash at the end; OpenAI clients append /v1. */
  readonly url: string;
  /** Requests taken so far. */
  readonly requests: number;
  /** Answers whose client went away before their end. */
  readonly aborted: number;
  close(): Promise<void>;
}

interface Format {
  readonly read: (body: JsonObject, path: string) => Ask;
  readonly json: (plan: Plan, body: JsonObject) => object;
  readonly events: (plan: Plan, body: JsonObject) => SseEvent[];
  readonly error: (status: number) => object;
}

const FORMATS: readonly (readonly [RegExp, Format])[] = [
  [/\/chat\/completions$/, { read: readChat, json: chatJson, events: chatEvents, error: openaiError }],
  [/\/completions$/, { read: readCompletion, json: completionJson, events: completionEvents, error: openaiError }],
  [/\/responses$/, { read: readResponses, json: responsesJson, events: responsesEvents, error: openaiError }],
  [/\/messages$/, { read: readMessagesApi, json: messagesJson, events: messagesEvents, error: anthropicError }],
  [/:(?:stream)?generateContent$/i, { read: readGemini, json: geminiJson, events: geminiEvents, error: geminiError }],
  [/\/v2\/chat$/, { read: readCohere, json: cohereJson, events: cohereEvents, error: cohereError }],
];

const EMBEDDINGS: readonly (readonly [RegExp, (body: JsonObject) => object, Format['error']])[] = [
  [/\/embeddings$/, embeddingsJson, openaiError],
  [/:(?:batchEmbedContents|embedContent)$/, geminiEmbeddings, geminiError],
  [/:predict$/, vertexEmbeddings, geminiError],
  [/\/v[12]\/embed$/, cohereEmbeddings, cohereError],
];

const MAX_BODY_BYTES = 64 * 1024 * 1024;

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseBody(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, value: object, isBroken = false): void {
  const body = Buffer.from(JSON.stringify(value));
  const retry = status === 429 ? { 'retry-after': '1' } : {};
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...retry });
  if (!isBroken) response.end(body);
  else response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

interface Answering {
  readonly format: Format;
  readonly body: JsonObject;
  readonly isStream: boolean;
  /** One JSON array in place of events. */
  readonly isArray: boolean;
}

async function answer(response: ServerResponse, asked: Answering, script: Script, plan: Plan): Promise<void> {
  const { format, body, isStream, isArray } = asked;
  if (script.slowMs !== undefined) await sleep(script.slowMs);
  if (response.destroyed) return;
  const isBroken = script.isBroken === true;
  if (script.error !== undefined) sendJson(response, script.error, format.error(script.error));
  else if (!isStream) sendJson(response, 200, format.json(plan, body), isBroken);
  else {
    const type = isArray ? 'application/json; charset=UTF-8' : 'text/event-stream; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
    await sendEvents(response, format.events(plan, body), { gapMs: script.gapMs ?? 0, isBroken, isArray });
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, nowMs: () => number): Promise<void> {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
  if (request.method === 'GET' && path.endsWith('/models')) {
    sendJson(response, 200, {
      object: 'list',
      data: KNOWN_MODELS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' })),
    });
    return;
  }
  const text = await readText(request);
  const body = text === undefined ? undefined : parseBody(text);
  const requestId = `req_${seedOf(text ?? '')
    .toString('hex')
    .slice(0, 24)}`;
  response.setHeader('x-request-id', requestId).setHeader('request-id', requestId);
  const format = FORMATS.find(([pattern]) => pattern.test(path))?.[1];
  const embedding = EMBEDDINGS.find(([pattern]) => pattern.test(path));
  const error = format?.error ?? embedding?.[2] ?? openaiError;
  const isCount = path.endsWith('/messages/count_tokens');
  if (request.method !== 'POST' || (format === undefined && embedding === undefined && !isCount)) sendJson(response, 404, error(404));
  else if (text === undefined) sendJson(response, 413, error(413));
  else if (body === undefined) sendJson(response, 400, error(400));
  else if (isCount) sendJson(response, 200, { input_tokens: Math.ceil(readMessagesApi(body).inputChars / 4) });
  else if (format === undefined) sendJson(response, 200, embedding?.[1](body) ?? {});
  else {
    const ask = format.read(body, path);
    const header = request.headers['x-script'];
    const script = readScript(typeof header === 'string' ? header : undefined, ask.prompt);
    const isArray = isGeminiStream(path) && new URLSearchParams(search).get('alt') !== 'sse';
    await answer(response, { format, body, isStream: ask.isStream, isArray }, script, planAnswer(ask, script, text, nowMs()));
  }
}

/**
 * A provider of made-up answers: OpenAI chat, responses, completions and embeddings, Anthropic messages, Gemini and Cohere chat and
 * embeddings. The same request gets the same answer. `x-script` (or [[…]] in the prompt) makes it slow, faulty or call tools.
 */
export async function startScriptedProvider(options: ScriptedProviderOptions = {}): Promise<ScriptedProvider> {
  const count = { requests: 0, aborted: 0 };
  const server = http.createServer((request, response) => {
    count.requests += 1;
    response.once('close', () => {
      if (!response.writableFinished) count.aborted += 1;
    });
    serve(request, response, options.nowMs ?? Date.now).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return count.requests;
    },
    get aborted() {
      return count.aborted;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
