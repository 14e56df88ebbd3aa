import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import {
  PLAIN_DESTINATION,
  refusedCopy,
  relinkSpan,
  semanticSpan,
  type DestinationView,
} from '../../../../control-plane/src/export/index.ts';
import { requestFacts, requestView, runFacts } from '../../../support/span-facts.ts';

const place = { scope: { tenant: 'acme', environment: 'live' }, resource: resourceFromAttributes({}), schemaUrl: 'https://x/1' };
const plain: DestinationView = { ...PLAIN_DESTINATION, name: 'default' };
const latest: DestinationView = { ...plain, conventions: 'latest' };

describe('the semantic span', () => {
  it("stands in the caller's trace with the GenAI conventions and clew.*", () => {
    const predecessor = requestView({ id: 'r1', trace: { traceId: '1'.repeat(32), spanId: '2'.repeat(16) } });
    const span = semanticSpan(place, requestFacts({}, { predecessor, topic: { id: 'topic-1', label: 'lemon trees' } }), plain);
    expect(span.name).toBe('chat gpt-4o');
    expect(span.spanContext()).toMatchObject({ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) });
    expect(span.parentSpanContext?.spanId).toBe('e'.repeat(16));
    expect(span.startTime).toEqual([1767225600, 250_000_000]);
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.3,
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'gen_ai.usage.cache_creation.input_tokens': 3,
      'clew.thread.id': 't_1',
      'clew.thread.confidence': 0.83,
      'clew.thread.method': 'inferred',
      'clew.position': 'continuation',
      'clew.intent': 'information_seeking',
      'clew.topic.id': 'topic-1',
      'clew.topic.label': 'lemon trees',
      'clew.run.id': 'ab'.repeat(16),
      'clew.similarity': 0.41,
    });
    expect(span.links).toMatchObject([
      { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16) }, attributes: { 'clew.link': 'predecessor', 'clew.request.id': 'r1' } },
    ]);
    expect(JSON.stringify([span.attributes, span.name])).not.toContain('canary');
  });

  it('says what is known of the run', () => {
    expect(semanticSpan(place, requestFacts({}, { run: runFacts() }), plain).attributes).toMatchObject({
      'clew.run.digest': 'f'.repeat(64),
      'clew.run.verdict': 'drifted',
      'clew.run.manifest': 'support',
      'clew.run.manifest_revision': '7',
      'clew.run.differences': ['/model/executed'],
      'clew.run.signed_by': 'gateway',
      'clew.run.log_index': 41,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.choice.count': 2,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.prompt.name': 'support',
      'openai.response.system_fingerprint': 'fp_1',
    });
    expect(semanticSpan(place, requestFacts(), plain).attributes).not.toHaveProperty('clew.run.verdict');
  });

  it('names a conversation only where one was declared, whatever the thread', () => {
    for (const view of [plain, latest]) {
      for (const method of ['inferred', 'history', 'new', 'person'] as const)
        expect(semanticSpan(place, requestFacts({ method }), view).attributes).not.toHaveProperty('gen_ai.conversation.id');
      const declared = requestFacts({ declaredSession: { id: 'chat-9', source: 'header:x' } });
      expect(semanticSpan(place, declared, view).attributes['gen_ai.conversation.id']).toBe('chat-9');
    }
  });

  it('speaks the newest conventions where they are asked for', () => {
    const { attributes } = semanticSpan(
      place,
      requestFacts({ truncation: { dropped: 4, kind: 'compacted' } }, { run: runFacts() }),
      latest,
    );
    expect(attributes).toMatchObject({
      'gen_ai.usage.cache_write.input_tokens': 3,
      'gen_ai.conversation.compacted': true,
      'gen_ai.request.previous_response.id': 'resp-0',
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.top_k': 40,
      'gen_ai.prompt.version': '7',
    });
    expect(attributes).not.toHaveProperty('gen_ai.usage.cache_creation.input_tokens');
    const failed = requestFacts({ status: { outcome: 'error' }, error: { type: 'timeout' } });
    expect(semanticSpan(place, failed, latest).attributes['gen_ai.response.finish_reasons']).toEqual(['error']);
    expect(semanticSpan(place, failed, plain).attributes).not.toHaveProperty('gen_ai.response.finish_reasons');
  });

  it("adds up Anthropic's input tokens, which are stated apart", () => {
    const facts = requestFacts({ dialect: 'anthropic.messages', provider: 'anthropic' });
    expect(semanticSpan(place, facts, plain).attributes['gen_ai.usage.input_tokens']).toBe(20);
  });

  it('carries texts only where a destination asks for them', () => {
    const { attributes } = semanticSpan(place, requestFacts(), { ...plain, content: 'redacted' });
    expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'canary prompt' }] },
    ]);
    expect(JSON.parse(String(attributes['gen_ai.output.messages']))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'canary answer' }], finish_reason: 'stop' },
    ]);
    const without = semanticSpan(place, requestFacts({ prompt: null, answer: null }), { ...plain, content: 'redacted' }).attributes;
    expect(Object.keys(without).filter((name) => name.endsWith('.messages'))).toEqual([]);
  });

  it('repeats attributes under names of a vendor, and never under gen_ai.*', () => {
    const view = {
      ...plain,
      copy: { 'langfuse.session.id': 'clew.thread.id', 'session.id': 'clew.session.id', 'x.y': 'clew.run.variant' },
    };
    const { attributes } = semanticSpan(place, requestFacts(), view);
    expect(attributes).toMatchObject({ 'langfuse.session.id': 't_1', 'session.id': 's_1' });
    expect(attributes).not.toHaveProperty('x.y');
    expect(refusedCopy('gen_ai.conversation.id', 'clew.thread.id')).toMatch(/outside gen_ai/);
    expect(refusedCopy('GEN_AI.conversation.id', 'clew.thread.id')).toMatch(/outside gen_ai/);
    expect(refusedCopy('session.id', 'gen_ai.input.messages')).toMatch(/clew/);
    expect(refusedCopy('session.id', 'clew.thread.id')).toBeUndefined();
  });

  it('says what failed, and makes the same ids for a request without a trace', () => {
    const failed = requestFacts({ trace: null, status: { outcome: 'error' }, error: { type: 'rate_limit' }, dialect: 'openai.embeddings' });
    const [a, b] = [semanticSpan(place, failed, plain), semanticSpan(place, failed, plain)];
    expect(a.status.code).toBe(2);
    expect(a.attributes['error.type']).toBe('rate_limit');
    expect(a.name).toBe('embeddings gpt-4o');
    expect(a.spanContext()).toEqual(b.spanContext());
    expect(a.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(a.parentSpanContext).toBeUndefined();
  });

  it('links a step to what it was made for', () => {
    const facts = requestFacts({ parent: 'r1', call: { kind: 'step' } }, { predecessor: requestView({ id: 'r1' }) });
    expect(semanticSpan(place, facts, plain).links).toMatchObject([{ attributes: { 'clew.link': 'parent' } }]);
  });

  it('keeps whole seconds whole', () => {
    const span = semanticSpan(place, requestFacts({ at: '2026-01-01T00:00:00.999Z', endedAt: '2026-01-01T00:00:01.000Z' }), plain);
    expect([span.startTime, span.endTime]).toEqual([
      [1767225600, 999_000_000],
      [1767225601, 0],
    ]);
  });
});

describe('the span of a move', () => {
  const move = { from: 't_0', evidence: 'history', by: 'r9', at: '2026-01-01T00:05:00.000Z' } as const;

  it('names both threads and the evidence, below the span of the request, and is the same each time', () => {
    const moved = requestView({ thread: 't_2', method: 'history', confidence: 1, position: 'topic_shift', moves: [move] });
    const [span, again] = [relinkSpan(place, moved, move), relinkSpan(place, moved, move)];
    const request = semanticSpan(place, { request: moved }, plain).spanContext();
    expect(span.parentSpanContext).toEqual(request);
    expect(span.spanContext()).toMatchObject({ traceId: request.traceId });
    expect(span.spanContext().spanId).not.toBe(request.spanId);
    expect(again.spanContext()).toEqual(span.spanContext());
    expect(span.spanContext()).not.toEqual(relinkSpan(place, moved, { ...move, from: 't_9' }).spanContext());
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
});
