import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer, readRequest, type LlmAnswer, type RawCall } from '#dialects';
import { chatOutcome, chatRequest, pluginBench } from '../../../support/plugin-flow.ts';

const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] };

function answerTo(fields: Partial<RawCall>, body: unknown, request: unknown = CHAT, path = '/v1/chat/completions'): LlmAnswer {
  const call: RawCall = {
    method: 'POST',
    path,
    requestHeaders: {},
    requestBody: JSON.stringify(request),
    requestTruncated: false,
    status: 200,
    responseHeaders: { 'content-type': 'application/json' },
    responseBody: typeof body === 'string' ? body : JSON.stringify(body),
    responseTruncated: false,
    ...fields,
  };
  const reading = readRequest(call);
  if (!reading.ok) throw new Error(reading.reason);
  return readAnswer(call, reading.request);
}

const clean = { hate: { filtered: false, severity: 'safe' }, violence: { filtered: false, severity: 'low' } };
const choice = (fields: object) => ({ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop', ...fields });
const events = (...list: unknown[]) => [...list.map((one) => `data: ${JSON.stringify(one)}`), 'data: [DONE]', ''].join('\n\n');
const STREAM = { responseHeaders: { 'content-type': 'text/event-stream' } };

describe('content filters', () => {
  it('that let prompt and answer pass are one verdict each', () => {
    const answer = answerTo(
      {},
      { prompt_filter_results: [{ prompt_index: 0, content_filter_results: clean }], choices: [choice({ content_filter_results: clean })] },
    );
    expect(answer.guardrails).toEqual([
      { name: 'content_filter', verdict: 'pass', stage: 'request' },
      { name: 'content_filter', verdict: 'pass', stage: 'response' },
    ]);
    expect(answer.blocked).toBe(false);
  });

  it('that cut an answer off name the category', () => {
    const results = { ...clean, violence: { filtered: true, severity: 'high' } };
    const answer = answerTo({}, { choices: [choice({ finish_reason: 'content_filter', content_filter_results: results })] });
    expect(answer.guardrails).toEqual([{ name: 'content_filter:violence', verdict: 'block', stage: 'response' }]);
    expect(answer.blocked).toBe(true);
  });

  it('that cut an answer off without saying why are named all the same', () => {
    expect(answerTo({}, { choices: [choice({ finish_reason: 'content_filter' })] }).guardrails).toEqual([
      { name: 'content_filter', verdict: 'block', stage: 'response' },
    ]);
    const responses = { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] };
    expect(answerTo({}, responses, { model: 'gpt-4o', input: 'Hello' }, '/v1/responses').guardrails).toEqual([
      { name: 'content_filter', verdict: 'block', stage: 'response' },
    ]);
  });

  it('that refused a prompt name the categories', () => {
    const inner = {
      code: 'ResponsibleAIPolicyViolation',
      content_filter_result: { ...clean, jailbreak: { filtered: true, detected: true } },
    };
    const answer = answerTo(
      { status: 400 },
      { error: { message: 'The words of a user', code: 'content_filter', status: 400, innererror: inner } },
    );
    expect(answer.guardrails).toEqual([{ name: 'content_filter:jailbreak', verdict: 'block', stage: 'request' }]);
    expect(answer.blocked).toBe(true);
    expect(
      answerTo({ status: 400 }, { error: { message: 'x', type: 'invalid_request_error', code: 'content_policy_violation' } }).guardrails,
    ).toEqual([{ name: 'content_policy_violation', verdict: 'block', stage: 'request' }]);
  });

  it('are read from streams, wherever in them they speak', () => {
    const body = events(
      { choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: clean }] },
      { choices: [{ index: 0, delta: { content: 'H' }, content_filter_results: clean }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'content_filter', content_filter_results: { sexual: { filtered: true } } }] },
    );
    expect(answerTo(STREAM, body).guardrails).toEqual([
      { name: 'content_filter:sexual', verdict: 'block', stage: 'response' },
      { name: 'content_filter', verdict: 'pass', stage: 'request' },
    ]);
  });

  it('of the responses dialect say which side they looked at', () => {
    const filters = [
      { blocked: false, source_type: 'prompt', content_filter_results: clean },
      { blocked: true, source_type: 'completion', content_filter_results: { self_harm: { filtered: true } } },
    ];
    const response = { status: 'completed', output: [], content_filters: filters };
    const request = { model: 'gpt-4o', input: 'Hello' };
    const expected = [
      { name: 'content_filter:self_harm', verdict: 'block', stage: 'response' },
      { name: 'content_filter', verdict: 'pass', stage: 'request' },
    ];
    expect(answerTo({}, response, request, '/v1/responses').guardrails).toEqual(expected);
    expect(answerTo(STREAM, events({ type: 'response.completed', response }), request, '/v1/responses').guardrails).toEqual(expected);
  });
});

describe('refusals', () => {
  const request = { model: 'claude-sonnet-4', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };

  it('of Anthropic end an answer, streamed or not', () => {
    const expected = [{ name: 'refusal', verdict: 'block', stage: 'response' }];
    const body = { type: 'message', role: 'assistant', content: [], stop_reason: 'refusal' };
    expect(answerTo({}, body, request, '/v1/messages').guardrails).toEqual(expected);
    const stream = events(
      { type: 'message_start', message: { id: 'm', model: 'claude-sonnet-4', content: [] } },
      { type: 'message_delta', delta: { stop_reason: 'refusal' } },
      { type: 'message_stop' },
    );
    const answer = answerTo(STREAM, stream, request, '/v1/messages');
    expect(answer.guardrails).toEqual(expected);
    expect(answer.blocked).toBe(true);
  });

  it('are no verdict where the answer ended by itself', () => {
    expect(answerTo({}, { type: 'message', content: [], stop_reason: 'end_turn' }, request, '/v1/messages')).not.toHaveProperty(
      'guardrails',
    );
    expect(answerTo({}, { choices: [choice({})] })).not.toHaveProperty('guardrails');
  });
});

describe('gateways', () => {
  it.each([
    ["Kong's prompt guard, hidden", { status: 400, wasForwarded: false }, { error: { message: 'bad request' } }, 'ai-prompt-guard'],
    ["Kong's prompt guard, open", { status: 400 }, { error: { message: 'prompt pattern is blocked' } }, 'ai-prompt-guard'],
    [
      "Kong's content safety",
      { status: 400 },
      { error: { message: 'request failed content safety check: breached category [Hate] at level 2' } },
      'ai-azure-content-safety',
    ],
    [
      'LiteLLM, nested',
      { status: 400 },
      { error: { message: { error: 'Violated guardrail policy', response: 'words' }, type: 'None', code: '400' } },
      'litellm',
    ],
    [
      'LiteLLM, as text',
      { status: 400 },
      { error: { message: "{'error': 'Violated OpenAI moderation policy'}", type: 'None', param: 'None', code: '400' } },
      'litellm',
    ],
    [
      'LiteLLM, named',
      { status: 400, responseHeaders: { 'content-type': 'application/json', 'x-litellm-applied-guardrails': 'pii-mask, jail' } },
      { error: { message: 'Guardrail raised an exception', type: 'None', code: '400' } },
      'pii-mask',
    ],
    ['one that answers 446', { status: 446 }, { status: false, hook_results: {} }, 'guardrail'],
  ])('%s: the request was blocked', (_name, fields, body, name) => {
    const answer = answerTo(fields, body);
    expect(answer.guardrails).toEqual([{ name, verdict: 'block', stage: 'request' }]);
    expect(answer.blocked).toBe(true);
  });

  it.each([
    ['a provider that calls the request bad', { status: 400, wasForwarded: true }, { error: { message: 'bad request' } }],
    ['a provider that says more', { status: 400 }, { error: { message: 'bad request', type: 'invalid_request_error' } }],
    ['a limit', { status: 429 }, { error: { message: 'policy violated? no: too many requests', type: 'rate_limit_error' } }],
    ['a fault', { status: 500 }, { error: { message: 'guardrail' } }],
  ])('%s is no guardrail', (_name, fields, body) => {
    expect(answerTo(fields, body)).not.toHaveProperty('guardrails');
  });

  it('that applied guardrails and answered say which passed', () => {
    const responseHeaders = { 'content-type': 'application/json', 'x-litellm-applied-guardrails': 'pii-mask,jail, <odd name>' };
    expect(answerTo({ responseHeaders }, { choices: [choice({})] }).guardrails).toEqual([
      { name: 'pii-mask', verdict: 'pass' },
      { name: 'jail', verdict: 'pass' },
    ]);
  });

  it('of Amazon say whether they stepped in', () => {
    const of = (action: string) => answerTo({}, { choices: [choice({})], 'amazon-bedrock-guardrailAction': action }).guardrails;
    expect(of('INTERVENED')).toEqual([{ name: 'bedrock_guardrail', verdict: 'block' }]);
    expect(of('NONE')).toEqual([{ name: 'bedrock_guardrail', verdict: 'pass' }]);
  });
});

describe('whatever an answer holds', () => {
  it('is read without throwing, within the contract, and never with its words', () => {
    const leaf = fc.oneof(fc.constant('SECRET words of a user'), fc.boolean(), fc.integer(), fc.constant(null));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'prompt_filter_results',
            'choices',
            'content_filter_results',
            'filtered',
            'hate',
            'SECRET words',
            'error',
            'message',
            'innererror',
            '__proto__',
          ),
          tie('node'),
          { maxKeys: 4 },
        ),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.constantFrom(200, 400, 446, undefined), (body, status) => {
        const { guardrails = [] } = answerTo({ status }, JSON.stringify(body));
        expect(guardrails.length).toBeLessThanOrEqual(32);
        expect(JSON.stringify(guardrails)).not.toContain('SECRET');
        for (const { name, verdict } of guardrails) {
          expect(name).toMatch(/^[\w:.-]{1,128}$/);
          expect(['pass', 'mask', 'block']).toContain(verdict);
        }
      }),
    );
  });

  it('reaches the sample, as a block of the gateway too', async () => {
    const bench = pluginBench();
    const results = { ...clean, hate: { filtered: true, severity: 'high' } };
    await bench.run(
      chatRequest(),
      chatOutcome({}, { choices: [choice({ finish_reason: 'content_filter', content_filter_results: results })] }),
    );
    await bench.run(
      chatRequest(),
      chatOutcome({ status: 400, body: '{"error":{"message":"bad request"}}', upstream_ms: undefined, first_byte_ms: undefined }),
    );
    const [filtered, guarded] = bench.samples();
    expect(filtered).toMatchObject({
      status: { outcome: 'blocked' },
      guardrails: [{ name: 'content_filter:hate', verdict: 'block', stage: 'response' }],
    });
    expect(guarded).toMatchObject({
      status: { outcome: 'blocked', http: 400 },
      error: { stage: 'guardrail' },
      guardrails: [{ name: 'ai-prompt-guard', verdict: 'block', stage: 'request' }],
      sampling: { rule: 'guardrail_block' },
    });
  });
});
