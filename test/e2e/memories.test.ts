// Conversations whose client forgets: real memory classes cut the history, and Clew must keep the thread whole and name the
// turn at which the cutting began.
import { BufferWindowMemory, ConversationSummaryBufferMemory, ConversationTokenBufferMemory } from '@langchain/classic/memory';
import { AIMessage, HumanMessage, trimMessages, type BaseMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import * as llamaIndex from 'llamaindex';
import { createMemory, type ChatMessage, type LLM } from 'llamaindex';
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

/** A memory as its framework keeps it: what it sends of the past, and what it is told after an answer. */
interface Memory {
  sent(question: string): Promise<readonly Message[]>;
  heard(question: string, answer: string): Promise<void>;
}

/** Counts words as tokens, and summarises in a fixed sentence. */
class Counter extends FakeListChatModel {
  override getNumTokens(content: unknown): Promise<number> {
    return Promise.resolve(JSON.stringify(content).split(/\s+/).length);
  }
}
const counter = (): Counter => new Counter({ responses: ['Summary of the conversation so far: beginnings were talked about.'] });

const ROLES: Readonly<Record<string, 'user' | 'assistant' | 'system'>> = { human: 'user', ai: 'assistant', system: 'system' };
const plainly = (past: { getType(): string; text: string }): Message => ({
  role: ROLES[past.getType()] ?? 'assistant',
  content: past.text,
});

type LangChainMemory = Pick<BufferWindowMemory, 'loadMemoryVariables' | 'saveContext'>;

function langChain(memory: LangChainMemory): Memory {
  return {
    async sent(question) {
      const { history } = (await memory.loadMemoryVariables({})) as { history: { getType(): string; text: string }[] };
      return [...history.map(plainly), { role: 'user', content: question }];
    },
    heard: (question, answer) => memory.saveContext({ input: question }, { output: answer }),
  };
}

/** Keeps everything and trims what it sends, as graphs do before they call the model. */
function trimmed(maxTokens: number): Memory {
  const past: BaseMessage[] = [];
  return {
    async sent(question) {
      past.push(new HumanMessage(question));
      const kept = await trimMessages(past, { maxTokens, strategy: 'last', startOn: 'human', tokenCounter: (all) => all.length });
      return kept.map(plainly);
    },
    heard(_question, answer) {
      past.push(new AIMessage(answer));
      return Promise.resolve();
    },
  };
}

function llamaIndexMemory(tokenLimit: number): Memory {
  const memory = createMemory({ tokenLimit, shortTermTokenLimitRatio: 1 });
  return {
    async sent(question) {
      await memory.add({ role: 'user', content: question });
      return (await memory.getLLM()).map(plainMessage);
    },
    async heard(_question, answer) {
      await memory.add({ role: 'assistant', content: answer });
    },
  };
}

interface SummaryMemory {
  put(message: ChatMessage): void;
  getMessages(): Promise<ChatMessage[]>;
}
/** Superseded by Memory, which summarises nothing, and so still what applications use that want summaries. */
const { ChatSummaryMemoryBuffer } = llamaIndex as unknown as {
  readonly ChatSummaryMemoryBuffer: new (options: { readonly llm: LLM }) => SummaryMemory;
};

/** Has its conversation summarised by the same model, through the same gateway, and then sends nothing but the summary of it. */
function llamaIndexSummary(user: string): Memory {
  const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
  const llm = {
    metadata: {
      model: 'gpt-4o-mini',
      temperature: 0,
      topP: 1,
      maxTokens: 20,
      contextWindow: 150,
      tokenizer: undefined,
      structuredOutput: false,
    },
    async chat({ messages }: { messages: ChatMessage[] }) {
      const { choices } = await client.chat.completions.create({
        model: 'gpt-4o-mini',
        safety_identifier: user,
        messages: messages.map(plainMessage),
      });
      return { message: { role: 'assistant', content: choices[0]?.message.content ?? '' }, raw: null };
    },
  } as unknown as LLM;
  const memory = new ChatSummaryMemoryBuffer({ llm });
  return {
    async sent(question) {
      memory.put({ role: 'user', content: question });
      return (await memory.getMessages()).map(plainMessage);
    },
    heard(_question, answer) {
      memory.put({ role: 'assistant', content: answer });
      return Promise.resolve();
    },
  };
}

const plainMessage = ({ role, content }: ChatMessage): Message => ({
  role: role === 'assistant' || role === 'system' ? role : 'user',
  content: typeof content === 'string' ? content : '',
});

const SUBJECTS = ['sourdough', 'telescopes', 'beehives', 'kayaks'];
const questions = (subject: string): readonly string[] => [
  `What do I need to begin with ${subject}?`,
  'How much does that cost?',
  'Can I do it with children?',
  'What goes wrong most often?',
  'How do I notice it in time?',
  'Who could help me then?',
  'What did I ask you first?',
  'And what would you buy second-hand?',
];

/** Sends a conversation; answers the turns (from 0) whose request no longer carried the first message. */
async function talk(user: string, asked: readonly string[], memory: Memory): Promise<readonly number[]> {
  const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
  const cut: number[] = [];
  for (const [turn, question] of asked.entries()) {
    const messages = await memory.sent(question);
    if (messages[0]?.content !== asked[0]) cut.push(turn);
    const { choices } = await client.chat.completions.create({ model: 'gpt-4o-mini', safety_identifier: user, messages: [...messages] });
    await memory.heard(question, choices[0]?.message.content ?? '');
  }
  return cut;
}

async function conversation(subject: string, turns: number): Promise<readonly RequestView[]> {
  return until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads?limit=200');
    const thread = items.find(({ title }) => title.includes(subject));
    if (thread === undefined || thread.turns < turns) return undefined;
    return (await stack.control.get<ThreadDetail>(`/v1/threads/${thread.id}`)).requests.filter(({ call }) => call?.kind !== 'auxiliary');
  }, `${turns} turns about ${subject} in one thread`);
}

describe.each([
  ['LangChain BufferWindowMemory', 'window', 'truncated', () => langChain(new BufferWindowMemory({ k: 2, returnMessages: true }))],
  [
    'LangChain ConversationTokenBufferMemory',
    'tokens',
    'truncated',
    () => langChain(new ConversationTokenBufferMemory({ llm: counter(), maxTokenLimit: 110, returnMessages: true })),
  ],
  [
    'LangChain ConversationSummaryBufferMemory',
    'summaries',
    'compacted',
    () => langChain(new ConversationSummaryBufferMemory({ llm: counter(), maxTokenLimit: 110, returnMessages: true })),
  ],
  ['LangChain trimMessages', 'trimmed', 'truncated', () => trimmed(6)],
  ['LlamaIndex Memory', 'llamaindex', 'truncated', () => llamaIndexMemory(160)],
  ['LlamaIndex ChatSummaryMemoryBuffer', 'summarised', 'compacted', llamaIndexSummary],
] as const)('%s', (_title, name, kind, make) => {
  it('stays one thread, and shows exactly from which turn on the client forgot', async () => {
    const subjects = SUBJECTS.map((subject) => `${subject} (${name})`);
    const cuts = await Promise.all(subjects.map((subject) => talk(`${name}-${subject}`, questions(subject), make(`${name}-${subject}`))));
    for (const [index, subject] of subjects.entries()) {
      const requests = await conversation(subject, questions(subject).length);
      expect(requests.flatMap(({ truncation }, turn) => (truncation === null ? [] : [turn]))).toEqual(cuts[index]);
      expect(cuts[index]!.length).toBeGreaterThan(0);
      const first = requests[cuts[index]![0]!]!;
      expect(first.truncation?.kind).toBe(kind);
      // Each turn is a question and its answer; a summary of everything leaves the newest question alone.
      if (name === 'summarised') expect(first.truncation!.dropped).toBe(2 * cuts[index]![0]!);
      expect(first.truncation!.dropped).toBeGreaterThan(0);
      expect(first.method).toBe('history');
    }
  });
});
