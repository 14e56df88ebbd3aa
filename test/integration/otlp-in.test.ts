// Spans of other gateways and applications as requests: in both encodings, by both conventions, redacted, linked, never our own back.
import { gzipSync } from 'node:zlib';
import { SpanKind, SpanStatusCode, TraceFlags, type Attributes } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProtobuf } from '../../control-plane/src/otlp/protobuf.ts';
import type { RequestView, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { bearer, startPlane, type TestPlane } from '../support/control-plane.ts';

let test: TestPlane;
beforeEach(async () => {
  test = await startPlane();
});
afterEach(() => test.close());

const START = Math.floor(Date.now() / 1_000) - 600;
let made = 0;

function span(
  attributes: Attributes,
  fields: { readonly scope?: string; readonly code?: SpanStatusCode; readonly at?: number } = {},
): ReadableSpan {
  made += 1;
  const context = {
    traceId: made.toString(16).padStart(32, 'a'),
    spanId: made.toString(16).padStart(16, 'b'),
    traceFlags: TraceFlags.SAMPLED,
  };
  const at = START + (fields.at ?? made);
  return {
    name: 'chat gpt-4o',
    kind: SpanKind.CLIENT,
    spanContext: () => context,
    parentSpanContext: { ...context, spanId: 'c'.repeat(16) },
    startTime: [at, 250_000_000],
    endTime: [at + 2, 0],
    duration: [1, 750_000_000],
    status: { code: fields.code ?? SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    instrumentationScope: { name: fields.scope ?? 'openai-instrumentation' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const message = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });
const chat = (user: string, messages: readonly object[], answer: string, more: Attributes = {}): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.model': 'gpt-4o-2024-08-06',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.usage.input_tokens': 12,
  'gen_ai.usage.output_tokens': 34,
  'gen_ai.usage.cache_read.input_tokens': 4,
  'gen_ai.response.finish_reasons': ['stop'],
  'user.id': user,
  'gen_ai.input.messages': JSON.stringify(messages),
  'gen_ai.output.messages': JSON.stringify([{ ...message('assistant', answer), finish_reason: 'stop' }]),
  ...more,
});

const json = (spans: readonly ReadableSpan[]): Buffer => Buffer.from(JsonTraceSerializer.serializeRequest([...spans]) ?? []);
const protobuf = (spans: readonly ReadableSpan[]): Buffer => Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans]) ?? []);

function post(body: Buffer, type: string, headers: Readonly<Record<string, string>> = {}) {
  const sent = request(test.app)
    .post('/v1/traces')
    .set(bearer())
    .set({ 'content-type': type, ...headers });
  // As bytes: the answer to protobuf is protobuf.
  return type === 'application/json' ? sent.send(body.toString('utf8')) : sent.send(body).responseType('blob');
}

async function requests(): Promise<readonly RequestView[]> {
  await test.settled();
  const { items } = (await request(test.app).get('/v1/threads').set(bearer())).body as { items: readonly ThreadSummary[] };
  const threads = await Promise.all(items.map(({ id }) => request(test.app).get(`/v1/threads/${id}`).set(bearer())));
  return threads
    .flatMap(({ body }) => (body as { requests: readonly RequestView[] }).requests)
    .toSorted((a, b) => a.at.localeCompare(b.at));
}

describe('POST /v1/traces', () => {
  it('takes a model call as a request, with all that the span says', async () => {
    const body = json([span(chat('ada', [message('user', 'Mail bob@example.com about the lemon tree')], 'Done.'))]);
    const taken = await post(body, 'application/json');
    expect([taken.status, taken.body]).toEqual([200, {}]);
    const [one] = await requests();
    expect(one).toMatchObject({
      method: 'new',
      position: 'first',
      model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06' },
      provider: 'openai',
      usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 4 },
      status: { outcome: 'ok', finishReason: 'stop' },
      trace: { parentSpanId: 'c'.repeat(16) },
      gateway: { kind: 'otlp', service: 'shop' },
      declaredSession: null,
      answer: 'Done.',
    });
    expect(one?.prompt).toContain('lemon tree');
    expect(JSON.stringify(one)).not.toMatch(/bob@example|ada/);
    expect(Date.parse(one?.endedAt ?? '') - Date.parse(one?.at ?? '')).toBe(1_750);
  });

  it('takes protobuf, squeezed too, answers in kind, and takes the same spans once', async () => {
    const body = protobuf([span(chat('ada', [message('user', 'How do I repot a lemon tree?')], 'Gently.'))]);
    const first = await post(body, 'application/x-protobuf');
    expect([first.status, first.headers['content-type']]).toEqual([200, 'application/x-protobuf']);
    const again = await post(gzipSync(body), 'application/x-protobuf', { 'content-encoding': 'gzip' });
    expect(again.status).toBe(200);
    const found = await requests();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ prompt: 'How do I repot a lemon tree?', answer: 'Gently.', usage: { inputTokens: 12 } });
  });

  it('links by resent history and by declared conversations', async () => {
    const first = [message('user', 'How do I repot a lemon tree?')];
    const second = [...first, message('assistant', 'Gently.'), message('user', 'And when?')];
    await post(json([span(chat('ada', first, 'Gently.')), span(chat('ada', second, 'In spring.'))]), 'application/json');
    const declared = { 'gen_ai.conversation.id': 'conv-7' };
    await post(
      json([
        span(chat('bob', [message('user', 'Which tyres for winter?')], 'Wide ones.', declared)),
        span(chat('bob', [message('user', 'Something else entirely')], 'Yes.', declared)),
      ]),
      'application/json',
    );
    const found = await requests();
    expect(found.map(({ method, position }) => [method, position])).toEqual([
      ['new', 'first'],
      ['history', 'continuation'],
      ['declared', 'first'],
      ['declared', 'continuation'],
    ]);
    expect(found[2]?.declaredSession).toEqual({ id: 'conv-7', source: 'otlp:gen_ai.conversation.id' });
  });

  it("reads OpenInference's names, and calls without texts", async () => {
    await post(
      protobuf([
        span({
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'claude-x',
          'llm.provider': 'anthropic',
          'llm.token_count.prompt': 7,
          'session.id': 's-1',
          'llm.input_messages.0.message.role': 'user',
          'llm.input_messages.0.message.content': 'Why is the sky blue?',
          'llm.output_messages.0.message.role': 'assistant',
          'llm.output_messages.0.message.content': 'Scattering.',
        }),
        span({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'error.type': 'timeout' }, { code: SpanStatusCode.ERROR }),
      ]),
      'application/x-protobuf',
    );
    const found = await requests();
    expect(found[0]).toMatchObject({
      prompt: 'Why is the sky blue?',
      answer: 'Scattering.',
      usage: { inputTokens: 7 },
      declaredSession: { id: 's-1' },
    });
    expect(found[1]).toMatchObject({ prompt: null, status: { outcome: 'error' }, error: { type: 'timeout' } });
  });

  it('keeps no other span, and none of our own', async () => {
    const own = span(chat('ada', [message('user', 'Round and round')], 'Yes.'), { scope: 'clew' });
    const spans = [
      own,
      span({ 'http.request.method': 'GET' }),
      span({ 'gen_ai.operation.name': 'execute_tool' }),
      span({ 'openinference.span.kind': 'CHAIN' }),
    ];
    expect((await post(json(spans), 'application/json')).body).toEqual({});
    expect(await requests()).toEqual([]);
  });

  it('says how many it refused, and takes the others', async () => {
    const tooFar = span(chat('ada', [message('user', 'Tomorrow')], 'Yes.'), { at: 600 + 86_400 });
    const good = span(chat('ada', [message('user', 'Today')], 'Yes.'));
    const reply = await post(json([tooFar, good]), 'application/json');
    expect(reply.body).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    const binary = await post(protobuf([tooFar]), 'application/x-protobuf');
    expect(ProtobufTraceSerializer.deserializeResponse(new Uint8Array(binary.body as Buffer)).partialSuccess?.rejectedSpans).toBe(1);
    expect(await requests()).toHaveLength(1);
  });

  it('refuses what is no export, and callers without a token', async () => {
    expect((await post(Buffer.from('{'), 'application/json')).status).toBe(400);
    expect((await post(Buffer.from('[]x'), 'application/json')).status).toBe(400);
    expect((await post(Buffer.from([0x0a, 0xff]), 'application/x-protobuf')).status).toBe(422);
    expect((await request(test.app).post('/v1/traces').set('content-type', 'application/json').send('{}')).status).toBe(401);
  });
});

describe('the reader of protobuf', () => {
  it('never fails otherwise than by saying so, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readProtobuf(bytes);
        } catch (error) {
          expect((error as { readonly code?: string }).code).toBe('invalid_body');
        }
      }),
    );
  });

  it('reads what the JSON form says', () => {
    const spans = [span({ text: 'ü', whole: -3, real: 0.5, yes: true, list: ['a', 'b'] })];
    const fromJson = JSON.parse(json(spans).toString('utf8')) as ReturnType<typeof readProtobuf>;
    const read = readProtobuf(protobuf(spans)).resourceSpans?.[0]?.scopeSpans?.[0]?.spans?.[0];
    const expected = fromJson.resourceSpans?.[0]?.scopeSpans?.[0]?.spans?.[0];
    expect(read?.attributes?.map(({ key }) => key)).toEqual(expected?.attributes?.map(({ key }) => key));
    expect(read).toMatchObject({ traceId: expected?.traceId, spanId: expected?.spanId, startTimeUnixNano: expected?.startTimeUnixNano });
    expect(read?.attributes?.map(({ value }) => value)).toEqual([
      { stringValue: 'ü' },
      { intValue: '-3' },
      { doubleValue: 0.5 },
      { boolValue: true },
      { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
    ]);
  });
});
