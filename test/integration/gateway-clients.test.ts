import { gunzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { startScriptedProvider, startTrialGateway, type ScriptedProvider, type TrialGateway } from '../../plugin/trial-gateway/index.ts';
import { readAll, serve, type TestServer } from '../support/http-client.ts';

// The clients that people use, through the gateway with the real plugin: they work, and what they receive is byte for
// byte what the provider sends.

interface Exchanged {
  readonly path: string;
  readonly init: RequestInit;
  readonly bytes: Promise<Buffer>;
}

const weather = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city'] } as const;

describe('real clients through the gateway', () => {
  let provider: ScriptedProvider;
  let controlPlane: TestServer;
  let gateway: TrialGateway;
  const exchanged: Exchanged[] = [];
  /** What the plugin sent to the control plane. */
  const shipped: string[] = [];

  /** Keeps what was asked and received, so that the provider can be asked the same without the gateway. */
  const recordingFetch: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const response = await fetch(input, init);
    exchanged.push({
      path: url.slice(gateway.url.length),
      init: init ?? {},
      bytes: response
        .clone()
        .arrayBuffer()
        .then((b) => Buffer.from(b)),
    });
    return response;
  };

  const expectUnchanged = async (): Promise<void> => {
    expect(exchanged.length).toBeGreaterThan(0);
    for (const { path, init, bytes } of exchanged) {
      const same = { ...init, signal: null };
      const direct = await fetch(`${provider.url}${path}`, same);
      expect(Buffer.from(await direct.arrayBuffer()).equals(await bytes)).toBe(true);
    }
  };

  beforeAll(async () => {
    provider = await startScriptedProvider({ nowMs: () => 1_760_000_000_000 });
    controlPlane = await serve((request, response) => {
      void readAll(request).then((body) => {
        if (request.method === 'POST' && request.url === '/v1/samples')
          shipped.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString());
        response
          .writeHead(request.method === 'POST' ? 202 : 404, { 'content-type': 'application/json' })
          .end('{"accepted":0,"rejected":[]}');
      });
    });
    gateway = await startTrialGateway({
      port: 0,
      upstream: provider.url,
      controlPlaneUrl: controlPlane.url,
      token: 'test-token',
      log: logNothing,
    });
  });
  afterAll(async () => {
    await gateway.close();
    await controlPlane.close();
    await provider.close();
  });
  beforeEach(() => {
    exchanged.length = 0;
  });

  const openai = (): OpenAI => new OpenAI({ apiKey: 'sk-test', baseURL: `${gateway.url}/v1`, fetch: recordingFetch, maxRetries: 0 });
  const anthropic = (): Anthropic => new Anthropic({ apiKey: 'sk-ant-test', baseURL: gateway.url, fetch: recordingFetch, maxRetries: 0 });

  it('openai: chat as JSON, with the model that ran', async () => {
    const answer = await openai().chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'How do I prune apple trees in winter?' }],
    });
    expect(answer.model).toBe('gpt-4o-mini-2024-07-18');
    expect(answer.choices[0]!.message.content).toMatch(/prune|apple|winter/i);
    expect(answer.usage!.total_tokens).toBe(answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
    await expectUnchanged();
  });

  it('openai: chat as a stream, with usage', async () => {
    const stream = await openai().chat.completions.create({
      model: 'gpt-4o',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Tell me about sourdough bread — naïve façade ✓ 麵包' }],
    });
    let text = '';
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect(text).toMatch(/sourdough|bread/i);
    expect(tokens).toBeGreaterThan(0);
    await expectUnchanged();
  });

  it.each([false, true])('openai: a tool is called and its result used (stream: %s)', async (isStream) => {
    const client = openai();
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { ...weather } } }] as const;
    const question = { role: 'user', content: 'What is the weather in Lisbon? [[tool=get_weather]]' } as const;
    const request = { model: 'gpt-4o-mini', messages: [question], tools: [...tools] };
    const first = isStream
      ? await client.chat.completions.stream(request).finalChatCompletion()
      : await client.chat.completions.create(request);
    const message = first.choices[0]!.message;
    const call = message.tool_calls![0]!;
    expect(first.choices[0]!.finish_reason).toBe('tool_calls');
    expect(call.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ city: 'lisbon', days: 1 });
    const second = await client.chat.completions.create({
      ...request,
      messages: [
        question,
        { role: 'assistant', content: null, tool_calls: message.tool_calls! },
        { role: 'tool', tool_call_id: call.id, content: '21 degrees, sunny' },
      ],
    });
    expect(second.choices[0]!.message.content).toContain('21 degrees');
    await expectUnchanged();
  });

  it('openai: responses as JSON, as a stream and with a tool', async () => {
    const client = openai();
    const answer = await client.responses.create({ model: 'gpt-4.1', input: 'Which database suits a small shop?' });
    expect(answer.output_text).toMatch(/database|shop/i);
    const streamed = await client.responses.stream({ model: 'gpt-4.1', input: 'Which database suits a small shop?' }).finalResponse();
    expect(streamed.status).toBe('completed');
    expect(streamed.output_text).toBe(answer.output_text);
    const called = await client.responses
      .stream({
        model: 'gpt-4.1',
        input: 'Oslo weather [[tool=get_weather]]',
        tools: [{ type: 'function', name: 'get_weather', parameters: { ...weather }, strict: false }],
      })
      .finalResponse();
    expect(called.output[0]).toMatchObject({ type: 'function_call', name: 'get_weather', arguments: '{"city":"weather","days":1}' });
    await expectUnchanged();
  });

  it('openai: completions and embeddings', async () => {
    const client = openai();
    const completion = await client.completions.create({
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Mountain hiking in autumn',
      max_tokens: 5,
    });
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'length' });
    const { data } = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['red apples', 'red apples taste', 'tax law'],
    });
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(data[0]!.embedding).toHaveLength(1536);
    expect(dot(data[0]!.embedding, data[1]!.embedding)).toBeGreaterThan(dot(data[0]!.embedding, data[2]!.embedding) + 0.3);
    await expectUnchanged();
  });

  it.each([
    ['error=429', 429],
    ['error=500', 500],
    ['error=400', 400],
  ])('openai: %s arrives as the client’s error', async (script, status) => {
    const asked = openai().chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] },
      { headers: { 'x-script': script } },
    );
    await expect(asked).rejects.toMatchObject({ status });
    await expectUnchanged();
  });

  it('openai: a content filter ends the answer, a broken stream raises', async () => {
    const client = openai();
    const filtered = await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'x [[filter]]' }] });
    expect(filtered.choices[0]!.finish_reason).toBe('content_filter');
    const plain = new OpenAI({ apiKey: 'sk-test', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const broken = plain.chat.completions.stream({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'A long story about rivers [[broken]]' }],
    });
    await expect(broken.finalChatCompletion()).rejects.toThrow();
  });

  it('anthropic: messages as JSON and as a stream', async () => {
    const client = anthropic();
    const request = {
      model: 'claude-haiku-4-5',
      max_tokens: 500,
      system: 'Be brief.',
      messages: [{ role: 'user' as const, content: 'Why do leaves turn red in autumn?' }],
    };
    const answer = await client.messages.create(request);
    expect(answer).toMatchObject({ model: 'claude-haiku-4-5-20251001', stop_reason: 'end_turn' });
    const streamed = await client.messages.stream(request).finalMessage();
    expect(streamed.content).toEqual([expect.objectContaining({ type: 'text', text: (answer.content[0] as { text: string }).text })]);
    expect(streamed.usage.output_tokens).toBe(answer.usage.output_tokens);
    await expectUnchanged();
  });

  it.each([false, true])('anthropic: a tool is called and its result used (stream: %s)', async (isStream) => {
    const client = anthropic();
    const question = { role: 'user' as const, content: 'How warm is Madrid?' };
    const request = {
      model: 'claude-haiku-4-5',
      max_tokens: 500,
      messages: [question],
      tools: [{ name: 'get_weather', input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } } }],
      tool_choice: { type: 'any' as const },
    };
    const first = isStream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
    const [use] = first.content;
    expect(first.stop_reason).toBe('tool_use');
    expect(use).toMatchObject({ type: 'tool_use', name: 'get_weather', input: { city: 'madrid' } });
    const second = await client.messages.create({
      ...request,
      messages: [
        question,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use!.type === 'tool_use' ? use!.id : '', content: '30 degrees' }] },
      ],
    });
    expect(second.content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('30 degrees') as string });
    await expectUnchanged();
  });

  it('langchain: chat, stream, tools and embeddings', async () => {
    const configuration = { baseURL: `${gateway.url}/v1`, fetch: recordingFetch };
    const model = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'sk-test', configuration, maxRetries: 0 });
    const answer = await model.invoke([new HumanMessage('How are violins built?')]);
    expect(answer.text).toMatch(/violins|built/i);
    let streamed = '';
    for await (const chunk of await model.stream('How are violins built?')) streamed += chunk.text;
    expect(streamed).toMatch(/violins|built/i);
    const lookUp = tool(() => Promise.resolve('x'), {
      name: 'look_up',
      description: 'Looks up',
      schema: { type: 'object', properties: { query: { type: 'string' } } },
    });
    const called = await model.bindTools([lookUp]).invoke('Violin makers of Cremona [[tool=look_up]]');
    expect(called.tool_calls![0]).toMatchObject({ name: 'look_up', args: { query: 'violin makers cremona' } });
    const vector = await new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: 'sk-test', configuration }).embedQuery('violins');
    expect(vector.length).toBeGreaterThan(100);
    await expectUnchanged();
  });

  it('all of this was seen by the plugin, without the clients’ keys', async () => {
    await gateway.settle();
    await expect.poll(() => shipped.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(gateway.stats()).toMatchObject({ pdkErrors: 0, failedOpen: { unreachable: 0, closed: 0, timeout: 0, remote: 0 } });
    for (const key of ['sk-test', 'sk-ant-test', 'test-token']) expect(shipped.join()).not.toContain(key);
  });
});
