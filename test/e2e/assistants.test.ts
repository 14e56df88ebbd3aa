// An assistant application as people build them: beside each turn it embeds the question, asks again when the provider
// fails, lets two models answer at once, runs tools side by side, and asks for titles, suggestions and summaries.
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

type Message = OpenAI.ChatCompletionMessageParam;

const TALKS: readonly (readonly string[])[] = [
  [
    'Which lichens grow on birch trees?',
    'Which of them are edible?',
    'How do I tell them apart? [[tool=look_up,measure]]',
    'Where would I find some near Bergen? [[slow=400]]',
  ],
  [
    'Draft a letter to my landlord about the heating.',
    'Shorter, please.',
    'Add that the boiler is from 1996. [[tool=look_up]]',
    'Thanks. And in Dutch? [[slow=400]]',
  ],
  [
    'What moves the tides in the Bay of Fundy?',
    'How high do they get there? [[tool=measure,look_up]]',
    'Is there a place with higher ones?',
    'Since when is that known? [[slow=400]]',
  ],
  [
    'Plan three days in Ghent with two children.',
    'They are four and nine years old.',
    'What if it rains? [[tool=look_up]]',
    'Make it two days then. [[slow=400]]',
  ],
  [
    'Explain the offside rule to my grandmother.',
    'She knows chess well.',
    'What changed in the last years?',
    'Give her one example of each. [[slow=400]]',
  ],
];
const TOOLS: OpenAI.ChatCompletionTool[] = ['look_up', 'measure'].map((name) => ({
  type: 'function',
  function: {
    name,
    description: `${name} something`,
    parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
  },
}));
const plain = (text: string): string => text.replace(/ ?\[\[.*?\]\]/g, '');
const transcript = (messages: readonly Message[]): string =>
  messages.map(({ role, content }) => `${role.toUpperCase()}: ${typeof content === 'string' ? content : ''}`).join('\n');

/** The client library's own retries, with a provider that fails the first attempt. */
function clientFor(failing: { status: number | undefined }): OpenAI {
  return new OpenAI({
    baseURL: `${stack.gateway.url}/v1`,
    apiKey: 'sk-test',
    maxRetries: 2,
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      if (failing.status !== undefined) headers.set('x-script', `error=${failing.status}`);
      failing.status = undefined;
      return fetch(url, { ...init, headers });
    },
  });
}

interface Made {
  readonly turns: string[];
  readonly threadTitle: string;
}

async function talk(index: number, texts: readonly string[]): Promise<Made> {
  const user = `assistant-user-${index}`;
  const failing: { status: number | undefined } = { status: undefined };
  const client = clientFor(failing);
  const messages: Message[] = [{ role: 'system', content: 'You are a helpful assistant.' }];
  const beside = (content: string): Promise<unknown> =>
    client.chat.completions.create({ model: 'gpt-4o-mini', safety_identifier: user, messages: [{ role: 'user', content }] });
  for (const [turn, text] of texts.entries()) {
    await client.embeddings.create({ model: 'text-embedding-3-small', user, input: plain(text) });
    messages.push({ role: 'user', content: text });
    for (;;) {
      const isFirstCall = messages.at(-1)?.role === 'user';
      if (isFirstCall && turn % 3 === 1) failing.status = index % 2 === 0 ? 429 : 500;
      const ask = (model: string) =>
        client.chat.completions.create({ model, safety_identifier: user, messages: [...messages], tools: TOOLS });
      // In the last turn a second model answers beside the first, for comparison. Not in the same millisecond: which of two
      // such requests came first only their ids tell.
      const beside = isFirstCall && turn === 3 ? [sleep(10).then(() => ask('gpt-4.1'))] : [];
      const [answer] = await Promise.all([ask('gpt-4o'), ...beside]);
      const { message } = answer.choices[0]!;
      messages.push(message);
      if (message.tool_calls === undefined) break;
      for (const call of message.tool_calls) messages.push({ role: 'tool', tool_call_id: call.id, content: 'It is 14.' });
    }
    const history = transcript(messages.slice(1));
    if (turn === 0) {
      await beside(
        `### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Chat History:\n<chat_history>\n${history}\n</chat_history>`,
      );
    }
    if (turn === 1) {
      await beside(
        `### Task:\nSuggest 3-5 relevant follow-up questions that the user might ask next.\n### Chat History:\n<chat_history>\n${history}\n</chat_history>`,
      );
    }
    if (turn === texts.length - 1) {
      await beside(
        `Distill the above chat messages into a single summary message. Include as many specific details as you can.\n${history}`,
      );
    }
  }
  return { turns: texts.map(plain), threadTitle: plain(texts[0]!) };
}

async function settled(calls: number): Promise<readonly ThreadDetail[]> {
  return until(
    async () => {
      const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads?limit=200');
      if (items.reduce((sum, thread) => sum + thread.calls, 0) < calls) return undefined;
      return Promise.all(items.map(({ id }) => stack.control.get<ThreadDetail>(`/v1/threads/${id}`)));
    },
    `${calls} requests`,
    60_000,
  );
}

describe('an assistant with all that runs beside its turns', () => {
  let made: readonly Made[];
  let threads: readonly ThreadDetail[];
  const all = (): readonly RequestView[] => threads.flatMap(({ requests }) => requests);

  it('shows each turn of the user once, in the thread of its conversation', async () => {
    made = await Promise.all(TALKS.map((texts, index) => talk(index, texts)));
    threads = await settled(stack.gateway.provider!.requests);
    let found = 0;
    for (const { turns, threadTitle } of made) {
      const thread = threads.find(({ title }) => plain(title).trim() === threadTitle);
      const shown = thread?.requests.filter(({ call }) => call?.kind === 'turn').map(({ prompt }) => plain(prompt ?? '').trim()) ?? [];
      found += turns.filter((text) => shown.filter((one) => one === text).length === 1).length;
    }
    const wanted = made.flatMap(({ turns }) => turns).length;
    const stated = all().filter(({ call }) => call?.kind === 'turn').length;
    process.stderr.write(
      `assistants: ${found} of ${wanted} turns found, ${stated} stated, ${all().length} calls in ${threads.length} threads\n`,
    );
    expect(found / wanted).toBeGreaterThanOrEqual(0.98);
    expect(found / stated).toBeGreaterThanOrEqual(0.98);
  });

  it('makes attempts and parallel answers steps of their turn, and shows that the first attempt failed', () => {
    const retries = all().filter(({ reasons }) => reasons.some(({ code }) => code === 'retry'));
    expect(retries.length).toBe(TALKS.length);
    const byId = new Map(all().map((request) => [request.id, request]));
    for (const retry of retries) {
      expect(retry).toMatchObject({ method: 'history', call: { kind: 'step', attempt: 2 }, status: { outcome: 'ok' } });
      expect(byId.get(retry.parent ?? '')).toMatchObject({ thread: retry.thread, call: { kind: 'turn' }, status: { outcome: 'error' } });
    }
    const parallel = all().filter(({ reasons }) => reasons.some(({ code }) => code === 'parallel'));
    expect(parallel.length).toBe(TALKS.length);
  });

  it('keeps calls beside out of turns and positions, but not out of cost', () => {
    const auxiliary = all().filter(({ call }) => call?.kind === 'auxiliary');
    const kinds = Map.groupBy(auxiliary, ({ call }) => call?.auxiliary);
    expect([...kinds].map(([kind, { length }]) => [kind, length]).toSorted()).toEqual([
      ['embedding', TALKS.flat().length],
      ['suggestions', TALKS.length],
      ['summary', TALKS.length],
      ['title', TALKS.length],
    ]);
    for (const { threadTitle, turns } of made) {
      const thread = threads.find(({ title }) => plain(title).trim() === threadTitle)!;
      expect(thread.turns).toBe(turns.length);
      expect(thread.calls).toBe(thread.requests.length);
      const tokens = thread.requests.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
      expect(thread.inputTokens).toBe(tokens);
      expect(thread.requests.filter(({ call }) => call?.kind === 'auxiliary').length).toBeGreaterThanOrEqual(turns.length + 2);
      const positions = thread.requests.filter(({ call }) => call?.kind === 'turn').map(({ position }) => position);
      expect(positions).toEqual(['first', ...turns.slice(1).map(() => 'continuation')]);
    }
    // Nothing that ran beside a conversation is left without one.
    expect(threads.filter(({ turns }) => turns === 0)).toEqual([]);
  });

  it('makes a tree: every call leads to a turn of its own thread', () => {
    const byId = new Map(all().map((request) => [request.id, request]));
    for (const request of all()) {
      let at: RequestView | undefined = request;
      for (let depth = 0; at !== undefined && at.call?.kind !== 'turn'; depth++) {
        expect(depth).toBeLessThan(20);
        expect(at.parent).not.toBeNull();
        at = byId.get(at.parent ?? '');
        expect(at?.thread).toBe(request.thread);
      }
      expect(at?.call?.kind).toBe('turn');
      if (request.call?.kind === 'turn') expect(request.parent).toBeNull();
    }
    // Tools that ran side by side are answered by one step.
    const steps = all().filter(({ call }) => (call?.toolResults?.length ?? 0) > 1);
    expect(steps.length).toBeGreaterThanOrEqual(2);
  });
});
