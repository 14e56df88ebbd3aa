// Spans in a real Jaeger, from real requests through the real plugin, asked for as a person would.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startJaeger, type JaegerSpan, type RunningJaeger } from '../support/jaeger.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

let jaeger: RunningJaeger;
let stack: Stack;

beforeAll(async () => {
  jaeger = await startJaeger();
  stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' } });
});
afterAll(async () => {
  await stack.close();
  await jaeger.stop();
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

const tagsOf = (span: JaegerSpan): Readonly<Record<string, unknown>> => Object.fromEntries(span.tags.map(({ key, value }) => [key, value]));
const parentOf = (span: JaegerSpan): string | undefined => span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;

async function ask(text: string, traceId: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
  const stream = await client.chat.completions.create(
    {
      model: 'gpt-4o',
      safety_identifier: 'ada',
      temperature: 0.25,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: text }],
    },
    { headers: { traceparent: `00-${traceId}-${CALLER}-01`, ...headers } },
  );
  for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
}

/** The request of a trace, as the API shows it. */
async function requestOf(traceId: string): Promise<RequestView> {
  return until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads');
    const threads = await Promise.all(items.map(({ id }) => stack.control.get<ThreadDetail>(`/v1/threads/${id}`)));
    return threads.flatMap(({ requests }) => requests).find(({ trace }) => trace?.traceId === traceId);
  }, 'the request to be stored');
}

describe('traces in Jaeger', () => {
  it("show a request in its caller's trace, with stages, conventions and thread", async () => {
    await ask('How do I prune an old apple tree?', TRACE);
    const request = await requestOf(TRACE);
    const spans = await until(async () => {
      const found = await jaeger.trace(TRACE);
      return found.length >= 4 ? found : undefined;
    }, 'the trace in Jaeger');
    const byName = new Map(spans.map((span) => [span.operationName, span]));
    expect([...byName.keys()].toSorted()).toEqual(['chat gpt-4o', 'clew.ingress', 'clew.response', 'clew.routing']);

    const semantic = byName.get('chat gpt-4o');
    expect(semantic).toMatchObject({ spanID: request.trace?.spanId });
    expect(semantic && parentOf(semantic)).toBe(CALLER);
    expect(semantic && tagsOf(semantic)).toMatchObject({
      'span.kind': 'client',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.request.temperature': 0.25,
      'gen_ai.response.model': request.model?.executed,
      'gen_ai.usage.input_tokens': request.usage?.inputTokens,
      'clew.request.id': request.id,
      'clew.run.id': request.runId,
      'clew.thread.id': request.thread,
      'clew.position': 'first',
      'otel.scope.name': 'clew',
    });
    expect(semantic && tagsOf(semantic)).not.toHaveProperty('gen_ai.conversation.id');
    for (const name of ['clew.ingress', 'clew.routing', 'clew.response']) {
      const stage = byName.get(name)!;
      expect(parentOf(stage)).toBe(semantic?.spanID);
      expect(stage.startTime).toBeGreaterThanOrEqual(semantic?.startTime ?? Infinity);
      expect(stage.startTime + stage.duration).toBeLessThanOrEqual((semantic?.startTime ?? 0) + (semantic?.duration ?? 0) + 1_000);
    }
    // What was asked and answered stays.
    expect(JSON.stringify(spans)).not.toContain('apple');
  });

  it('link the requests of a thread across traces, and find them by thread', async () => {
    const second = `${TRACE.slice(0, -1)}7`;
    await ask('And when is the best time of the year to prune the apple tree?', second);
    const [first, next] = [await requestOf(TRACE), await requestOf(second)];
    expect(next.thread).toBe(first.thread);
    const found = await until(async () => {
      const traces = await jaeger.search({ 'clew.thread.id': first.thread });
      return traces.length === 2 ? traces.flat() : undefined;
    }, 'both traces of the thread');
    const linked = found.find(({ spanID }) => spanID === next.trace?.spanId);
    expect(linked?.references).toContainEqual(
      expect.objectContaining({ refType: 'FOLLOWS_FROM', traceID: first.trace?.traceId, spanID: first.trace?.spanId }),
    );
    expect(linked && tagsOf(linked)).toMatchObject({ 'clew.thread.method': 'inferred', 'clew.position': 'continuation' });
  });

  it('tell of a request that a person moved by a later span of its trace, which names both threads; the first one stays', async () => {
    const second = `${TRACE.slice(0, -1)}7`;
    const before = await requestOf(second);
    const moved = await fetch(`${stack.control.url}/v1/threads/${before.thread}/split`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.control.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ requestIds: [before.id] }),
    });
    expect(moved.status).toBe(201);
    const { thread } = await requestOf(second);
    expect(thread).not.toBe(before.thread);
    // Asked for by the new thread's id: nothing but the later span carries it.
    const found = await until(async () => {
      const traces = await jaeger.search({ 'clew.thread.id': thread });
      return traces.flat().find(({ operationName }) => operationName === 'clew.thread.relinked');
    }, 'the later span');
    expect(found).toMatchObject({ traceID: second });
    expect(parentOf(found)).toBe(before.trace?.spanId);
    expect(tagsOf(found)).toMatchObject({ 'clew.request.id': before.id, 'clew.thread.id': thread, 'clew.relink.evidence': 'person' });
    const [event] = found.logs;
    const fields = Object.fromEntries(event?.fields.map(({ key, value }) => [key, value]) ?? []);
    expect(fields).toMatchObject({ event: 'clew.thread.relinked', 'clew.thread.id': thread, 'clew.thread.previous_id': before.thread });
    const spans = await jaeger.trace(second);
    const first = spans.find(({ operationName }) => operationName === 'chat gpt-4o');
    expect(first && tagsOf(first)['clew.thread.id']).toBe(before.thread);
    expect(found.startTime).toBeGreaterThanOrEqual((first?.startTime ?? Infinity) + (first?.duration ?? 0));
  });

  it('show what failed, and in which stage', async () => {
    const failed = `${TRACE.slice(0, -1)}8`;
    await expect(ask('How do I graft it?', failed, { 'x-script': 'error=503' })).rejects.toThrow();
    await requestOf(failed);
    const [span] = await until(async () => {
      const traces = await jaeger.search({ error: 'true', 'clew.outcome': 'error' });
      return traces.length > 0 ? traces.flat().filter(({ operationName }) => operationName === 'chat gpt-4o') : undefined;
    }, 'the failed request');
    expect(span && tagsOf(span)).toMatchObject({ 'error.type': expect.any(String) as string, 'otel.status_code': 'ERROR' });
  });

  it('hold nothing of traces that the caller does not record, and say so', async () => {
    const unrecorded = `${TRACE.slice(0, -1)}9`;
    await ask('What is grafting wax made of?', TRACE, { traceparent: `00-${unrecorded}-${CALLER}-00` });
    await requestOf(unrecorded);
    await until(async () => {
      const text = await (await fetch(`${stack.control.url}/metrics`)).text();
      return /clew_spans_total\{destination="default",outcome="unsampled"\} [1-9]/.test(text) ? text : undefined;
    }, 'the count');
    expect(await jaeger.trace(unrecorded)).toEqual([]);
  });
});
