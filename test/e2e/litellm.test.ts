// A real LiteLLM proxy, configured by the file that people paste, between a client and the scripted provider.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED, startWorld, UNWELL, type World } from './litellm-world.ts';

const HOLD_SECONDS = 8;
const MODEL = 'assistant';

let world: World;
beforeAll(async () => {
  world = await startWorld(HOLD_SECONDS);
}, 600_000);
afterAll(() => world.close());

const say = (content: string) => ({ role: 'user', content });

describe('calls through LiteLLM', () => {
  it('become requests of threads, linked by the history that the client sends', async () => {
    const first = await world.ask({ model: MODEL, user: 'ann', messages: [say('How do I prune an old apple tree?')] });
    expect(first.status).toBe(200);
    const one = await world.stored(first.callId);
    const { choices } = JSON.parse(first.text) as { choices: { message: { content: string } }[] };
    const answered = { role: 'assistant', content: choices[0]!.message.content };
    const second = await world.ask({
      model: MODEL,
      user: 'ann',
      messages: [say('How do I prune an old apple tree?'), answered, say('And in which month?')],
    });
    const two = await world.stored(second.callId);
    expect(one).toMatchObject({
      prompt: 'How do I prune an old apple tree?',
      position: 'first',
      dialect: 'openai.chat',
      gateway: { kind: 'litellm', route: '/v1/chat/completions' },
      status: { outcome: 'ok', http: 200 },
    });
    expect(one.answer).toBe(answered.content);
    expect(one.user).toMatch(/^p_[\w-]{22}$/);
    expect(one.usage?.inputTokens).toBeGreaterThan(0);
    expect(two).toMatchObject({ thread: one.thread, user: one.user, method: 'history', predecessor: one.id, position: 'continuation' });
  });

  it('name the executed model only where evidence survives LiteLLM', async () => {
    const plain = await world.stored((await world.ask({ model: MODEL, messages: [say('What is a heath?')] })).callId);
    expect(plain.model).toMatchObject({ requested: MODEL, evidence: 'unknown' });
    expect(plain.model).not.toHaveProperty('executed');
    const named = await world.stored((await world.ask({ model: MODEL, messages: [say(`What is a moor? ${NAMED}`)] })).callId);
    expect(named.model).toMatchObject({ requested: MODEL, executed: 'gpt-4o-mini-2024-07-18', evidence: 'response_header' });
  });

  it('are linked by the session that the client declares, in a header, the metadata or the body', async () => {
    const id = '7d9f2c1e-3b64-4a55-9c0d-2f6a1b3c4d5e';
    const ways = [
      { headers: { 'x-litellm-session-id': id }, body: {} },
      { headers: {}, body: { metadata: { session_id: 'kitchen-12' } } },
      { headers: {}, body: { litellm_session_id: id.replace('7d', '8e') } },
    ];
    for (const { headers, body } of ways) {
      const calls = [];
      for (const text of ['Which flour suits a rye loaf?', 'And which flour suits a white loaf?']) {
        calls.push(await world.ask({ model: MODEL, user: 'bob', messages: [say(text)], ...body }, { headers }));
      }
      const [one, two] = [await world.stored(calls[0]!.callId), await world.stored(calls[1]!.callId)];
      expect(two, JSON.stringify(body)).toMatchObject({ thread: one.thread, method: 'declared' });
    }
  });

  it('are not torn apart, nor tied together, by the random ids that LiteLLM gives to calls', async () => {
    const call = await world.ask({ model: MODEL, user: 'cora', messages: [say('How warm is the Baltic in June?')] });
    expect((await world.stored(call.callId)).declaredSession).toBeNull();
  });

  it('are kept when they stream, with times', async () => {
    const call = await world.ask({ model: MODEL, stream: true, messages: [say('Explain how cheese is made')] });
    expect(call.text).toContain('data: ');
    const view = await world.stored(call.callId);
    expect(view).toMatchObject({ prompt: 'Explain how cheese is made', status: { outcome: 'ok', finishReason: 'stop' } });
    expect(view.answer).toMatch(/cheese/);
    expect(view.stages?.firstByteMs).toBeGreaterThan(0);
  });

  it('continue their turn after a tool call', async () => {
    const tools = [
      { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } },
    ];
    const question = say('What is the weather in Gdynia? [[tool=get_weather]]');
    const first = await world.ask({ model: MODEL, user: 'dan', messages: [question], tools });
    const { choices } = JSON.parse(first.text) as { choices: { message: { tool_calls: { id: string }[] } }[] };
    const { message } = choices[0]!;
    const second = await world.ask({
      model: MODEL,
      user: 'dan',
      messages: [question, message, { role: 'tool', tool_call_id: message.tool_calls[0]!.id, content: 'Rain, 9 degrees' }],
      tools,
    });
    const [one, two] = [await world.stored(first.callId), await world.stored(second.callId)];
    expect(one).toMatchObject({ status: { finishReason: 'tool_calls' }, call: { kind: 'turn' } });
    expect(two).toMatchObject({ thread: one.thread, call: { kind: 'step', toolResults: one.call?.toolCalls } });
    const run = await world.control.get<{ record: { composition: { tools: { name: string }[] } } }>(`/v1/runs/${one.runId}`);
    expect(run.record.composition.tools.map(({ name }) => name)).toEqual(['get_weather']);
  });

  it('of the responses and messages APIs are read as well', async () => {
    const responses = await world.ask({ model: MODEL, instructions: 'Be brief', input: 'What is a fjord?' }, { path: '/v1/responses' });
    expect(await world.stored(responses.callId)).toMatchObject({ dialect: 'openai.responses', prompt: 'What is a fjord?' });
    const messages = await world.ask(
      { model: MODEL, max_tokens: 60, system: 'Be brief', messages: [say('What is a lagoon?')] },
      { path: '/v1/messages' },
    );
    const view = await world.stored(messages.callId);
    expect(view).toMatchObject({ dialect: 'anthropic.messages', prompt: 'What is a lagoon?', model: { requested: MODEL } });
    expect(view.answer).toMatch(/details/);
  });
});

describe('failures through LiteLLM', () => {
  it('are one request with all attempts', async () => {
    const call = await world.ask({ model: MODEL, messages: [say(`Nothing works today ${UNWELL.all}`)] });
    expect(call.status).toBeGreaterThanOrEqual(500);
    const view = await world.stored(call.callId, 60_000);
    expect(view).toMatchObject({
      model: { requested: MODEL, evidence: 'unknown' },
      status: { outcome: 'error', http: 500 },
      error: { type: 'InternalServerError', code: 'boom' },
    });
    expect(await world.allStored(call.callId)).toHaveLength(1);
  });

  it('that a fallback answers are one request: the model asked for, the one that ran, and why', async () => {
    const call = await world.ask({ model: MODEL, messages: [say(`Which knots hold best? ${UNWELL.primary}`)] });
    expect(call.status).toBe(200);
    const view = await world.stored(call.callId, 60_000);
    expect(view).toMatchObject({
      model: { requested: MODEL, executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
      status: { outcome: 'ok' },
      error: null,
    });
    const run = await world.control.get<{ record: { composition: { attempts: { model: string; status: number; reason?: string }[] } } }>(
      `/v1/runs/${view.runId}`,
    );
    const { attempts } = run.record.composition;
    expect(attempts[0]).toEqual({ model: 'openai/gpt-4o-mini', status: 500, reason: 'InternalServerError (boom)' });
    expect(attempts.at(-1)).toEqual({ model: 'openai/gpt-4o', status: 200 });
    expect(await world.allStored(call.callId)).toHaveLength(1);
  });

  it('that a fallback answers in a stream name the model asked for too', async () => {
    const call = await world.ask({ model: MODEL, stream: true, messages: [say(`Which sails are square? ${UNWELL.primary}`)] });
    const view = await world.stored(call.callId, 60_000);
    expect(view).toMatchObject({ model: { requested: MODEL }, status: { outcome: 'ok' } });
    expect(await world.allStored(call.callId)).toHaveLength(1);
  });
});

describe('the guardrail', () => {
  it('redacts what the provider sees, also in arguments of tool calls, and says so', async () => {
    const address = 'magda.kowalska@example.org';
    const card = '4111 1111 1111 1111';
    const called = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ card }) } }],
    };
    const call = await world.ask({
      model: MODEL,
      messages: [
        say(`Write to ${address} please`),
        called,
        { role: 'tool', tool_call_id: 'call_1', content: 'paid' },
        say('Thanks, is it done?'),
      ],
    });
    expect(call.status).toBe(200);
    const seen = world.sent.join('\n');
    expect(seen).not.toContain(address);
    expect(seen).not.toContain('4111');
    expect(world.sent.at(-1)).toContain('[EMAIL_ADDRESS]');
    expect(world.sent.at(-1)).toContain('[CREDIT_CARD]');
    expect((await world.stored(call.callId)).guardrails).toMatchObject([{ name: 'clew-redaction', verdict: 'mask', stage: 'request' }]);
  });

  it('passes what holds nothing, unchanged', async () => {
    const call = await world.ask({ model: MODEL, messages: [say('How deep is Lake Ladoga?')] });
    expect(world.sent.at(-1)).toContain('How deep is Lake Ladoga?');
    expect((await world.stored(call.callId)).guardrails).toMatchObject([{ name: 'clew-redaction', verdict: 'pass' }]);
  });

  it('lets calls through when the control plane is gone, as the configuration says', async () => {
    await world.control.stop();
    const call = await world.ask({ model: MODEL, messages: [say('Are you still there?')] });
    expect(call.status).toBe(200);
  });
});
