// The real client libraries, talking to a scripted provider in memory: what they send back must continue the chain.
import Anthropic from '@anthropic-ai/sdk';
import { type AIMessageChunk, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { historyDigests, readAnswer, readRequest, type LlmAnswer, type LlmRequest, type RawCall } from '#dialects';
import { anthropicEvents, chatChunks, responsesEvents, type Turn } from './conversation.ts';
import { DONE, KEY, stream } from './support.ts';

type Said = Extract<Turn, { who: 'assistant' }>;

const SAID: readonly Said[] = [
  { who: 'assistant', texts: ['Let me look.\n'], calls: [{ id: 'call_1', name: 'weather', args: { city: 'Oslo', days: 2 } }] },
  { who: 'assistant', texts: ['It is **7 degrees**.\n\n- wet\n- windy\n'], calls: [] },
];

interface Exchange {
  readonly request: LlmRequest;
  readonly answer: LlmAnswer;
}

/** A provider that answers in order with the scripted streams and keeps what the gateway would have captured. */
function provider(script: readonly string[]): { readonly fetch: typeof fetch; readonly seen: Exchange[] } {
  const seen: Exchange[] = [];
  const answer: typeof fetch = async (input, init) => {
    const sent = new Request(input, init);
    const responseBody = script[seen.length] ?? '';
    const raw: RawCall = {
      method: sent.method,
      path: new URL(sent.url).pathname,
      requestHeaders: Object.fromEntries(sent.headers),
      requestBody: await sent.text(),
      requestTruncated: false,
      status: 200,
      responseHeaders: { 'content-type': 'text/event-stream' },
      responseBody,
      responseTruncated: false,
    };
    const reading = readRequest(raw);
    if (!reading.ok) throw new Error(`not read: ${reading.reason}`);
    seen.push({ request: reading.request, answer: readAnswer(raw, reading.request) });
    return new Response(responseBody, { headers: { 'content-type': 'text/event-stream' } });
  };
  return { fetch: answer, seen };
}

/** Each request's history must begin with the one before it, followed by that one's answer. */
function expectChain(seen: readonly Exchange[], kinds: readonly string[]): void {
  expect(seen.map(({ request }) => request.kind)).toEqual(kinds);
  const histories = seen.map(({ request, answer }) => historyDigests(request.messages, KEY, { answer: answer.sentBack }));
  for (const [at, history] of histories.entries()) {
    expect(seen[at]?.answer).toMatchObject({ incomplete: false, error: undefined, model: { evidence: 'stream_event' } });
    const before = histories[at - 1];
    if (before === undefined) continue;
    const expected = [...before.messages, before.answer];
    expect(history.messages.slice(0, expected.length)).toEqual(expected);
    expect(history.messages).toHaveLength(expected.length + 1);
  }
}

const ASKED = 'How is the weather in Oslo?';
const AGAIN = 'And tomorrow?';
const FOUND = '{"degrees": 7}';
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } } as const;

describe('real clients continue the chain', () => {
  it('OpenAI, chat completions', async () => {
    const { fetch, seen } = provider([...SAID, ...SAID.slice(1)].map((said) => stream(chatChunks(said), false, DONE)));
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', fetch });
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: ASKED }];
    const tools = [{ type: 'function', function: { name: 'weather', parameters: SCHEMA } }] as const;
    for (const next of [{ role: 'tool', tool_call_id: 'call_1', content: FOUND }, { role: 'user', content: AGAIN }, undefined] as const) {
      const completion = await client.chat.completions.stream({ model: 'm', messages, tools: [...tools] }).finalChatCompletion();
      messages.push(completion.choices[0]!.message);
      if (next) messages.push(next);
    }
    expectChain(seen, ['turn', 'step', 'turn']);
  });

  it('OpenAI, responses', async () => {
    const { fetch, seen } = provider([...SAID, ...SAID.slice(1)].map((said) => stream(responsesEvents(said, false), true)));
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', fetch });
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: ASKED }];
    for (const next of [
      { type: 'function_call_output', call_id: 'call_1', output: FOUND },
      { role: 'user', content: AGAIN },
      undefined,
    ] as const) {
      for await (const event of await client.responses.create({ model: 'm', input, stream: true })) {
        if (event.type === 'response.completed') input.push(...(event.response.output as OpenAI.Responses.ResponseInputItem[]));
      }
      if (next) input.push(next);
    }
    expectChain(seen, ['turn', 'step', 'turn']);
  });

  it('Anthropic', async () => {
    const { fetch, seen } = provider([...SAID, ...SAID.slice(1)].map((said) => stream(anthropicEvents(said), true)));
    const client = new Anthropic({ apiKey: 'k', baseURL: 'http://gateway.test', fetch });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: ASKED }];
    const results: Anthropic.ContentBlockParam[] = [{ type: 'tool_result', tool_use_id: 'call_1', content: FOUND }];
    const tools: Anthropic.Tool[] = [{ name: 'weather', input_schema: { ...SCHEMA } }];
    for (const next of [results, AGAIN, undefined]) {
      const message = await client.messages.stream({ model: 'm', max_tokens: 99, messages, tools }).finalMessage();
      messages.push({ role: 'assistant', content: message.content });
      if (next !== undefined) messages.push({ role: 'user', content: next });
    }
    expectChain(seen, ['turn', 'step', 'turn']);
  });

  it('LangChain over OpenAI, streaming', async () => {
    const { fetch, seen } = provider([...SAID, ...SAID.slice(1)].map((said) => stream(chatChunks(said), false, DONE)));
    const model = new ChatOpenAI({
      model: 'm',
      apiKey: 'k',
      configuration: { baseURL: 'http://gateway.test/v1', fetch },
      maxRetries: 0,
    });
    const messages: BaseMessage[] = [new SystemMessage('Be brief.'), new HumanMessage(ASKED)];
    for (const next of [new ToolMessage({ tool_call_id: 'call_1', content: FOUND }), new HumanMessage(AGAIN), undefined]) {
      let said: AIMessageChunk | undefined;
      for await (const chunk of await model.stream(messages)) said = said?.concat(chunk) ?? chunk;
      expect(said).toBeDefined();
      messages.push(said!);
      if (next) messages.push(next);
    }
    expectChain(seen, ['turn', 'step', 'turn']);
    expect(seen[0]?.request.instructions.map(({ text }) => text)).toEqual(['Be brief.']);
  });
});
