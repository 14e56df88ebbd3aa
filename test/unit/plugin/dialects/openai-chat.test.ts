import { describe, expect, it } from 'vitest';
import { answer, call, CHAT, DONE, EVENT_STREAM, request, stream } from './support.ts';
import { readRequest } from '#dialects';

const chunk = (choices: unknown[], more = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'gpt-ran',
  system_fingerprint: 'fp_1',
  choices,
  ...more,
});

describe('chat requests', () => {
  it('reads a whole request', () => {
    const body = {
      model: 'gpt-asked',
      stream: true,
      temperature: 0.5,
      stop: ['END'],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      user: 'u-1',
      safety_identifier: 's-1',
      metadata: { session_id: 'abc', note: 'free text' },
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      tools: [
        { type: 'function', function: { name: 'weather', description: 'Weather now', parameters: { type: 'object' }, strict: true } },
        { type: 'custom', custom: { name: 'grammar', format: { type: 'text' } } },
      ],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '7 degrees' },
        { role: 'user', content: 'And tomorrow?' },
      ],
    };
    const read = request(CHAT, body);
    expect(read).toMatchObject({
      dialect: 'openai.chat',
      provider: 'openai',
      stream: true,
      modelRequested: 'gpt-asked',
      parameters: { temperature: 0.5, stop: ['END'], 'tool_choice.type': 'function', 'tool_choice.function.name': 'weather' },
      prompt: 'And tomorrow?',
      kind: 'turn',
      declaredIds: { 'metadata.session_id': 'abc' },
      declaredUsers: { user: 'u-1', safety_identifier: 's-1' },
      tools: [
        { name: 'weather', description: 'Weather now', schema: { type: 'object' } },
        { name: 'grammar', description: undefined, schema: { type: 'text' } },
      ],
      responseFormat: body.response_format,
      startsWithSummary: false,
    });
    expect(read.instructions.map(({ role, text }) => [role, text])).toEqual([
      ['system', 'Be brief.'],
      ['developer', 'Be kind.'],
    ]);
    expect(read.messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'What is this?\n[image]'],
      ['assistant', ''],
      ['tool', '7 degrees'],
      ['user', 'And tomorrow?'],
    ]);
    expect(read.messages[1]?.toolCalls).toEqual([{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }]);
    expect(read.messages[2]?.toolCallId).toBe('call_1');
  });

  it('keeps no parameter that a person could have written', () => {
    const odd = `"secret":"text","top_p":"${'x'.repeat(600)}","seed":1e400,"stop":[1],"temperature":{}`;
    const { parameters } = request(CHAT, `{"messages":[{"role":"user","content":"q"}],${odd}}`);
    expect(parameters).toEqual({});
  });

  it('reads the older functions', () => {
    const read = request(CHAT, {
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'r' },
      ],
    });
    expect(read.tools).toEqual([{ name: 'f', description: undefined, schema: { type: 'object' } }]);
    expect(read.messages.map(({ role }) => role)).toEqual(['assistant', 'tool']);
    expect(read.kind).toBe('step');
  });

  it('takes one message out of a list of garbage', () => {
    const read = request(CHAT, {
      model: 7,
      messages: [1, null, 'x', [], { role: 5 }, { role: 'constructor' }, { role: 'user', content: 'q' }],
    });
    expect(read.messages).toHaveLength(1);
    expect(read.modelRequested).toBeUndefined();
  });
});

describe('chat answers', () => {
  it('reads a whole body', () => {
    const read = answer(CHAT, {
      id: 'chatcmpl-1',
      model: 'gpt-ran-2026-01-01',
      system_fingerprint: 'fp_1',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
    expect(read).toMatchObject({
      text: 'Hello',
      finishReason: 'stop',
      responseId: 'chatcmpl-1',
      model: { requested: 'asked', executed: 'gpt-ran-2026-01-01', evidence: 'response_body', fingerprint: 'fp_1' },
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, reasoningTokens: 2 },
      error: undefined,
      incomplete: false,
      blocked: false,
    });
  });

  it('puts the first of several streamed choices together, with its calls', () => {
    const body = stream(
      [
        chunk([], { prompt_filter_results: [] }),
        chunk([
          { index: 1, delta: { content: 'other' } },
          { index: 0, delta: { role: 'assistant', content: 'Look' } },
        ]),
        chunk([{ index: 0, delta: { content: 'ing' } }]),
        chunk([
          {
            index: 0,
            delta: {
              tool_calls: [
                { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
                { index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } },
              ],
            },
          },
        ]),
        chunk([{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] } }]),
        chunk([
          { index: 0, delta: {}, finish_reason: 'tool_calls' },
          { index: 1, delta: {}, finish_reason: 'content_filter' },
        ]),
        chunk([], { usage: { prompt_tokens: 3, completion_tokens: 4 } }),
      ],
      false,
      DONE,
    );
    const read = answer(CHAT, body, EVENT_STREAM);
    expect(read).toMatchObject({
      text: 'Looking',
      finishReason: 'tool_calls',
      incomplete: false,
      blocked: true,
      usage: { inputTokens: 3, outputTokens: 4 },
    });
    expect(read.model).toEqual({ requested: 'asked', executed: 'gpt-ran', evidence: 'stream_event', fingerprint: 'fp_1' });
    expect(read.toolCalls).toEqual([
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '' },
    ]);
  });

  it('keeps calls apart where a provider leaves the index out', () => {
    const delta = (tool_calls: unknown[]): object => chunk([{ delta: { tool_calls } }]);
    const body = stream(
      [
        delta([{ id: 'a', function: { name: 'f', arguments: '1' } }]),
        delta([{ id: 'b', function: { name: 'g', arguments: '2' } }]),
        delta([{ function: { arguments: '3' } }]),
      ],
      false,
      DONE,
    );
    expect(answer(CHAT, body).toolCalls).toEqual([
      { id: 'a', name: 'f', arguments: '1' },
      { id: 'b', name: 'g', arguments: '23' },
    ]);
  });

  it('reads refusals and spoken answers', () => {
    const refusal = stream(
      [chunk([{ index: 0, delta: { refusal: 'I can' } }]), chunk([{ index: 0, delta: { refusal: 'not.' }, finish_reason: 'stop' }])],
      false,
      DONE,
    );
    expect(answer(CHAT, refusal)).toMatchObject({ text: 'I cannot.', blocked: false });
    const spoken = answer(CHAT, {
      choices: [{ message: { role: 'assistant', content: null, audio: { id: 'audio_1', transcript: 'Hi there', data: 'AAAA' } } }],
    });
    const sentBack = request(CHAT, { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] });
    expect(spoken.text).toBe('Hi there');
    expect(spoken.message?.canonical).toEqual(sentBack.messages[0]?.canonical);
  });

  it('says that a cut stream is incomplete and keeps what came', () => {
    const whole = stream([chunk([{ index: 0, delta: { content: 'Hel' } }]), chunk([{ index: 0, delta: { content: 'lo' } }])], false);
    expect(answer(CHAT, whole.slice(0, -20))).toMatchObject({ text: 'Hel', incomplete: true });
    expect(answer(CHAT, whole.trimEnd())).toMatchObject({ text: 'Hello', incomplete: true });
    expect(answer(CHAT, whole + DONE.trimEnd())).toMatchObject({ text: 'Hello', incomplete: false });
    expect(answer(CHAT, whole + DONE, { responseTruncated: true }).incomplete).toBe(true);
  });

  it('reads JSON under the content type of a stream, as errors before the first event come', () => {
    const body = { error: { type: 'rate_limit_error', code: null } };
    expect(answer(CHAT, body, { ...EVENT_STREAM, status: 429 }).error).toEqual({ type: 'rate_limit_error', code: undefined });
  });

  it('needs no [DONE] when every choice has ended', () => {
    const body = stream([chunk([{ index: 0, delta: { content: 'x' }, finish_reason: 'length' }])], false);
    expect(answer(CHAT, body)).toMatchObject({ incomplete: false, finishReason: 'length' });
  });

  it('takes the kind of an error and never its words', () => {
    const words = 'You wrote alice@example.com';
    const body = { error: { message: words, type: 'invalid_request_error', param: words, code: 'context_length_exceeded' } };
    const read = answer(CHAT, body, { status: 400 });
    expect(read).toMatchObject({
      error: { type: 'invalid_request_error', code: 'context_length_exceeded' },
      text: undefined,
      message: undefined,
      incomplete: false,
    });
    expect(JSON.stringify(read)).not.toContain('alice');
    expect(answer(CHAT, { error: { type: words, code: 'alice@example.com' } }, { status: 400 }).error).toEqual({
      type: 'http_400',
      code: undefined,
    });
    expect(answer(CHAT, { error: { type: 'None', code: 5551234567 } }, { status: 500 }).error).toEqual({ type: 'None', code: undefined });
    expect(answer(CHAT, '<html>bad gateway</html>', { status: 502 })).toMatchObject({
      error: { type: 'http_502', code: undefined },
      incomplete: false,
    });
    expect(answer(CHAT, stream([chunk([]), { error: { type: 'server_error', code: null } }], false), EVENT_STREAM)).toMatchObject({
      error: { type: 'server_error' },
      message: undefined,
    });
  });

  it.each([
    ['a content filter error of Azure', { error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } }, 400],
    ['a policy error', { error: { type: 'ContentPolicyViolationError', code: '400' } }, 400],
    ['a guardrail status', {}, 446],
    ['a content filter finish', { choices: [{ message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }] }, 200],
  ])('calls %s blocked', (_, body, status) => {
    expect(answer(CHAT, body, { status }).blocked).toBe(true);
  });

  it('reads the executed model from a header where the body names none', () => {
    expect(answer(CHAT, { choices: [] }, { responseHeaders: { 'openai-model': 'gpt-h' } }).model).toMatchObject({
      executed: 'gpt-h',
      evidence: 'response_header',
    });
    // Kong puts answers of some providers into this form itself, with the model of its own configuration.
    const through = (header: string) =>
      answer(CHAT, { model: 'm-1', choices: [] }, { responseHeaders: { 'x-kong-llm-model': header } }).model;
    expect(through('gemini/m-1')).toMatchObject({ executed: 'm-1', evidence: 'gateway' });
    expect(through('openai/m-1')).toMatchObject({ executed: 'm-1', evidence: 'response_body' });
    expect(through('gemini/m-2')).toMatchObject({ executed: 'm-1', evidence: 'response_body' });
    expect(answer(CHAT, { choices: [] }, { responseHeaders: { 'x-kong-llm-model': 'openai/gpt-k' } }).model).toMatchObject({
      executed: 'openai/gpt-k',
      evidence: 'gateway',
    });
    expect(answer(CHAT, { choices: [] }).model).toEqual({ requested: 'asked', evidence: 'unknown' });
  });
});

describe('what passes unread', () => {
  const ok = { model: 'm', messages: [{ role: 'user', content: 'q' }] };
  it.each([
    ['not_llm_path', call('/v1/models', ok)],
    ['not_llm_path', call(CHAT, ok, { method: 'GET' })],
    ['not_llm_path', call('/v1/messages/count_tokens', ok)],
    ['not_llm_path', call('/v1/threads/t/messages', ok)],
    ['no_body', call(CHAT, ok, { requestBody: undefined })],
    ['no_body', call(CHAT, ' ')],
    ['body_truncated', call(CHAT, ok, { requestTruncated: true })],
    ['not_json', call(CHAT, '{"messages":')],
    ['unknown_shape', call(CHAT, '[]')],
    ['unknown_shape', call(CHAT, 'null')],
    ['unknown_shape', call(CHAT, { messages: {} })],
    ['unknown_shape', call(CHAT, { messages: [{ role: 'nobody' }] })],
    ['unknown_shape', call('/v1/messages', { model: 'm', messages: 'x' })],
    ['unknown_shape', call('/v1/responses', { model: 'm' })],
    ['unknown_shape', call('/v1/embeddings', { model: 'm', input: {} })],
    ['multipart', call(CHAT, 'x', { requestHeaders: { 'content-type': 'Multipart/form-data; boundary=x' } })],
    ['too_deep', call(CHAT, `{"messages":${'['.repeat(100_000)}`)],
  ])('%s', (reason, raw) => {
    expect(readRequest(raw)).toEqual({ ok: false, reason });
  });
});

describe('provider and path', () => {
  const body = { messages: [{ role: 'user', content: 'q' }] };
  it.each([
    ['/openai/v1/chat/completions', {}, 'openai'],
    ['/some/prefix/chat/completions/', {}, 'openai'],
    ['/openai/deployments/gpt/chat/completions', {}, 'azure.ai.openai'],
    ['/v1/chat/completions', { 'api-key': 'k' }, 'azure.ai.openai'],
    ['/v1/chat/completions', { host: 'mine.openai.azure.com:443' }, 'azure.ai.openai'],
    ['/v1/chat/completions', { host: 'api.groq.com' }, 'groq'],
    ['/v1/chat/completions', { host: 'evilapi.groq.com.test' }, 'openai'],
    ['/deepseek/chat/completions', {}, 'deepseek'],
  ])('%s %j', (path, requestHeaders, provider) => {
    expect(request(path, body, { requestHeaders })).toMatchObject({ provider, dialect: 'openai.chat' });
  });
});

describe('chat on a path that an operator chose', () => {
  const messages = [{ role: 'user', content: 'q' }];
  it.each([
    ['/my-assistant', { messages }],
    ['/', { model: 'm', messages, temperature: 0, stream: true }],
  ])('reads %s', (path, body) => {
    expect(request(path, body)).toMatchObject({ dialect: 'openai.chat', prompt: 'q' });
  });

  it.each([
    ['a field of some application', '/api/chat', { chatId: 'c', messages }],
    ['a message of some application', '/api/chat', { messages: [...messages, { role: 'user', parts: [] }] }],
    ['no messages', '/api/chat', { messages: [], model: 'm' }],
    ['another endpoint of a provider', '/v1/messages/count_tokens', { model: 'm', messages }],
    ['no JSON', '/api/chat', '{"messages"'],
    ['too deep a body', '/api/chat', `{"messages":${'['.repeat(1000)}`],
  ])('passes %s', (_, path, body) => {
    expect(readRequest(call(path, body))).toEqual({ ok: false, reason: 'not_llm_path' });
  });
});
