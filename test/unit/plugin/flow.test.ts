import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../plugin/src/principal/index.ts';
import { chatOutcome, chatRequest, pluginBench } from '../../support/plugin-flow.ts';

const MAIL = 'canary.mail@example.org';
const CARD = '4111 1111 1111 1111';
const KEY = 'sk-proj-Qm7xT2pLw9Rz4Vb8Nc3Ky6Hd1Fs5Gj0AaBbCcDdEe';
const CANARIES = [MAIL, CARD, KEY];
const all = CANARIES.join(' and ');

describe('what leaves the gateway', () => {
  it('holds none of the values planted in every field', async () => {
    const bench = pluginBench();
    await bench.run(
      chatRequest(
        {
          model: `gpt ${MAIL}`,
          user: MAIL,
          stop: [MAIL, CARD],
          metadata: { session_id: `session of ${MAIL}`, user_id: KEY, note: all },
          tools: [{ type: 'function', function: { name: 'send', description: all, parameters: { type: 'object', description: all } } }],
          messages: [
            { role: 'system', content: `You serve ${all}` },
            { role: 'user', content: `Context: <document>${all}</document> I am ${all}` },
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: `call ${MAIL}`, type: 'function', function: { name: MAIL, arguments: all } }],
            },
            { role: 'tool', tool_call_id: `call ${MAIL}`, content: all },
            { role: 'user', content: `Please write to ${MAIL} about ${CARD} with ${KEY}` },
          ],
        },
        {
          'x-session-id': MAIL,
          'x-correlation-id': MAIL,
          'x-clew-variant': MAIL,
          authorization: `Bearer ${KEY}`,
          baggage: `clew.variant=${MAIL},x=${CARD}`,
        },
      ),
      chatOutcome(
        {
          route: { name: MAIL },
          service: { name: MAIL },
          consumer: { name: MAIL },
          credential: KEY,
          ai: { provider_name: MAIL, request_model: MAIL, response_model: CARD },
          response_headers: { 'content-type': 'application/json', 'openai-model': MAIL, 'x-request-id': MAIL },
        },
        {
          id: MAIL,
          model: MAIL,
          system_fingerprint: MAIL,
          choices: [
            {
              index: 0,
              message: {
                role: 'assistant',
                content: `Sent to ${all}`,
                tool_calls: [{ id: MAIL, type: 'function', function: { name: MAIL, arguments: all } }],
              },
              finish_reason: 'stop',
            },
          ],
        },
      ),
    );
    await bench.run(chatRequest(), chatOutcome({ status: 400, body: JSON.stringify({ error: { type: MAIL, code: CARD, message: all } }) }));
    const [sample] = bench.samples();
    expect(bench.shipped).toHaveLength(2);
    expect(sample?.prompt?.text).toMatch(/^Please write to /);
    expect(sample?.answer?.text).toMatch(/^Sent to /);
    const everything = bench.shipped.join('\n');
    for (const canary of CANARIES) {
      for (const form of [canary, canary.replaceAll(' ', ''), encodeURIComponent(canary), Buffer.from(canary).toString('base64')]) {
        expect(everything).not.toContain(form);
      }
    }
    expect(sample?.redaction?.counts).toMatchObject({
      EMAIL_ADDRESS: expect.any(Number) as number,
      CREDIT_CARD: expect.any(Number) as number,
    });
    expect(sample?.session?.id).toMatch(/^h_/);
  });

  it('is cut to its limit without cutting a value open', async () => {
    const bench = pluginBench();
    const before = 'word '.repeat(3274);
    await bench.run(chatRequest({ messages: [{ role: 'user', content: `${before}${MAIL} ${'tail '.repeat(4000)}` }] }));
    const prompt = bench.samples()[0]!.prompt!;
    expect(prompt).toMatchObject({ truncated: true, length: before.length + MAIL.length + 1 + 20_000 });
    expect(prompt.text.length).toBeLessThanOrEqual(16_384);
    expect(prompt.text).not.toContain('canary');
    expect(prompt.text.startsWith(before)).toBe(true);
    expect(prompt.text).not.toContain('tail');
  });

  it('is never cut within a character', async () => {
    const bench = pluginBench();
    await bench.run(chatRequest({ messages: [{ role: 'user', content: `x${'😀'.repeat(9000)}` }] }));
    const { text } = bench.samples()[0]!.prompt!;
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeGreaterThan(16_000);
  });
});

describe('modes', () => {
  const routes = [
    { match: { route: 'secret' }, mode: 'off' as const },
    { match: { model: 'gpt-4o-mini' }, mode: 'topic_only' as const },
    { match: { consumer: 'bank' }, mode: 'metadata_only' as const },
  ];

  it('are those of the first rule that matches', async () => {
    const bench = pluginBench({ version: 1, routes });
    await bench.run(chatRequest(), chatOutcome({ route: { name: 'secret' } }));
    await bench.run(chatRequest({ model: 'gpt-4o-mini' }));
    await bench.run(chatRequest(), chatOutcome({ consumer: { name: 'bank' } }));
    await bench.run();
    expect(bench.samples().map(({ mode, prompt, answer }) => [mode, prompt !== undefined, answer !== undefined])).toEqual([
      ['topic_only', true, false],
      ['metadata_only', false, false],
      ['full', true, true],
    ]);
    expect(bench.drops.all()).toEqual({ mode_off: 1 });
    // What is off is no run: numbers have no gap.
    expect(bench.samples().map(({ gateway }) => gateway?.counter)).toEqual([0, 1, 2]);
  });

  it('keep digests, models and figures also without texts', async () => {
    const bench = pluginBench({ version: 1, mode: 'metadata_only' });
    await bench.run();
    expect(bench.samples()[0]).toMatchObject({
      model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06' },
      usage: { inputTokens: 3, outputTokens: 1 },
      history: { messages: [expect.stringMatching(/^u/)], answer: expect.stringMatching(/^a/) as string },
      composition: { input: { salted: true }, output: { salted: true } },
    });
  });

  it('off asks Kong nothing and changes nothing', async () => {
    const bench = pluginBench({ version: 1, mode: 'off' });
    expect(await bench.run()).toBeUndefined();
    expect(bench.shipped).toEqual([]);
  });

  it('cannot be loosened beyond the settings', async () => {
    const bench = pluginBench({ version: 1, mode: 'full' }, { mode: 'metadata_only' });
    await bench.run();
    expect(bench.samples()[0]?.prompt).toBeUndefined();
  });
});

describe('sampling', () => {
  const failing = chatOutcome({ status: 500, body: '{"error":{"type":"server_error"}}' });

  it('brings back the recent runs of a person whose request failed, each run once', async () => {
    const bench = pluginBench({ version: 1, sampling: { rate: 0, rescue: 2 } });
    const say = (content: string, user = 'zoe') => bench.run(chatRequest({ user, messages: [{ role: 'user', content }] }));
    await say('one');
    await say('two');
    await say('three');
    await say('other', 'yan');
    expect(bench.samples().map(({ mode, sampling }) => [mode, sampling?.rule])).toEqual([['metadata_only', 'identity']]);
    await bench.run(chatRequest(), failing);
    expect(
      bench
        .samples()
        .slice(1)
        .map(({ prompt, sampling }) => [prompt?.text, sampling?.reason]),
    ).toEqual([
      ['two', 'rescued'],
      ['three', 'rescued'],
      ['Hello there', 'always'],
    ]);
    await bench.runtime.close();
    expect(bench.samples().at(-1)).toMatchObject({ mode: 'metadata_only', sampling: { rule: 'identity', probability: 1 } });
    expect(bench.samples()).toHaveLength(5);
    expect(new Set(bench.samples().map(({ runId }) => runId)).size).toBe(5);
    expect(
      bench
        .samples()
        .map(({ gateway }) => gateway?.counter)
        .sort(),
    ).toEqual([0, 1, 2, 3, 4]);
  });

  it('holds what may come back sealed', async () => {
    const bench = pluginBench({ version: 1, sampling: { rate: 0, rescue: 9 } });
    await bench.run(chatRequest({ messages: [{ role: 'user', content: 'readable words' }] }));
    const held = bench.runtime.ring.take(pseudonym(bench.runtime.keys.principal, 'zoe'));
    expect(held).toHaveLength(1);
    expect(held[0]!.sealed.includes('readable words')).toBe(false);
    expect(bench.runtime.sealer.open(held[0]!.sealed).toString()).toContain('readable words');
  });

  it('leaves digests at once where nothing may be held', async () => {
    const bench = pluginBench({ version: 1, sampling: { rate: 0, rescue: 0 } });
    await bench.run();
    expect(bench.samples()[0]).toMatchObject({ mode: 'metadata_only', sampling: { rule: 'identity' } });
  });

  it('leaves digests only beyond the budget, and counts', async () => {
    const bench = pluginBench({ version: 1, sampling: { budgetPerMinute: 2 } });
    for (let n = 0; n < 5; n += 1) await bench.run();
    const bare = bench.samples().filter(({ mode, sampling }) => mode === 'metadata_only' && sampling?.rule === 'identity');
    // A minute may end between two runs.
    expect(bare.length).toBeLessThanOrEqual(3);
    expect(bare).toHaveLength(bench.drops.get('budget'));
    expect(bench.shipped).toHaveLength(5);
  });
});

describe('how a call ended', () => {
  it.each([
    ['ok', {}, {}, { outcome: 'ok', http: 200, finishReason: 'stop' }, undefined],
    [
      'a provider error',
      { status: 429, body: '{"error":{"type":"rate_limit_exceeded","code":"slow_down"}}' },
      {},
      { outcome: 'error', http: 429 },
      { type: 'rate_limit_exceeded', code: 'slow_down', stage: 'response' },
    ],
    [
      'an error page',
      { status: 502, body: '<html>', first_byte_ms: undefined },
      {},
      { outcome: 'error', http: 502 },
      { type: expect.any(String) as string, stage: 'routing' },
    ],
    [
      'a refusal of the gateway',
      { status: 503, body: undefined, upstream_ms: undefined, first_byte_ms: undefined },
      {},
      { outcome: 'error' },
      { stage: 'ingress' },
    ],
    ['a client that left', { aborted: true }, {}, { outcome: 'aborted' }, undefined],
    [
      'a guardrail',
      {},
      { choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }] },
      { outcome: 'blocked' },
      { stage: 'guardrail' },
    ],
  ] as const)('is told for %s', async (_name, fields, answer, status, error) => {
    const bench = pluginBench();
    await bench.run(chatRequest(), chatOutcome(fields, answer));
    const [sample] = bench.samples();
    expect(sample?.status).toMatchObject(status);
    if (error) expect(sample?.error).toMatchObject(error);
    else expect(sample?.error).toBeUndefined();
  });

  const sse = (...events: object[]) => [...events.map((event) => `data: ${JSON.stringify(event)}`), ''].join('\n\n');
  const delta = (content: string) => ({ id: 'c', model: 'gpt-4o-2024-08-06', choices: [{ index: 0, delta: { content } }] });

  it('is read from a stream, whole or broken', async () => {
    const bench = pluginBench();
    const stream = (body: string) => chatOutcome({ response_headers: { 'content-type': 'text/event-stream' }, body });
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    await bench.run(chatRequest({ stream: true }), stream(`${sse(delta('Hel'), delta('lo'), end)}data: [DONE]\n\n`));
    await bench.run(chatRequest({ stream: true }), stream(sse(delta('Hel'))));
    const [whole, broken] = bench.samples();
    expect(whole).toMatchObject({
      stream: true,
      answer: { text: 'Hello' },
      status: { outcome: 'ok' },
      model: { evidence: 'stream_event' },
    });
    expect(broken).toMatchObject({
      answer: { text: 'Hel' },
      status: { outcome: 'error' },
      error: { type: 'stream_incomplete', stage: 'response' },
    });
  });

  it('has its stages in milliseconds', async () => {
    const bench = pluginBench();
    await bench.run();
    expect(bench.samples()[0]?.stages).toEqual({ ingressMs: 2, routingMs: 98, firstByteMs: 100, responseMs: 50 });
  });

  it('takes the gateway for evidence of a model only where it says another one', async () => {
    const bench = pluginBench();
    const ai = (response_model: string) =>
      chatOutcome({ body: undefined, ai: { request_model: 'gpt-4o', response_model, prompt_tokens: 5 } });
    await bench.run(chatRequest(), ai('gpt-4o'));
    await bench.run(chatRequest(), ai('gpt-4o-2024-11-20'));
    const [same, other] = bench.samples();
    expect(same?.model?.executed).toBeUndefined();
    expect(other).toMatchObject({ model: { executed: 'gpt-4o-2024-11-20', evidence: 'gateway' }, usage: { inputTokens: 5 } });
  });
});

describe('what passes unobserved', () => {
  it.each([
    ['not_json', chatRequest(), 'nonsense'],
    ['no_body', chatRequest(), undefined],
    ['unknown_shape', chatRequest(), '[]'],
  ])('is counted as %s', async (reason, request, body) => {
    const bench = pluginBench();
    await bench.run({ ...request, body });
    expect(bench.drops.all()).toEqual({ [reason]: 1 });
    expect(bench.shipped).toEqual([]);
  });

  it('is counted when the body was too long, when access never ran, and when too much is under way', async () => {
    const bench = pluginBench();
    await bench.run({ ...chatRequest(), body: undefined, body_truncated: true });
    await bench.run(chatRequest(), chatOutcome({ run_id: 'f'.repeat(32) }));
    bench.runtime.pending.put = () => false;
    expect(await bench.run()).toMatchObject({ capture_answer: false });
    bench.runtime.upkeep(Date.now() + 3_600_000);
    expect(bench.drops.all()).toEqual({ body_truncated: 1, no_access: 2, pending_full: 1, pending_expired: 1 });
  });

  it('leaves a gap in the numbers when answers come too fast to be read', async () => {
    const bench = pluginBench();
    await bench.run();
    bench.runtime.work.push = () => false;
    await bench.run();
    Reflect.deleteProperty(bench.runtime.work, 'push');
    await bench.run();
    expect(bench.samples().map(({ gateway }) => gateway?.counter)).toEqual([0, 2]);
    expect(bench.drops.all()).toEqual({ work_full: 1 });
  });
});

describe('the decision', () => {
  it('sets what is needed and takes out what is ours', async () => {
    const bench = pluginBench();
    const decision = await bench.run(
      chatRequest({}, { 'x-clew-user': 'u', 'x-clew-parent-run-id': 'b'.repeat(32), baggage: 'clew.variant=a' }),
    );
    expect(decision).toMatchObject({ v: 1, run_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string, capture_answer: true });
    expect(decision!['clear_headers']).toEqual(['baggage', 'x-clew-user', 'x-clew-parent-run-id']);
    const set = decision!['set_headers'] as Record<string, string>;
    const answered = decision!['response_headers'] as Record<string, string>;
    expect(Object.keys(set).sort()).toEqual(['traceparent', 'tracestate', 'x-correlation-id']);
    expect(answered).toEqual({ 'x-clew-run-id': decision!['run_id'], 'x-correlation-id': set['x-correlation-id'] });
    expect(JSON.stringify(set)).not.toContain(decision!['run_id'] as string);
    expect(bench.samples()[0]).toMatchObject({
      call: { parentRunId: 'b'.repeat(32) },
      composition: { variant: 'a' },
      correlationId: set['x-correlation-id'],
    });
  });

  it.each([
    [{ 'x-correlation-id': 'mine' }, 'mine'],
    [{ 'x-request-id': 'theirs' }, 'theirs'],
    [{ 'x-correlation-id': 'split\r\nheader', 'x-request-id': 'theirs' }, 'theirs'],
    [{ 'x-correlation-id': 'x'.repeat(257) }, expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])('keeps a usable correlation id of %j', async (headers, expected) => {
    const decision = await pluginBench().run(chatRequest({}, headers));
    expect((decision!['response_headers'] as Record<string, string>)['x-correlation-id']).toEqual(expected);
  });
});

describe('whatever comes', () => {
  it('makes no error and only valid samples', async () => {
    const bench = pluginBench();
    const anything = fc.anything({ withBigInt: false, withDate: false, maxDepth: 3 });
    const table = (base: Record<string, unknown>) =>
      fc.tuple(fc.subarray(Object.keys(base).filter((name) => name !== 'v')), anything).map(([names, value]) => ({
        ...base,
        ...Object.fromEntries(names.slice(0, 3).map((name) => [name, value])),
      }));
    await fc.assert(
      fc.asyncProperty(table(chatRequest()), table(chatOutcome()), async (request, outcome) => {
        bench.shipped.length = 0;
        await bench.run(request, outcome);
        bench.samples();
      }),
      { numRuns: 300 },
    );
    expect(bench.drops.get('work_failed')).toBe(0);
  });

  it('in the bodies too', async () => {
    const bench = pluginBench();
    const value = fc.jsonValue({ maxDepth: 3 });
    const fields = ['model', 'user', 'messages', 'tools', 'stop', 'metadata', 'temperature', 'stream', 'response_format'];
    const answers = ['id', 'model', 'choices', 'usage', 'error', 'system_fingerprint'];
    const some = (names: string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(some(fields), some(answers), async (request, answer) => {
        bench.shipped.length = 0;
        await bench.run(chatRequest(request), chatOutcome({}, answer));
        bench.samples();
      }),
      { numRuns: 300 },
    );
    expect(bench.drops.get('work_failed')).toBe(0);
  });
});
