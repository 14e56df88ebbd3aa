import { describe, expect, it } from 'vitest';
import { answer, EVENT_STREAM, MESSAGES, request, stream } from './support.ts';

describe('Anthropic requests', () => {
  it('takes tool results out of user messages', () => {
    const read = request(MESSAGES, {
      model: 'claude-asked',
      max_tokens: 100,
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Be kind.' },
      ],
      thinking: { type: 'enabled', budget_tokens: 1024 },
      stop_sequences: ['END'],
      tools: [
        { name: 'f', description: 'd', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
        { type: 'bash_20250124', name: 'bash' },
      ],
      messages: [
        { role: 'user', content: 'Find it' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'secret', signature: 's' },
            { type: 'text', text: 'Looking.' },
            { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {} },
            { type: 'web_search_tool_result', tool_use_id: 'srv', content: [] },
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              content: [
                { type: 'text', text: 'found' },
                { type: 'image', source: { type: 'url', url: 'https://x.test/i' } },
              ],
            },
            { type: 'text', text: 'Also look here' },
          ],
        },
      ],
    });
    expect(read).toMatchObject({
      dialect: 'anthropic.messages',
      provider: 'anthropic',
      prompt: 'Also look here',
      kind: 'turn',
      parameters: { max_tokens: 100, 'thinking.type': 'enabled', 'thinking.budget_tokens': 1024, stop_sequences: ['END'] },
      tools: [
        { name: 'f', description: 'd', schema: { type: 'object' } },
        { name: 'bash', description: undefined, schema: { type: 'bash_20250124', name: 'bash' } },
      ],
    });
    expect(read.instructions.map(({ text }) => text)).toEqual(['Be brief.', 'Be kind.']);
    expect(read.messages.map(({ role, text, toolCallId }) => [role, text, toolCallId])).toEqual([
      ['user', 'Find it', undefined],
      ['assistant', 'Looking.', undefined],
      ['tool', 'found\n[image]', 't1'],
      ['user', 'Also look here', undefined],
    ]);
    expect(read.messages[1]?.toolCalls).toEqual([{ id: 't1', name: 'f', arguments: '{"a":1}' }]);
  });

  it('calls results with nothing but a reminder beside them a step', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 't', content: 'r' },
      { type: 'text', text: '<system-reminder>Keep your list.</system-reminder>' },
    ];
    expect(request(MESSAGES, { messages: [{ role: 'user', content }] })).toMatchObject({ kind: 'step', prompt: undefined });
  });

  it('takes a short beginning that the client wrote for the assistant as part of the turn', () => {
    const asked = { role: 'user', content: 'JSON please' };
    expect(request(MESSAGES, { messages: [asked, { role: 'assistant', content: '{' }] })).toMatchObject({
      kind: 'turn',
      prompt: 'JSON please',
    });
    expect(request(MESSAGES, { messages: [asked, { role: 'assistant', content: 'x'.repeat(200) }] })).toMatchObject({
      kind: 'step',
      prompt: undefined,
    });
  });

  it('tells resellers by the version in the body', () => {
    const messages = [{ role: 'user', content: 'q' }];
    expect(request(MESSAGES, { messages, anthropic_version: 'bedrock-2023-05-31' }).provider).toBe('aws.bedrock');
    expect(request('/x/anthropic/v1/messages', { messages, anthropic_version: 'vertex-2023-10-16' }).provider).toBe('anthropic');
    expect(request(MESSAGES, { messages, anthropic_version: 'vertex-2023-10-16' }).provider).toBe('gcp.vertex_ai');
  });

  it.each([
    ['user_0a1b_account_11-22_session_aaaabbbb-cccc', 'user_0a1b_account_11-22', 'aaaabbbb-cccc'],
    [JSON.stringify({ device_id: 'd1', account_uuid: 'acc-1', session_id: 'ses-1' }), 'acc-1', 'ses-1'],
  ])('keeps the session of a coding agent out of who the user is: %s', (user_id, user, session) => {
    const read = request(MESSAGES, { messages: [{ role: 'user', content: 'q' }], metadata: { user_id } });
    expect(read.declaredUsers).toEqual({ 'metadata.user_id': user });
    expect(read.declaredIds).toEqual({ 'metadata.user_id.session': session });
  });
});

const usage = { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 3, output_tokens: 2 };

describe('Anthropic answers', () => {
  it('reads a body; cached tokens are part of the input', () => {
    const content = [
      { type: 'thinking', thinking: 'secret', signature: 's' },
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 't', name: 'f', input: {} },
    ];
    const read = answer(MESSAGES, {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-ran',
      content,
      stop_reason: 'tool_use',
      usage,
    });
    expect(read).toMatchObject({
      text: 'Hi',
      finishReason: 'tool_use',
      responseId: 'msg_1',
      toolCalls: [{ id: 't', name: 'f', arguments: '{}' }],
      model: { executed: 'claude-ran', evidence: 'response_body' },
      usage: { inputTokens: 18, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 5 },
    });
  });

  const start = { type: 'message_start', message: { id: 'msg_1', model: 'claude-ran', content: [], usage } };
  const text = [
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
    { type: 'content_block_stop', index: 0 },
  ];
  const end = [
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7, input_tokens: null } },
    { type: 'message_stop' },
  ];

  it('reads a stream', () => {
    const call = [
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a": [1' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ', 2]}' } },
    ];
    const read = answer(MESSAGES, stream([start, { type: 'ping' }, ...text, ...call, ...end], true), EVENT_STREAM);
    expect(read).toMatchObject({ text: 'Hello', finishReason: 'end_turn', incomplete: false, usage: { inputTokens: 18, outputTokens: 7 } });
    expect(read.toolCalls).toEqual([{ id: 't', name: 'f', arguments: '{"a": [1, 2]}' }]);
    expect(read.model).toEqual({ requested: 'asked', executed: 'claude-ran', evidence: 'stream_event' });
  });

  it('reads a stream that names no events', () => {
    expect(answer(MESSAGES, stream([start, ...text, ...end], false), EVENT_STREAM)).toMatchObject({ text: 'Hello', incomplete: false });
  });

  it('reads errors, cuts and refusals', () => {
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'words' } };
    expect(answer(MESSAGES, overloaded, { status: 529 })).toMatchObject({ error: { type: 'overloaded_error' }, incomplete: false });
    expect(answer(MESSAGES, stream([start, ...text, overloaded], true), EVENT_STREAM)).toMatchObject({
      error: { type: 'overloaded_error' },
      incomplete: true,
      message: undefined,
    });
    expect(answer(MESSAGES, stream([start, ...text], true), EVENT_STREAM)).toMatchObject({ text: 'Hello', incomplete: true });
    const refusal = { type: 'message_delta', delta: { stop_reason: 'refusal' }, usage: { output_tokens: 0 } };
    expect(answer(MESSAGES, stream([start, refusal, { type: 'message_stop' }], true), EVENT_STREAM)).toMatchObject({
      blocked: true,
      text: undefined,
      message: undefined,
    });
  });
});
