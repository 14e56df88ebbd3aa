import { describe, expect, it } from 'vitest';
import { answer, call, EVENT_STREAM, request, RESPONSES, stream } from './support.ts';
import { readAnswer } from '#dialects';

describe('responses requests', () => {
  it('reads a string input with instructions and a declared conversation', () => {
    const read = request(RESPONSES, {
      model: 'm',
      instructions: 'Be brief.',
      input: 'Hello',
      conversation: { id: 'conv_1' },
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_object' }, verbosity: 'low' },
    });
    expect(read).toMatchObject({
      dialect: 'openai.responses',
      prompt: 'Hello',
      kind: 'turn',
      declaredIds: { 'conversation.id': 'conv_1' },
      parameters: { 'reasoning.effort': 'low', 'text.verbosity': 'low' },
      responseFormat: { type: 'json_object' },
    });
    expect(read.instructions.map(({ text }) => text)).toEqual(['Be brief.']);
    expect(request(RESPONSES, { input: 'q', conversation: 'conv_2' }).declaredIds).toEqual({ conversation: 'conv_2' });
  });

  it('reads items: one assistant message from text, reasoning and calls, then the results', () => {
    const read = request(RESPONSES, {
      input: [
        { role: 'developer', content: 'Rules' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Find it' },
            { type: 'input_file', file_id: 'file_1' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'secret' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'free' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'two' }] },
        { type: 'item_reference', id: 'x' },
      ],
    });
    expect(read.messages.map(({ role, text, toolCallId }) => [role, text, toolCallId])).toEqual([
      ['user', 'Find it\n[file]', undefined],
      ['assistant', 'Looking.', undefined],
      ['tool', 'one', 'c1'],
      ['tool', 'two', 'c2'],
    ]);
    expect(read.messages[1]?.toolCalls.map(({ name }) => name)).toEqual(['f', 'g']);
    expect(read).toMatchObject({ kind: 'step', prompt: undefined });
  });

  it('reads shell calls and their output', () => {
    const read = request(RESPONSES, {
      input: [
        { type: 'shell_call', call_id: 's', action: { commands: ['ls'] } },
        { type: 'shell_call_output', call_id: 's', output: [{ stdout: 'a.txt', stderr: '', outcome: { type: 'exit', exit_code: 0 } }] },
      ],
    });
    expect(read.messages[0]?.toolCalls).toEqual([{ id: 's', name: 'shell_call', arguments: '{"commands":["ls"]}' }]);
    expect(read.messages[1]?.text).toBe('a.txt');
  });

  it('reads the previous response, and digests what is no id', () => {
    expect(request(RESPONSES, { input: 'q', previous_response_id: 'resp_1' }).previousResponseId).toBe('resp_1');
    expect(request(RESPONSES, { input: 'q', previous_response_id: 'call me at home' }).previousResponseId).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(
      request(RESPONSES, { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }], previous_response_id: 'resp_1' }).kind,
    ).toBe('step');
    expect(request(RESPONSES, { prompt: { id: 'pmpt_1' } })).toMatchObject({ kind: 'turn', prompt: undefined });
  });

  it('reads tools of all kinds without the credentials of tool servers', () => {
    const { tools } = request(RESPONSES, {
      input: 'q',
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
        { type: 'web_search', search_context_size: 'low' },
        {
          type: 'mcp',
          server_label: 'files',
          server_url: 'https://x.test',
          headers: { Authorization: 'Bearer planted' },
          authorization: 'planted',
        },
      ],
    });
    expect(tools.map(({ name }) => name)).toEqual(['f', 'web_search', 'files']);
    expect(JSON.stringify(tools)).not.toContain('planted');
  });

  it('sees a compacted history', () => {
    expect(
      request(RESPONSES, {
        input: [
          { type: 'compaction', encrypted_content: 'x' },
          { role: 'user', content: 'go on' },
        ],
      }).startsWithSummary,
    ).toBe(true);
  });
});

const output = [
  { type: 'reasoning', id: 'rs', summary: [] },
  {
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'output_text', text: 'Hello ' },
      { type: 'output_text', text: 'there' },
    ],
  },
];
const whole = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'ran',
  output,
  usage: { input_tokens: 8, output_tokens: 6, input_tokens_details: { cached_tokens: 1 }, output_tokens_details: { reasoning_tokens: 3 } },
};

describe('responses answers', () => {
  const expected = {
    text: 'Hello there',
    finishReason: 'completed',
    responseId: 'resp_1',
    incomplete: false,
    usage: { inputTokens: 8, outputTokens: 6, cacheReadTokens: 1, reasoningTokens: 3 },
  };

  it('reads a body and the closing event alike', () => {
    expect(answer(RESPONSES, whole)).toMatchObject({ ...expected, model: { executed: 'ran', evidence: 'response_body' } });
    const events = [
      { type: 'response.created', response: { id: 'resp_1', model: 'ran', status: 'in_progress', output: [] } },
      { type: 'response.completed', response: whole },
    ];
    expect(answer(RESPONSES, stream(events, true), EVENT_STREAM)).toMatchObject({
      ...expected,
      model: { executed: 'ran', evidence: 'stream_event' },
    });
  });

  it('puts a cut stream together from its deltas', () => {
    const events = [
      { type: 'response.created', response: { id: 'resp_1', model: 'ran', status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', role: 'assistant', content: [] } },
      { type: 'response.output_text.delta', output_index: 0, delta: 'Hel' },
      { type: 'response.output_text.delta', output_index: 0, delta: 'lo' },
      { type: 'response.output_item.added', output_index: 1, item: { type: 'function_call', call_id: 'c', name: 'f', arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a":1}' },
    ];
    const read = answer(RESPONSES, stream(events, true) + 'event: response.output_text.delta\ndata: {"type":"resp', EVENT_STREAM);
    expect(read).toMatchObject({ text: 'Hello', incomplete: true, responseId: 'resp_1', finishReason: undefined });
    expect(read.toolCalls).toEqual([{ id: 'c', name: 'f', arguments: '{"a":1}' }]);
  });

  it('reads failures, error events and what was cut by a limit or a filter', () => {
    const failed = {
      type: 'response.failed',
      response: { ...whole, status: 'failed', error: { code: 'server_error', message: 'words' }, output: [] },
    };
    expect(answer(RESPONSES, stream([failed], true))).toMatchObject({
      error: { type: 'server_error', code: 'server_error' },
      message: undefined,
      incomplete: false,
    });
    const error = { type: 'error', code: 'rate_limit_exceeded', message: 'words', param: null };
    expect(answer(RESPONSES, stream([error], true))).toMatchObject({ error: { type: 'rate_limit_exceeded', code: 'rate_limit_exceeded' } });
    const limited = {
      type: 'response.incomplete',
      response: { ...whole, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    };
    expect(answer(RESPONSES, stream([limited], true))).toMatchObject({
      finishReason: 'max_output_tokens',
      incomplete: false,
      text: 'Hello there',
    });
    const filtered = { ...whole, status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    expect(answer(RESPONSES, filtered).blocked).toBe(true);
  });

  it('gives a response the id by which the next request names it', () => {
    const id = `resp_${'a'.repeat(400)}`;
    const next = request(RESPONSES, { input: 'q', previous_response_id: id });
    expect(answer(RESPONSES, { ...whole, id }).responseId).toBe(next.previousResponseId);
  });

  it('says nothing of an answer that was not captured', () => {
    const read = readAnswer(call(RESPONSES, {}, { responseBody: undefined }), request(RESPONSES, { input: 'q' }));
    expect(read).toMatchObject({ text: undefined, message: undefined, incomplete: false, model: { evidence: 'unknown' } });
  });
});
