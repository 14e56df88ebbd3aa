// Agents make many calls for one turn of a user. Real agent libraries through the real plugin: what the user said must come
// out as turns, once each and in one thread, and everything that the agent did for it must hang below.
import { createOpenAI } from '@ai-sdk/openai';
import { tool as langTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, tool as agentTool, type AgentInputItem } from '@openai/agents';
import { generateText, isStepCount, tool as aiTool, type ModelMessage } from 'ai';
import { createAgent } from 'langchain';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

/** What a user says in a conversation, turn by turn; the scripted provider acts by the words in brackets. */
const CONVERSATIONS: readonly (readonly string[])[] = [
  ['Which ferries go to Texel?', 'And on Sundays?', 'What does a car cost?'],
  ['How warm is it in Faro? [[tool=look_up]]', 'Should I pack a coat?', 'And next week? [[tool=look_up]]'],
  ['Compare the tides of Brest and Cork. [[tool=look_up,measure]]', 'Which one is higher?', 'Why is that? [[tool=measure]]'],
  ['Find me a quiet campsite near Dinant. [[tool=look_up]]', 'Closer to the river, please. [[tool=look_up,measure]]', 'Thanks, book it.'],
];

interface Turn {
  readonly text: string;
  readonly conversation: string;
}

const baseURL = (): string => `${stack.gateway.url}/v1`;
const plain = (text: string): string => text.replace(/ ?\[\[.*?\]\]/g, '');

/** Everything stored of the users of one library, once `calls` requests have come. */
async function stored(calls: number, before: ReadonlySet<string>): Promise<readonly RequestView[]> {
  return until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads?limit=200');
    const details = await Promise.all(items.map(({ id }) => stack.control.get<ThreadDetail>(`/v1/threads/${id}`)));
    const fresh = details.flatMap(({ requests }) => requests).filter(({ id }) => !before.has(id));
    return fresh.length >= calls ? fresh : undefined;
  }, `${calls} requests`);
}

/** Share of the turns made that stand in the store as one turn, in the thread of their conversation. */
function shareFound(turns: readonly Turn[], requests: readonly RequestView[]): number {
  const threadOf = new Map<string, string>();
  let found = 0;
  const asTurns = requests.filter(({ call }) => call?.kind === 'turn');
  for (const { text, conversation } of turns) {
    const same = asTurns.filter(({ prompt }) => prompt !== null && plain(prompt).trim() === plain(text).trim());
    const [only] = same.filter(({ thread }) => (threadOf.get(conversation) ?? thread) === thread);
    if (only === undefined || same.length !== 1) continue;
    threadOf.set(conversation, only.thread);
    found += 1;
  }
  expect(new Set(threadOf.values()).size).toBe(threadOf.size);
  // What is no turn of a user may not stand there as one.
  return found / Math.max(turns.length, asTurns.length);
}

async function drive(library: string, talk: (user: string, texts: readonly string[]) => Promise<void>): Promise<readonly RequestView[]> {
  const gateway = stack.gateway;
  const callsBefore = gateway.provider!.requests;
  const before = new Set((await stored(0, new Set())).map(({ id }) => id));
  const turns = CONVERSATIONS.flatMap((texts, index) =>
    texts.map((text) => ({ text: `${text} (${library})`, conversation: `${library}-${index}` })),
  );
  await Promise.all(
    CONVERSATIONS.map((texts, index) =>
      talk(
        `${library}-user-${index}`,
        texts.map((text) => `${text} (${library})`),
      ),
    ),
  );
  const requests = await stored(gateway.provider!.requests - callsBefore, before);
  const share = shareFound(turns, requests);
  process.stderr.write(`${library}: ${(share * 100).toFixed(1)}% of ${turns.length} turns, ${requests.length} calls\n`);
  expect(share).toBeGreaterThanOrEqual(0.98);
  return requests;
}

describe('turns of agents', () => {
  it('the OpenAI Agents SDK, chat completions', async () => {
    await drive('agents-chat', async (user, texts) => {
      const client = new OpenAI({ baseURL: baseURL(), apiKey: 'sk-test' });
      const runner = new Runner({ tracingDisabled: true });
      const parameters = z.object({ query: z.string() });
      const agent = new Agent({
        name: 'Guide',
        instructions: 'You are a travel guide.',
        model: new OpenAIChatCompletionsModel(client, 'gpt-4o'),
        modelSettings: { providerData: { user } },
        tools: ['look_up', 'measure'].map((name) =>
          agentTool({ name, description: `${name} something`, parameters, execute: ({ query }) => `${name}: ${query} is 14` }),
        ),
      });
      let history: AgentInputItem[] = [];
      for (const text of texts) {
        const result = await runner.run(agent, [...history, { role: 'user', content: text }]);
        history = result.history;
      }
    });
  });

  it('the OpenAI Agents SDK, responses', async () => {
    await drive('agents-responses', async (user, texts) => {
      const client = new OpenAI({ baseURL: baseURL(), apiKey: 'sk-test' });
      const runner = new Runner({ tracingDisabled: true });
      const agent = new Agent({
        name: 'Guide',
        instructions: 'You are a travel guide.',
        model: new OpenAIResponsesModel(client, 'gpt-4o'),
        modelSettings: { providerData: { user } },
        tools: ['look_up', 'measure'].map((name) =>
          agentTool({
            name,
            description: `${name} something`,
            parameters: z.object({ query: z.string() }),
            execute: ({ query }) => `${name}: ${query} is 14`,
          }),
        ),
      });
      let history: AgentInputItem[] = [];
      for (const text of texts) {
        const result = await runner.run(agent, [...history, { role: 'user', content: text }]);
        history = result.history;
      }
    });
  });

  it('the OpenAI Agents SDK, with an agent as a tool', async () => {
    const requests = await drive('agents-nested', async (user, texts) => {
      const client = new OpenAI({ baseURL: baseURL(), apiKey: 'sk-test' });
      const runner = new Runner({ tracingDisabled: true });
      const model = new OpenAIChatCompletionsModel(client, 'gpt-4o');
      const specialist = (name: string) =>
        new Agent({ name, instructions: `You only ${name} things.`, model, modelSettings: { providerData: { user } } });
      const agent = new Agent({
        name: 'Guide',
        instructions: 'You are a travel guide.',
        model,
        modelSettings: { providerData: { user } },
        tools: ['look_up', 'measure'].map((name) => specialist(name).asTool({ toolName: name, toolDescription: `${name} something` })),
      });
      let history: AgentInputItem[] = [];
      for (const text of texts) {
        const result = await runner.run(agent, [...history, { role: 'user', content: text }]);
        history = result.history;
      }
    });
    const nested = requests.filter(({ call }) => call?.kind === 'step' && call.firstMessage !== undefined);
    expect(nested.length).toBe(8);
    const runs = new Map(requests.map((request) => [request.runId, request]));
    for (const { call, thread, reasons } of nested) {
      expect(runs.get(call?.parentRunId ?? null)).toMatchObject({ thread, call: { kind: 'turn' } });
      expect(reasons.map(({ code }) => code)).toEqual(['sub_agent']);
    }
  });

  it('LangGraph', async () => {
    await drive('langgraph', async (user, texts) => {
      const llm = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'sk-test', configuration: { baseURL: baseURL() }, modelKwargs: { user } });
      const tools = ['look_up', 'measure'].map((name) =>
        langTool(({ query }: { query: string }) => `${name}: ${query} is 14`, {
          name,
          description: `${name} something`,
          schema: z.object({ query: z.string() }),
        }),
      );
      const agent = createAgent({ model: llm, tools, systemPrompt: 'You are a travel guide.' });
      let messages: unknown[] = [];
      for (const text of texts) {
        const result = await agent.invoke({ messages: [...messages, { role: 'user', content: text }] as never });
        ({ messages } = result);
      }
    });
  });

  it('the Vercel AI SDK', async () => {
    await drive('ai-sdk', async (user, texts) => {
      const openai = createOpenAI({ baseURL: baseURL(), apiKey: 'sk-test' });
      const inputSchema = z.object({ query: z.string() });
      const execute = ({ query }: { query: string }): string => `${query} is 14`;
      const messages: ModelMessage[] = [];
      for (const text of texts) {
        messages.push({ role: 'user', content: text });
        const { responseMessages } = await generateText({
          model: openai.chat('gpt-4o'),
          instructions: 'You are a travel guide.',
          messages,
          tools: {
            look_up: aiTool({ description: 'look up', inputSchema, execute }),
            measure: aiTool({ description: 'measure', inputSchema, execute }),
          },
          stopWhen: isStepCount(5),
          providerOptions: { openai: { user } },
        });
        messages.push(...responseMessages);
      }
    });
  });
});
