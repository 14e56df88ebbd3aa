// Eight ways in which others lost, merged or leaked conversations, each as users told it, from the call that a client makes
// to what the API shows.
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAIN_DESTINATION, SCHEMA_URLS, semanticSpan } from '../../control-plane/src/export/index.ts';
import type { RequestView } from '../../control-plane/src/threads/index.ts';
import { chatCall, messagesCall, RecordedWorld, type ProviderCall } from '../support/recorded.ts';

let world: RecordedWorld;
beforeEach(async () => {
  world = await RecordedWorld.open();
});
afterEach(() => world.close());

const user = (content: string): object => ({ role: 'user', content });
const assistant = (content: string): object => ({ role: 'assistant', content });
const threadsOf = (requests: readonly RequestView[]): number => new Set(requests.map(({ thread }) => thread)).size;
const scope = { tenant: 'default', environment: 'default' };
const place = { scope, resource: resourceFromAttributes({}), schemaUrl: SCHEMA_URLS['1.41'] };
const spanOf = (request: RequestView) => semanticSpan(place, { request }, { ...PLAIN_DESTINATION, name: 'test' });

/** A stateless chat: each call carries all that was said before. */
function chat(
  texts: readonly string[],
  from: number,
  call: (at: number, messages: readonly object[], answer: string) => ProviderCall,
): ProviderCall[] {
  const messages: object[] = [];
  return texts.map((text, turn) => {
    messages.push(user(text));
    const sent = [...messages];
    messages.push(assistant(`Answer ${turn} to: ${text}`));
    return call(from + turn * 60, sent, `Answer ${turn} to: ${text}`);
  });
}

const TRIP = ['Plan a week in Norway.', 'By train, please.', 'What does it cost?'];
const BREAD = ['How do I bake rye bread?', 'Without a starter?', 'And how long?'];

describe('what others got wrong', () => {
  it('1 (BerriAI/litellm#40851): the session that the client declared is kept as sent beside the thread, however many ids each call has of its own', async () => {
    const requests = await world.send(
      ...TRIP.map((text, i) =>
        chatCall(i * 60, [user(text)], `Answer ${i}`, {
          headers: { 'x-session-id': 'holiday-2026/b', 'x-litellm-call-id': `call-${i}`, 'x-request-id': `request-${i}` },
        }),
      ),
    );
    expect(requests.map(({ declaredSession }) => declaredSession?.id)).toEqual(Array(3).fill('holiday-2026/b'));
    expect(threadsOf(requests)).toBe(1);
    expect(requests[0]!.thread).not.toContain('holiday');
    expect(new Set(requests.map(({ id }) => id)).size).toBe(3);
    const { items } = await world.get<{ items: readonly { id: string }[] }>('/v1/search?q=holiday-2026%2Fb');
    expect(items.map(({ id }) => id).toSorted()).toEqual(requests.map(({ id }) => id).toSorted());
    const byId = await world.get<{ declaredSession: object }>(`/v1/threads/${requests[0]!.thread}`);
    expect(byId.declaredSession).toMatchObject({ id: 'holiday-2026/b', source: 'header:x-session-id', threads: [{ turns: 3 }] });
  });

  it('2 (BerriAI/litellm#40177): one session is not one trace: each turn keeps the trace that its caller began', async () => {
    const traces = TRIP.map((_, i) => String(i + 1).repeat(32));
    const requests = await world.send(
      ...TRIP.map((text, i) =>
        chatCall(i * 60, [user(text)], `Answer ${i}`, {
          headers: { 'x-session-id': 'one', traceparent: `00-${traces[i]}-${'a'.repeat(16)}-01` },
        }),
      ),
    );
    expect(threadsOf(requests)).toBe(1);
    expect(requests.map(({ trace }) => trace?.traceId)).toEqual(traces);
    expect(requests.map((request) => spanOf(request).spanContext().traceId)).toEqual(traces);
    expect(new Set(requests.map((request) => spanOf(request).attributes['clew.thread.id'])).size).toBe(1);
  });

  it('3 (open-telemetry/semantic-conventions-genai#145, #219): a conversation nobody declared gets no conversation id: the thread stands under a name of its own, with how sure it is', async () => {
    const [first, second] = await world.send(...chat(TRIP.slice(0, 2), 0, chatCall));
    // Not a hash of the first message either: the same words in another chat are another thread.
    const [other] = await world.send(chatCall(300, [user(TRIP[0]!)], 'Another answer.'));
    for (const request of [first!, second!, other!]) {
      const { attributes } = spanOf(request);
      expect(attributes).not.toHaveProperty('gen_ai.conversation.id');
      expect(attributes['clew.thread.id']).toBe(request.thread);
      expect(attributes['clew.thread.confidence']).toBe(request.confidence);
      expect(attributes['clew.thread.method']).toBe(request.method);
    }
    expect(second!.thread).toBe(first!.thread);
    expect(other!.thread).not.toBe(first!.thread);
    const [declared] = await world.send(chatCall(900, [user('Hello there')], 'Hi', { headers: { 'x-conversation-id': 'c-1' } }));
    expect(spanOf(declared!).attributes['gen_ai.conversation.id']).toBe('c-1');
  });

  it('4 (ranxianglei/billion-context#61): chats that begin with the same long reminder of an editor share nothing', async () => {
    const reminder = `<system-reminder>\nAs you answer, keep in mind the rules of this project: ${'use tabs, never force push. '.repeat(20)}\n</system-reminder>`;
    const said = (text: string): object => ({
      role: 'user',
      content: [
        { type: 'text', text: reminder },
        { type: 'text', text },
      ],
    });
    const of = (texts: readonly string[], at: number): ProviderCall[] => {
      const messages: object[] = [];
      return texts.map((text, turn) => {
        messages.push(said(text));
        const sent = [...messages];
        messages.push(assistant(`${turn}: ${text}`));
        return messagesCall(at + turn * 7, sent, `${turn}: ${text}`, { system: 'You are a coding agent.', user: 'dev-1' });
      });
    };
    const [one, two] = [of(['Rename the parser.', 'Now its tests.'], 0), of(['Why does the build fail?', 'Mend it.'], 3)];
    const requests = await world.send(one[0]!, two[0]!, one[1]!, two[1]!);
    expect(requests.map(({ thread }) => thread)).toEqual([0, 1, 0, 1].map((index) => requests[index]!.thread));
    expect(threadsOf(requests)).toBe(2);
    expect(requests.slice(2).map(({ method, confidence }) => [method, confidence])).toEqual(Array(2).fill(['history', 1]));
    expect(requests.every(({ prompt }) => !prompt?.includes('system-reminder'))).toBe(true);
  });

  it('5 (BYK/loreai#203): neither a change of model nor compaction splits a conversation, and compaction is told where it happens', async () => {
    const [first, second, third] = chat(TRIP, 0, chatCall);
    const turned = messagesCall(
      200,
      [...(third!.body['messages'] as object[]), assistant('Answer 2 to: What does it cost?'), user('And in winter?')],
      'Dearer.',
    );
    const summary =
      'This session is being continued from a previous conversation that ran out of context. A week in Norway by train was planned.';
    const compacted = messagesCall(400, [user(summary), assistant('Dearer.'), user('Book it then.')], 'Done.');
    const requests = await world.send(first!, second!, third!, turned, compacted);
    expect(threadsOf(requests)).toBe(1);
    expect(requests[3]).toMatchObject({ method: 'history', confidence: 1, truncation: null, dialect: 'anthropic.messages' });
    expect(requests[4]).toMatchObject({ method: 'history', truncation: { kind: 'compacted', dropped: 7 } });
    expect(requests.slice(0, 4).every(({ truncation }) => truncation === null)).toBe(true);
    const [thread] = await world.threads();
    expect(thread?.models).toEqual(['gpt-4o', 'claude-sonnet-4-5-20250929']);
    // A header that no one listed, by the shape of its name.
    const [vendor] = await world.send(chatCall(900, [user('Hello there')], 'Hi', { headers: { 'x-acme-session-id': 'v-1' } }));
    expect(vendor!.declaredSession).toEqual({ id: 'v-1', source: 'header:x-acme-session-id' });
  });

  it('6 (ding113/claude-code-hub#793): a session id is worth nothing in the hands of another user: it neither joins nor shows their conversation', async () => {
    const headers = { 'x-session-id': 'guessable' };
    const calls = ['ada', 'eve'].flatMap((name, i) =>
      chat(TRIP.slice(0, 2), i * 10, (at, messages, answer) => chatCall(at, messages, answer, { user: name, headers })),
    );
    const requests = await world.send(...calls);
    const [ada, , eve] = requests;
    expect(threadsOf(requests)).toBe(2);
    expect(eve!.user).not.toBe(ada!.user);
    expect(eve!.thread).not.toBe(ada!.thread);
    for (const thread of await world.threads()) {
      expect(new Set(thread.requests.map((request) => request.user)).size).toBe(1);
      expect(thread.declaredSession?.threads.map(({ id }) => id)).toEqual([thread.id]);
    }
  });

  it('7 (router-for-me/CLIProxyAPI#3089): ids that change with every request are seen to be no sessions, with a history and without', async () => {
    const of = (headers: (i: number) => Record<string, string>, calls: readonly ProviderCall[]): ProviderCall[] =>
      calls.map((call, i) => ({ ...call, headers: headers(i) }));
    const carried = await world.send(...of((i) => ({ 'x-session-id': `request-${i}` }), chat([...TRIP, ...BREAD], 0, chatCall)));
    expect(threadsOf(carried)).toBe(1);
    expect(carried.slice(1).map(({ method }) => method)).toEqual(Array(5).fill('history'));
    // They are kept for people to find, and not believed.
    expect(carried.map(({ declaredSession }) => declaredSession?.id)).toEqual(carried.map((_, i) => `request-${i}`));
    const lone = Array.from({ length: 8 }, (_, i) =>
      chatCall(90_000 + i * 20, [user(`How long does the rye bread bake in oven ${i}?`)], `The rye bread bakes in oven ${i}.`, {
        user: 'bob',
      }),
    );
    const requests = await world.send(...of((i) => ({ 'x-session-id': `lone-${i}` }), lone));
    expect(threadsOf(requests.slice(3))).toBeLessThanOrEqual(2);
    expect(requests.slice(3).every(({ method }) => method !== 'declared')).toBe(true);
    // Answers that are named go before ids that nobody saw twice, from the second request on.
    const named = await world.send(
      ...TRIP.map((text, i) => ({
        at: 60_000 + i * 30,
        path: '/v1/responses',
        headers: { 'x-session-id': `named-${i}` },
        body: { model: 'gpt-4o', safety_identifier: 'cy', input: text, ...(i > 0 && { previous_response_id: `resp_${i - 1}` }) },
        answer: {
          id: `resp_${i}`,
          object: 'response',
          status: 'completed',
          model: 'gpt-4o',
          output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: `Answer ${i}`, annotations: [] }] }],
        },
      })),
    );
    expect(threadsOf(named)).toBe(1);
    const stable = await world.send(
      ...of(
        () => ({ 'x-session-id': 'same' }),
        lone.map((call) => ({ ...call, at: call.at + 90_000 })),
      ),
    );
    expect(threadsOf(stable)).toBe(1);
  });

  it('8 (archestra-ai/archestra#653, #2013): nothing is written into prompts to follow a conversation, whose system prompt may change with every call', async () => {
    const calls = chat(TRIP, 0, chatCall).map((call, i) => ({
      ...call,
      body: { ...call.body, messages: [{ role: 'system', content: `It is ${i} o'clock.` }, ...(call.body['messages'] as object[])] },
    }));
    const requests = await world.send(...calls);
    expect(threadsOf(requests)).toBe(1);
    expect(requests.slice(1).map(({ method, confidence }) => [method, confidence])).toEqual(Array(2).fill(['history', 1]));
    for (const decision of world.decisions) {
      expect(decision).toBeDefined();
      expect(Object.keys(decision!).filter((name) => /body|message|prompt/i.test(name))).toEqual([]);
    }
  });
});
