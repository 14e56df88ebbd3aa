import { describe, expect, it } from 'vitest';
import { readRequest } from '#dialects';
import { answer, call, COHERE, EVENT_STREAM, request, stream } from './support.ts';

describe('requests to Cohere', () => {
  it('reads messages, tools, results, documents and settings', () => {
    const read = request('/proxy/cohere/v2/chat', {
      model: 'command-a-03-2025',
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'What is new?' }] },
        {
          role: 'assistant',
          tool_plan: 'I will search.',
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: [{ type: 'document', document: { id: 'd', data: '{"title":"Bread"}' } }] },
      ],
      documents: ['A plain text.', { id: '2', data: { title: 'T', snippet: 'A snippet.' } }],
      tools: [{ type: 'function', function: { name: 'find', description: 'Finds', parameters: { type: 'object' } } }],
      response_format: { type: 'json_object' },
      temperature: 0.3,
      p: 0.7,
      k: 5,
      thinking: { type: 'enabled', token_budget: 64 },
    });
    expect(read).toMatchObject({
      dialect: 'cohere.chat',
      provider: 'cohere',
      modelRequested: 'command-a-03-2025',
      stream: true,
      kind: 'step',
    });
    expect(read.instructions.map(({ text }) => text)).toEqual(['Be brief.']);
    expect(read.messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'What is new?'],
      ['assistant', ''],
      ['tool', '{"title":"Bread"}'],
    ]);
    expect(read.documents).toEqual([
      { source: 'document', text: 'A plain text.' },
      { source: 'document', text: 'A snippet.' },
    ]);
    expect(read.tools).toEqual([{ name: 'find', description: 'Finds', schema: { type: 'object' } }]);
    expect(read.parameters).toMatchObject({
      temperature: 0.3,
      top_p: 0.7,
      top_k: 5,
      'thinking.type': 'enabled',
      'thinking.budget_tokens': 64,
    });
    expect(read.responseFormat).toEqual({ type: 'json_object' });
  });

  it('leaves the first API, which has other fields, unread', () => {
    expect(readRequest(call('/v1/chat', { message: 'secret', chat_history: [] }))).toEqual({ ok: false, reason: 'not_llm_path' });
    expect(readRequest(call(COHERE, { message: 'secret' }))).toEqual({ ok: false, reason: 'unknown_shape' });
  });
});

describe('answers of Cohere', () => {
  const usage = { billed_units: { input_tokens: 5, output_tokens: 2 }, tokens: { input_tokens: 71, output_tokens: 4 }, cached_tokens: 8 };
  const wanted = {
    text: 'Hello.',
    finishReason: 'tool_call',
    responseId: 'c-1',
    model: { requested: 'asked', evidence: 'unknown' },
    usage: { inputTokens: 71, outputTokens: 4, cacheReadTokens: 8 },
    toolCalls: [{ id: 't1', name: 'find', arguments: '{"q":"x"}' }],
    incomplete: false,
  };
  const delta = (type: string, index: number, message: object): object => ({ type, index, delta: { message } });
  const events = [
    { type: 'message-start', id: 'c-1', delta: { message: { role: 'assistant', content: [], tool_calls: [] } } },
    delta('content-start', 0, { content: { type: 'thinking', thinking: '' } }),
    delta('content-delta', 0, { content: { thinking: 'hm' } }),
    delta('content-start', 1, { content: { type: 'text', text: '' } }),
    delta('content-delta', 1, { content: { text: 'Hel' } }),
    delta('content-delta', 1, { content: { text: 'lo.' } }),
    { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will' } } },
    delta('tool-call-start', 0, { tool_calls: { id: 't1', type: 'function', function: { name: 'find', arguments: '' } } }),
    delta('tool-call-delta', 0, { tool_calls: { function: { arguments: '{"q":"x"}' } } }),
    { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage } },
  ];

  it('are the same whole and as a stream', () => {
    const whole = {
      id: 'c-1',
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        content: [{ type: 'text', text: 'Hello.' }],
        tool_plan: 'I will',
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'find', arguments: '{"q":"x"}' } }],
      },
      usage,
    };
    expect(answer(COHERE, whole)).toMatchObject(wanted);
    expect(answer(COHERE, stream(events, true), EVENT_STREAM)).toMatchObject(wanted);
    expect(answer(COHERE, stream(events.slice(0, 6), true), EVENT_STREAM)).toMatchObject({ text: 'Hello.', incomplete: true });
  });

  it('say that a call failed, without the words', () => {
    const read = answer(COHERE, { id: 'e', message: 'invalid request for jane@example.com' }, { status: 400 });
    expect(read.error).toEqual({ type: 'http_400', code: undefined });
    expect(JSON.stringify(read)).not.toContain('jane');
  });
});
