// Real clients through the real plugin: what people run in front of a gateway, and what Clew makes of it.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { AIMessage, HumanMessage, trimMessages, type BaseMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startStack, until, type Stack } from '../support/stack.ts';
import { describeGoogleAndCohere } from './google-cohere.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const openai = (session?: string): OpenAI =>
  new OpenAI({
    baseURL: `${stack.gateway.url}/v1`,
    apiKey: 'sk-test',
    maxRetries: 0,
    ...(session ? { defaultHeaders: { 'x-session-id': session } } : {}),
  });

/** The requests of one user, oldest first, once there are so many. The user is told by a word that only they use. */
async function requestsAbout(word: string, count: number): Promise<readonly RequestView[]> {
  return until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads?limit=200');
    const details = await Promise.all(items.map((thread) => stack.control.get<ThreadDetail>(`/v1/threads/${thread.id}`)));
    const mine = details.filter((thread) => thread.requests.some((request) => request.prompt?.includes(word)));
    const requests = mine.flatMap((thread) => thread.requests).sort((a, b) => (a.at < b.at ? -1 : 1));
    return requests.length >= count ? requests : undefined;
  }, `${count} requests about ${word}`);
}

describe('the OpenAI SDK', () => {
  it('keeps its answers, and a chat with resent history becomes one thread by history', async () => {
    const client = openai();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'system', content: 'You are a helpful zoologist.' }];
    for (const question of ['What do okapis eat?', 'And how long do they live?', 'Where do they sleep?']) {
      messages.push({ role: 'user', content: question });
      const completion = await client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages,
        safety_identifier: 'okapi-user',
        temperature: 0.2,
      });
      const answer = completion.choices[0]?.message.content ?? '';
      expect(answer.length).toBeGreaterThan(0);
      messages.push({ role: 'assistant', content: answer });
    }
    const requests = await requestsAbout('okapis', 3);
    expect(new Set(requests.map((request) => request.thread)).size).toBe(1);
    expect(requests.map((request) => request.method)).toEqual(['new', 'history', 'history']);
    expect(requests.map((request) => request.position)).toEqual(['first', 'continuation', 'continuation']);
    expect(requests[2]).toMatchObject({
      predecessor: requests[1]!.id,
      confidence: 1,
      dialect: 'openai.chat',
      provider: 'openai',
      prompt: 'Where do they sleep?',
    });
    expect(requests[0]!.model).toMatchObject({ requested: 'gpt-4o-mini', evidence: 'response_body' });
    expect(requests[0]!.model?.executed).toMatch(/^gpt-4o-mini-\d{4}-\d{2}-\d{2}$/);
    expect(requests[0]!.usage?.inputTokens).toBeGreaterThan(0);
    expect(requests[0]!.user).toMatch(/^p_/);
    expect(requests[0]!.user).not.toContain('okapi');
  });

  it('streams, and the streamed answer links like a whole one', async () => {
    const client = openai();
    const stream = await client.chat.completions.create({
      model: 'gpt-4o',
      stream: true,
      stream_options: { include_usage: true },
      safety_identifier: 'numbat-user',
      messages: [{ role: 'user', content: 'Tell me about numbats.' }],
    });
    let answer = '';
    for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? '';
    await client.chat.completions.create({
      model: 'gpt-4o',
      safety_identifier: 'numbat-user',
      messages: [
        { role: 'user', content: 'Tell me about numbats.' },
        { role: 'assistant', content: answer },
        { role: 'user', content: 'Shorter, please.' },
      ],
    });
    const [first, second] = await requestsAbout('numbats', 2);
    expect(first).toMatchObject({ answer, model: { evidence: 'stream_event' } });
    expect(second).toMatchObject({ thread: first!.thread, method: 'history', predecessor: first!.id });
  });

  it('runs tools: the step belongs to the turn and is no turn of its own', async () => {
    const client = openai();
    const tools: OpenAI.ChatCompletionTool[] = [
      {
        type: 'function',
        function: {
          name: 'get_tides',
          description: 'Tides of a harbour',
          parameters: { type: 'object', properties: { harbour: { type: 'string' } } },
        },
      },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: 'When is high water in Vlissingen? [[tool=get_tides]]' },
    ];
    const first = await client.chat.completions.create({ model: 'gpt-4o', safety_identifier: 'tide-user', messages, tools });
    const call = first.choices[0]!.message;
    expect(call.tool_calls?.[0]?.type).toBe('function');
    messages.push(call, { role: 'tool', tool_call_id: call.tool_calls![0]!.id, content: '{"high": "14:20"}' });
    await client.chat.completions.create({ model: 'gpt-4o', safety_identifier: 'tide-user', messages, tools });
    const requests = await requestsAbout('Vlissingen', 2);
    expect(requests.map((request) => request.call?.kind)).toEqual(['turn', 'step']);
    expect(requests[1]!.thread).toBe(requests[0]!.thread);
    const thread = await stack.control.get<ThreadDetail>(`/v1/threads/${requests[0]!.thread}`);
    expect(thread).toMatchObject({ turns: 1, calls: 2 });
  });

  it('continues by previous_response_id through the responses API', async () => {
    const client = openai();
    const first = await client.responses.create({
      model: 'gpt-4o',
      input: 'Name a bridge in Maastricht.',
      safety_identifier: 'bridge-user',
    });
    await client.responses.create({
      model: 'gpt-4o',
      input: 'Who built it?',
      previous_response_id: first.id,
      safety_identifier: 'bridge-user',
    });
    const requests = await requestsAbout('Maastricht', 2);
    expect(requests[1]).toMatchObject({
      thread: requests[0]!.thread,
      predecessor: requests[0]!.id,
      dialect: 'openai.responses',
      method: 'declared',
    });
  });

  it('is told apart by a declared session, and its errors are kept without the provider’s words', async () => {
    await openai('sess-marmot-1').chat.completions.create({
      model: 'gpt-4o',
      safety_identifier: 'marmot-user',
      messages: [{ role: 'user', content: 'Do marmots hibernate?' }],
    });
    await openai('sess-marmot-2').chat.completions.create({
      model: 'gpt-4o',
      safety_identifier: 'marmot-user',
      messages: [{ role: 'user', content: 'Do marmots swim?' }],
    });
    await expect(
      openai('sess-marmot-1').chat.completions.create({
        model: 'gpt-4o',
        safety_identifier: 'marmot-user',
        messages: [{ role: 'user', content: 'Are marmots rodents? [[error=429]]' }],
      }),
    ).rejects.toThrow(/429/);
    const requests = await requestsAbout('marmots', 3);
    expect(requests[0]!.thread).not.toBe(requests[1]!.thread);
    expect(requests[2]).toMatchObject({
      thread: requests[0]!.thread,
      method: 'declared',
      status: { http: 429, outcome: 'error' },
      declaredSession: { id: 'sess-marmot-1' },
    });
    expect(requests[2]!.error?.type).toMatch(/^[a-z_.]+$/);
  });

  it('returns run and correlation ids, and carries the caller’s trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { response } = await openai()
      .chat.completions.create(
        { model: 'gpt-4o', safety_identifier: 'trace-user', messages: [{ role: 'user', content: 'What is a theodolite?' }] },
        { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } },
      )
      .withResponse();
    const runId = response.headers.get('x-clew-run-id');
    expect(runId).toMatch(/^[0-9a-f]{32}$/);
    const [request] = await requestsAbout('theodolite', 1);
    expect(request).toMatchObject({
      runId,
      trace: { traceId, parentSpanId: '00f067aa0ba902b7', sampled: true },
      correlationId: response.headers.get('x-correlation-id'),
    });
  });

  it('links embeddings as auxiliary calls, kept out of turns', async () => {
    const client = openai();
    await client.embeddings.create({ model: 'text-embedding-3-small', input: 'dormouse habitat notes', user: 'dormouse-user' });
    await client.chat.completions.create({
      model: 'gpt-4o',
      safety_identifier: 'dormouse-user',
      messages: [{ role: 'user', content: 'Summarise the habitat of the dormouse.' }],
    });
    const requests = await requestsAbout('dormouse', 1);
    const chat = requests.find((request) => request.dialect === 'openai.chat');
    expect(chat?.position).toBe('first');
  });
});

describe('the Anthropic SDK', () => {
  it('streams messages with tools, and its history links across turns', async () => {
    const client = new Anthropic({ baseURL: stack.gateway.url, apiKey: 'sk-ant-test', maxRetries: 0 });
    const metadata = { user_id: 'pangolin-user' };
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'How do pangolins defend themselves?' }];
    const first = await client.messages
      .stream({ model: 'claude-sonnet-4-5', max_tokens: 200, system: 'Be brief.', messages, metadata })
      .finalMessage();
    messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: 'And against lions?' });
    const second = await client.messages.create({
      model: 'claude-sonnet-4-5',
      max_tokens: 200,
      system: 'Be very brief.',
      messages,
      metadata,
    });
    expect(second.content.length).toBeGreaterThan(0);
    const requests = await requestsAbout('pangolins', 2);
    expect(requests.map((request) => [request.dialect, request.provider, request.method])).toEqual([
      ['anthropic.messages', 'anthropic', 'new'],
      ['anthropic.messages', 'anthropic', 'history'],
    ]);
    expect(requests[1]!.predecessor).toBe(requests[0]!.id);
  });
});

describe('a LangChain conversation whose memory truncates', () => {
  it('stays one thread, and shows at which turn how much was dropped', async () => {
    const model = new ChatOpenAI({
      model: 'gpt-4o-mini',
      apiKey: 'sk-test',
      maxRetries: 0,
      configuration: { baseURL: `${stack.gateway.url}/v1` },
      modelKwargs: { user: 'ocelot-user' },
    });
    // A window memory of six messages, as frameworks keep by default.
    const memory: BaseMessage[] = [];
    const questions = [
      'What do ocelots hunt?',
      'How heavy do they get?',
      'Where are they found?',
      'Are they kept as pets?',
      'Which laws forbid that?',
      'Since when?',
    ];
    for (const question of questions) {
      memory.push(new HumanMessage(question));
      const window = await trimMessages(memory, {
        maxTokens: 6,
        tokenCounter: (messages) => messages.length,
        strategy: 'last',
        startOn: 'human',
      });
      const answer = await model.invoke(window);
      memory.push(new AIMessage(answer.text));
    }
    const requests = await requestsAbout('ocelots', questions.length);
    expect(new Set(requests.map((request) => request.thread)).size).toBe(1);
    expect(requests.map((request) => request.truncation !== null)).toEqual([false, false, false, true, true, true]);
    expect(requests[3]!.truncation).toMatchObject({ kind: 'truncated' });
    expect(requests[3]!.truncation!.dropped).toBeGreaterThan(0);
    const thread = await stack.control.get<ThreadDetail>(`/v1/threads/${requests[0]!.thread}`);
    expect(thread.breakdown).toEqual({ requestId: requests[3]!.id, kind: 'truncation' });
  });
});

describe('the client', () => {
  it('gets the same bytes whether the control plane lives or not', async () => {
    const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'What is a quokka? [[say=A small wallaby.]]' }] });
    const ask = async (url: string): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return { status: response.status, text: (await response.text()).replace(/"(id|created)":[^,]+/g, '"$1":0') };
    };
    const through = await ask(stack.gateway.url);
    expect(through).toEqual(await ask(stack.gateway.provider!.url));
    expect(through.status).toBe(200);
  });
});

describeGoogleAndCohere(() => stack);
