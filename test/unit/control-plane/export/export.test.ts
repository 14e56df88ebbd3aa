import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, describe, expect, it } from 'vitest';
import { createSpanExport, otlpSender, relinkSpan, semanticSpan, type SpanSender } from '../../../../control-plane/src/export/index.ts';
import { silentLogger, type DomainEvent } from '../../../../control-plane/src/kernel/index.ts';
import type { RequestView, ThreadReader } from '../../../../control-plane/src/threads/index.ts';

const scope = { tenant: 'acme', environment: 'live' };
const resource = resourceFromAttributes({});

function view(fields: Partial<RequestView> = {}): RequestView {
  return {
    id: 'r2',
    runId: 'ab'.repeat(16),
    at: '2026-01-01T00:00:00.250Z',
    endedAt: '2026-01-01T00:00:02.000Z',
    user: 'p',
    thread: 't_1',
    session: 's_1',
    turn: 2,
    position: 'continuation',
    intent: 'information_seeking',
    followUp: 'pronoun',
    method: 'inferred',
    confidence: 0.83,
    similarity: 0.41,
    predecessor: 'r1',
    parent: null,
    successors: [],
    reasons: [],
    moves: [],
    alternatives: [],
    truncation: null,
    fork: false,
    prompt: 'canary prompt',
    answer: 'canary answer',
    model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
    dialect: 'openai.chat',
    provider: 'openai',
    usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5 },
    costUsd: 0.01,
    status: { outcome: 'ok', http: 200, finishReason: 'stop' },
    error: null,
    guardrails: [],
    stages: { firstByteMs: 300 },
    trace: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), parentSpanId: 'e'.repeat(16) },
    correlationId: 'corr-1',
    declaredSession: null,
    call: { responseId: 'resp-1' },
    gateway: null,
    sampling: null,
    historyLength: null,
    redactions: {},
    ...fields,
  };
}

const stored = (requestId: string): DomainEvent => ({ type: 'TurnStored', scope, requestId, threadId: 't_1' });
const reader = (views: readonly RequestView[]): ThreadReader => ({
  list: () => Promise.resolve({ items: [], next: null }),
  thread: () => Promise.resolve(undefined),
  request: (_scope, id) => Promise.resolve(views.find((one) => one.id === id)),
  counts: () => Promise.resolve({ requests: 0, threads: 0 }),
});

describe('the semantic span', () => {
  it("stands in the caller's trace with the GenAI conventions and clew.*", () => {
    const span = semanticSpan(scope, view(), view({ id: 'r1', trace: { traceId: '1'.repeat(32), spanId: '2'.repeat(16) } }), resource);
    expect(span.name).toBe('chat gpt-4o');
    expect(span.spanContext()).toMatchObject({ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) });
    expect(span.parentSpanContext?.spanId).toBe('e'.repeat(16));
    expect(span.startTime).toEqual([1767225600, 250_000_000]);
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'clew.thread.id': 't_1',
      'clew.thread.confidence': 0.83,
      'clew.thread.method': 'inferred',
      'clew.position': 'continuation',
      'clew.intent': 'information_seeking',
      'clew.run.id': 'ab'.repeat(16),
      'clew.similarity': 0.41,
    });
    expect(span.links).toMatchObject([{ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16) } }]);
    expect(JSON.stringify([span.attributes, span.name])).not.toContain('canary');
  });

  it('says what is known of the run', () => {
    const run = {
      digest: 'f'.repeat(64),
      judgement: { verdict: 'drifted', manifest: { name: 'support', revision: '7' }, differences: [{ path: '/model/executed' }] },
      signed: { by: 'gateway', keyId: 'a'.repeat(64) },
      logIndex: 41,
    };
    expect(semanticSpan(scope, view(), undefined, resource, run).attributes).toMatchObject({
      'clew.run.digest': 'f'.repeat(64),
      'clew.run.verdict': 'drifted',
      'clew.run.manifest': 'support',
      'clew.run.manifest_revision': '7',
      'clew.run.differences': ['/model/executed'],
      'clew.run.signed_by': 'gateway',
      'clew.run.log_index': 41,
    });
    expect(semanticSpan(scope, view(), undefined, resource).attributes).not.toHaveProperty('clew.run.verdict');
  });

  it('names a conversation only where one was declared', () => {
    expect(semanticSpan(scope, view(), undefined, resource).attributes).not.toHaveProperty('gen_ai.conversation.id');
    const declared = view({ declaredSession: { id: 'chat-9', source: 'header:x' } });
    expect(semanticSpan(scope, declared, undefined, resource).attributes['gen_ai.conversation.id']).toBe('chat-9');
  });

  it('says what failed, and makes the same ids for a request without a trace', () => {
    const failed = view({ trace: null, status: { outcome: 'error' }, error: { type: 'rate_limit' }, dialect: 'openai.embeddings' });
    const [a, b] = [semanticSpan(scope, failed, undefined, resource), semanticSpan(scope, failed, undefined, resource)];
    expect(a.status.code).toBe(2);
    expect(a.attributes['error.type']).toBe('rate_limit');
    expect(a.name).toBe('embeddings gpt-4o');
    expect(a.spanContext()).toEqual(b.spanContext());
    expect(a.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the span of a move', () => {
  const move = { from: 't_0', evidence: 'history', by: 'r9', at: '2026-01-01T00:05:00.000Z' } as const;

  it('names both threads and the evidence, below the span of the request, and is the same each time', () => {
    const moved = view({ thread: 't_2', method: 'history', confidence: 1, position: 'topic_shift', moves: [move] });
    const [span, again] = [relinkSpan(scope, moved, move, resource), relinkSpan(scope, moved, move, resource)];
    const request = semanticSpan(scope, moved, undefined, resource).spanContext();
    expect(span.parentSpanContext).toEqual(request);
    expect(span.spanContext()).toMatchObject({ traceId: request.traceId });
    expect(span.spanContext().spanId).not.toBe(request.spanId);
    expect(again.spanContext()).toEqual(span.spanContext());
    expect(span.spanContext()).not.toEqual(relinkSpan(scope, moved, { ...move, from: 't_9' }, resource).spanContext());
    expect(span.attributes).toEqual({
      'clew.request.id': 'r2',
      'clew.run.id': 'ab'.repeat(16),
      'clew.thread.id': 't_2',
      'clew.thread.previous_id': 't_0',
      'clew.thread.method': 'history',
      'clew.thread.confidence': 1,
      'clew.position': 'topic_shift',
      'clew.relink.evidence': 'history',
      'clew.relink.by': 'r9',
    });
    expect(span.events).toMatchObject([{ name: 'clew.thread.relinked', attributes: span.attributes }]);
    expect(span.startTime).toEqual([Date.parse(move.at) / 1000, 0]);
  });

  it('is sent once for each moved request that is still there', async () => {
    const sent: string[] = [];
    const exporter = createSpanExport({
      reader: reader([view({ id: 'r2', thread: 't_2', moves: [move] }), view({ id: 'r3', thread: 't_2' })]),
      sender: { send: (spans) => Promise.resolve(void sent.push(...spans.map(({ name }) => name))), close: () => Promise.resolve() },
      meter: { spans: () => undefined },
      logger: silentLogger,
      version: '1',
    });
    await exporter.handle([{ type: 'ThreadRelinked', scope, threadId: 't_0', into: 't_2', requestIds: ['r2', 'r3', 'gone'] }]);
    await exporter.drain();
    expect(sent).toEqual(['clew.thread.relinked']);
  });
});

describe('sending spans', () => {
  const counts = { exported: 0, dropped: 0, failed: 0 };
  const meter = { spans: (outcome: keyof typeof counts, count: number) => void (counts[outcome] += count) };
  let server: Server | undefined;
  afterEach(() => {
    Object.assign(counts, { exported: 0, dropped: 0, failed: 0 });
    server?.close();
    server = undefined;
  });
  const open = (sender: SpanSender, fields: { queueLimit?: number } = {}) =>
    createSpanExport({ reader: reader([view()]), sender, meter, logger: silentLogger, version: '1', pausesMs: [1, 1], ...fields });

  it('reaches a receiver by OTLP over HTTP, with its headers', async () => {
    const bodies: { readonly url: string | undefined; readonly key: unknown; readonly text: string }[] = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push({ url: request.url, key: request.headers['api-key'], text: Buffer.concat(chunks).toString('utf8') });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const spans = open(otlpSender(`http://127.0.0.1:${port}/v1/traces`, { 'api-key': 'k' }));
    await spans.handle([stored('r2'), stored('unknown')]);
    await spans.drain();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({ url: '/v1/traces', key: 'k' });
    const [scopeSpans] = JSON.parse(bodies[0]?.text ?? '{}').resourceSpans[0].scopeSpans;
    expect(scopeSpans.spans[0]).toMatchObject({
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      parentSpanId: 'e'.repeat(16),
      name: 'chat gpt-4o',
    });
    expect(counts).toEqual({ exported: 1, dropped: 0, failed: 0 });
  });

  it('tries again, and counts what is lost', async () => {
    let calls = 0;
    const flaky = open({
      send: () => ((calls += 1) < 3 ? Promise.reject(new Error('down')) : Promise.resolve()),
      close: () => Promise.resolve(),
    });
    await flaky.handle([stored('r2')]);
    await flaky.drain();
    expect([calls, counts]).toEqual([3, { exported: 1, dropped: 0, failed: 0 }]);
    const dead = open({ send: () => Promise.reject(new Error('down')), close: () => Promise.resolve() });
    await dead.handle([stored('r2')]);
    await dead.drain();
    expect(counts).toEqual({ exported: 1, dropped: 0, failed: 1 });
  });

  it('drops and counts over its bound, and never waits for the receiver', async () => {
    const stuck = open({ send: () => new Promise(() => undefined), close: () => Promise.resolve() }, { queueLimit: 3 });
    await stuck.handle([stored('r2')]);
    await stuck.handle(Array.from({ length: 10 }, () => stored('r2')));
    expect(counts.dropped).toBe(7);
  });
});
