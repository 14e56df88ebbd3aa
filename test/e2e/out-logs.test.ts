// Logs of gateway and control plane, mixed as a log store holds them, and one conversation taken out of them: as docs/LOGS.md says.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { seeded } from '../../control-plane/src/kernel/index.ts';
import { startStack, until, type Stack } from '../support/stack.ts';

type Line = Readonly<Record<string, unknown>>;

let stack: Stack;
const gatewayLines: Line[] = [];
beforeAll(async () => {
  stack = await startStack({ gateway: { accessLog: (line) => gatewayLines.push(line) } });
});
afterAll(() => stack.close());

function chat(user: string, session?: string): (text: string) => Promise<void> {
  const client = new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
  const headers = session === undefined ? {} : { 'x-session-id': session };
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  return async (text) => {
    messages.push({ role: 'user', content: text });
    const { choices } = await client.chat.completions.create(
      { model: 'gpt-4o', safety_identifier: user, messages: [...messages] },
      { headers },
    );
    messages.push({ role: 'assistant', content: choices[0]?.message.content ?? '' });
  };
}

const runOf = (line: Line): unknown => line['runId'] ?? (line['clew'] as Line | undefined)?.['run_id'];

/** Where a request stands now, by the control plane's lines in the order of their times; then all lines of the runs that stand there. */
function conversation(lines: readonly Line[], threadId: string): readonly Line[] {
  const placed = lines
    .filter(({ event }) => event === 'request_stored' || event === 'request_moved')
    .toSorted((a, b) => String(a['time']).localeCompare(String(b['time'])));
  const threads = new Map(placed.map((line) => [runOf(line), line['threadId']]));
  return lines.filter((line) => runOf(line) !== undefined && threads.get(runOf(line)) === threadId);
}

const controlLines = (): Line[] =>
  stack.control
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

/** One store for all, in no order. */
function mixed(): readonly Line[] {
  const chance = seeded(11);
  return [...controlLines(), ...gatewayLines]
    .map((line) => ({ line, at: chance() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

async function threadsWith(requests: number): Promise<readonly ThreadDetail[]> {
  return until(async () => {
    const { items } = await stack.control.get<Page<ThreadSummary>>('/v1/threads');
    if (items.reduce((sum, { calls }) => sum + calls, 0) < requests) return undefined;
    return Promise.all(items.map(({ id }) => stack.control.get<ThreadDetail>(`/v1/threads/${id}`)));
  }, `${requests} requests`);
}

describe('mixed logs', () => {
  it("give up one conversation: the gateway's lines and ours, also where it was inferred, and after a request was moved", async () => {
    const [first, second, other] = [chat('ada'), chat('ada'), chat('bob', 'chat-7')];
    await first('How do I bake rye bread at home?');
    await threadsWith(1);
    // Guessed to go on with the first, until the next request brings its history along: it is moved then.
    await second('And how long does the rye bread have to bake in the oven?');
    await threadsWith(2);
    await other('Which tyres does a road bike need in winter?');
    await second('At what heat?');
    await other('And how much pressure?');
    const threads = await threadsWith(5);
    expect(threads).toHaveLength(3);
    expect(threads.some(({ requests }) => requests.some(({ moves }) => moves.length > 0))).toBe(true);
    await until(() => Promise.resolve(controlLines().some(({ event }) => event === 'request_moved') || undefined), 'the line of the move');
    await stack.gateway.settle();

    const lines = mixed();
    for (const thread of threads) {
      const found = conversation(lines, thread.id);
      const runs = thread.requests.map(({ runId }) => runId);
      expect(new Set(found.map(runOf))).toEqual(new Set(runs));
      // Each request has the gateway's own line, with what only a gateway knows.
      const ofGateway = found.filter((line) => 'latencies' in line);
      expect(ofGateway).toHaveLength(thread.requests.length);
      for (const line of ofGateway)
        expect(line).toMatchObject({ response: { status: 200 }, clew: { trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string } });
    }
    // By the id that the client declared, without asking for the thread.
    const declared = lines.filter((line) => line['event'] === 'request_stored' && line['declaredSession'] === 'chat-7');
    expect(declared).toHaveLength(2);
    expect(new Set(declared.map((line) => line['threadId'])).size).toBe(1);
    // Traces join too.
    for (const line of lines.filter(({ event }) => event === 'request_stored')) {
      const gatewayLine = gatewayLines.find((one) => runOf(one) === line['runId']);
      expect((gatewayLine?.['clew'] as Line)['trace_id']).toBe(line['traceId']);
    }
  });

  it('hold no words of anybody', () => {
    expect(JSON.stringify(controlLines())).not.toMatch(/rye|bread|tyre|oven/);
  });
});
