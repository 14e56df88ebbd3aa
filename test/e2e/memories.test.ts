// Conversations whose client forgets: real memory classes cut the history, and Clew must keep the thread whole and name the
// turn at which the cutting began.
import { BufferWindowMemory } from '@langchain/classic/memory';
import { createMemory, type ChatMessage } from 'llamaindex';
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

function bufferWindow(k: number): Memory {
  const memory = new BufferWindowMemory({ k, returnMessages: true });
  return {
    async sent(question) {
      const { history } = (await memory.loadMemoryVariables({})) as { history: { getType(): string; text: string }[] };
      return [
        ...history.map((past): Message => ({ role: past.getType() === 'human' ? 'user' : 'assistant', content: past.text })),
        { role: 'user', content: question },
      ];
    },
    heard: (question, answer) => memory.saveContext({ input: question }, { output: answer }),
  };
}

function llamaIndexMemory(tokenLimit: number): Memory {
  const memory = createMemory({ tokenLimit, shortTermTokenLimitRatio: 1 });
  const plain = ({ role, content }: ChatMessage): Message => ({
    role: role === 'assistant' ? 'assistant' : 'user',
    content: typeof content === 'string' ? content : '',
  });
  return {
    async sent(question) {
      await memory.add({ role: 'user', content: question });
      return (await memory.getLLM()).map(plain);
    },
    async heard(_question, answer) {
      await memory.add({ role: 'assistant', content: answer });
    },
  };
}

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
    return (await stack.control.get<ThreadDetail>(`/v1/threads/${thread.id}`)).requests;
  }, `${turns} turns about ${subject} in one thread`);
}

describe.each([
  ['LangChain BufferWindowMemory', 'window', () => bufferWindow(2)],
  ['LlamaIndex Memory', 'llamaindex', () => llamaIndexMemory(160)],
] as const)('%s', (_title, name, make) => {
  it('stays one thread, and shows exactly from which turn on the client forgot', async () => {
    const subjects = SUBJECTS.map((subject) => `${subject} (${name})`);
    const cuts = await Promise.all(subjects.map((subject) => talk(`${name}-${subject}`, questions(subject), make())));
    for (const [index, subject] of subjects.entries()) {
      const requests = await conversation(subject, questions(subject).length);
      expect(requests.flatMap(({ truncation }, turn) => (truncation === null ? [] : [turn]))).toEqual(cuts[index]);
      expect(cuts[index]!.length).toBeGreaterThan(0);
      const first = requests[cuts[index]![0]!]!;
      expect(first.truncation?.kind).toBe('truncated');
      expect(first.truncation!.dropped).toBeGreaterThan(0);
      expect(first.method).toBe('history');
    }
  });
});
