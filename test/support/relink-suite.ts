// A chat whose first question is guessed to go on with another one, until its next request brings its history along. The
// whole product sees it, from a real client to the API, and every place that names threads must follow.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { expect } from 'vitest';
import type { Page, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startStack, until } from './stack.ts';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

export interface Relinked {
  /** The request that was moved, and the thread in which it stands now. */
  readonly requestId: string;
  readonly thread: string;
  readonly from: string;
}

/** @param beforeEnd looks at stores beside the server while it still runs */
export async function relinksShow(
  env: Readonly<Record<string, string>>,
  beforeEnd: (moved: Relinked) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const spans: SentSpan[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      };
      for (const { scopeSpans } of resourceSpans) for (const one of scopeSpans) spans.push(...one.spans);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const otlp = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const stack = await startStack({ env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: otlp, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } });
  try {
    const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
    const chat = (): ((text: string) => Promise<void>) => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [];
      return async (text) => {
        messages.push({ role: 'user', content: text });
        const { choices } = await client.chat.completions.create({ model: 'gpt-4o', safety_identifier: 'ada', messages: [...messages] });
        messages.push({ role: 'assistant', content: choices[0]?.message.content ?? '' });
      };
    };
    const get = <T>(route: string): Promise<T> => stack.control.get<T>(route);
    const threadsWith = (requests: number): Promise<readonly ThreadDetail[]> =>
      until(async () => {
        const { items } = await get<Page<ThreadSummary>>('/v1/threads');
        if (items.reduce((sum, { calls }) => sum + calls, 0) < requests) return undefined;
        return Promise.all(items.map(({ id }) => get<ThreadDetail>(`/v1/threads/${id}`)));
      }, `${requests} requests`);

    const [first, second] = [chat(), chat()];
    await first('How do I bake rye bread at home?');
    await threadsWith(1);
    await second('And how long does the rye bread have to bake in the oven?');
    const [together] = await threadsWith(2);
    const guessed = together?.requests[1];
    expect(guessed).toMatchObject({ method: 'inferred', thread: together?.id, moves: [] });
    expect(together?.requests).toHaveLength(2);

    await second('At what heat?');
    const threads = await threadsWith(3);
    const own = threads.find(({ requests }) => requests.some(({ id }) => id === guessed?.id));
    expect(threads.map(({ requests }) => requests.length).toSorted()).toEqual([1, 2]);
    const [moved, proof] = own?.requests ?? [];
    expect(moved).toMatchObject({
      id: guessed?.id,
      thread: own?.id,
      method: 'history',
      confidence: 1,
      predecessor: null,
      position: 'topic_shift',
      moves: [{ from: together?.id, evidence: 'history', by: proof?.id, at: proof?.at }],
    });
    expect(moved?.reasons.at(-1)).toMatchObject({ code: 'relinked' });
    expect(proof?.reasons.map(({ code }) => code)).toContain('evidence_overrules');

    // Topics count each thread by its own first request.
    await until(async () => {
      const { items } = await get<Page<ThreadSummary>>('/v1/threads');
      return items.length === 2 && items.every(({ topic }) => topic !== null) ? items : undefined;
    }, 'a topic for each thread');
    // A search answers with the thread in which it stands now, by words and by meaning.
    for (const query of ['"oven"', 'duration of baking a loaf in the oven']) {
      const { items } = await get<{ items: readonly { id: string; thread: string }[] }>(`/v1/search?q=${encodeURIComponent(query)}`);
      expect(items.find(({ id }) => id === moved?.id)?.thread).toBe(own?.id);
    }
    const late = await until(() => Promise.resolve(spans.find(({ name }) => name === 'clew.thread.relinked')), 'the span of the move');
    const said = Object.fromEntries(late.attributes.map(({ key, value }) => [key, value.stringValue]));
    expect(said).toMatchObject({ 'clew.request.id': moved?.id, 'clew.thread.id': own?.id, 'clew.thread.previous_id': together?.id });
    expect(late).toMatchObject({ traceId: moved?.trace?.traceId, parentSpanId: moved?.trace?.spanId });
    await beforeEnd({ requestId: moved?.id ?? '', thread: own?.id ?? '', from: together?.id ?? '' });
  } finally {
    await stack.close();
    receiver.close();
  }
}
