import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, call, EVENT_STREAM, GEMINI, GEMINI_STREAM, request, stream } from './support.ts';
import { readRequest } from '#dialects';
import { wholeObjects } from '../../../../plugin/src/dialects/cut-array.ts';

const part = (...parts: object[]): object => ({ candidates: [{ index: 0, content: { role: 'model', parts } }] });
const END = {
  candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: 'STOP' }],
  usageMetadata: {
    promptTokenCount: 9,
    candidatesTokenCount: 4,
    thoughtsTokenCount: 3,
    cachedContentTokenCount: 2,
    toolUsePromptTokenCount: 1,
  },
  modelVersion: 'gemini-2.5-flash-001',
  responseId: 'r-1',
};

describe('requests to Gemini', () => {
  it('reads model and streaming off the path, at every place where Google and gateways put it', () => {
    for (const [path, model, stream, provider] of [
      [GEMINI, 'gemini-2.5-flash', false, 'gcp.gemini'],
      [GEMINI_STREAM, 'gemini-2.5-flash', true, 'gcp.gemini'],
      ['/proxy/gemini/v1beta/models/gemini-2.5-pro%3AgenerateContent', 'gemini-2.5-pro', false, 'gcp.gemini'],
      [
        '/v1/projects/p/locations/eu/publishers/google/models/gemini-2.5-pro:streamGenerateContent',
        'gemini-2.5-pro',
        true,
        'gcp.vertex_ai',
      ],
      ['/v1beta/tunedModels/mine-1:generateContent', 'mine-1', false, 'gcp.gemini'],
    ] as const) {
      const read = request(path, { contents: [{ parts: [{ text: 'hello' }] }] });
      expect(read).toMatchObject({
        dialect: 'gemini.generate_content',
        modelRequested: model,
        stream,
        provider,
        prompt: 'hello',
        kind: 'turn',
      });
    }
    for (const path of ['/v1beta/models/m:countTokens', '/v1beta/models/m:embedContent', '/v1beta/models/m', '/generateContent'])
      expect(readRequest(call(path, { contents: [{ parts: [{ text: 'secret' }] }] })).ok).toBe(false);
  });

  it('reads instructions, turns, tools, results, media and settings, in either spelling', () => {
    const snake = {
      system_instruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Look at' },
            { inline_data: { mime_type: 'image/png', data: 'AAAA' } },
            { file_data: { file_uri: 'https://x.test/a.pdf' } },
          ],
        },
        { role: 'model', parts: [{ text: 'hm', thought: true }, { function_call: { id: 'c1', name: 'find', args: { q: 1 } } }] },
        { role: 'user', parts: [{ function_response: { id: 'c1', name: 'find', response: { found: ['a'] } } }] },
      ],
      tools: [
        { function_declarations: [{ name: 'find', description: 'Finds', parameters_json_schema: { type: 'object' } }], google_search: {} },
      ],
      tool_config: { function_calling_config: { mode: 'ANY' } },
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      generation_config: {
        temperature: 0.5,
        top_p: 0.9,
        max_output_tokens: 64,
        stop_sequences: ['END'],
        candidate_count: 2,
        thinking_config: { thinking_budget: 128 },
        response_mime_type: 'application/json',
        response_schema: { type: 'OBJECT' },
      },
    };
    const camel = JSON.parse(
      JSON.stringify(snake).replace(
        /"([a-z]+(?:_[a-z]+)+)":/g,
        (_, name: string) => `"${name.replace(/_([a-z])/g, (_all, c: string) => c.toUpperCase())}":`,
      ),
    ) as unknown;
    for (const body of [snake, camel]) {
      const read = request(GEMINI, body);
      expect(read.instructions.map(({ text }) => text)).toEqual(['Be brief.', 'Be kind.']);
      expect(read.messages.map(({ role, text }) => [role, text])).toEqual([
        ['user', 'Look at\n[image]\n[file]'],
        ['assistant', ''],
        ['tool', '{"found":["a"]}'],
      ]);
      expect(read.messages[1]!.toolCalls).toEqual([{ id: 'c1', name: 'find', arguments: '{"q":1}' }]);
      expect(read.messages[2]!.toolCallId).toBe('c1');
      expect(read.kind).toBe('step');
      expect(read.tools.map(({ name, description }) => [name, description])).toEqual([
        ['find', 'Finds'],
        [body === snake ? 'google_search' : 'googleSearch', undefined],
      ]);
      expect(read.tools[0]!.schema).toEqual({ type: 'object' });
      expect(read.parameters).toEqual({
        temperature: 0.5,
        top_p: 0.9,
        max_output_tokens: 64,
        stop_sequences: ['END'],
        n: 2,
        'thinking.budget_tokens': 128,
        tool_choice: 'ANY',
        safety_settings: ['HARM_CATEGORY_HARASSMENT=BLOCK_NONE'],
      });
      expect(read.responseFormat).toEqual({ type: 'application/json', schema: { type: 'OBJECT' } });
    }
  });
});

describe('answers of Gemini', () => {
  const streamed = [
    part({ text: 'I wonder', thought: true }),
    part({ text: 'Hel' }),
    part({ text: 'lo.' }, { functionCall: { name: 'find', args: { q: 'x' } } }),
    END,
  ];
  const wanted = {
    text: 'Hello.',
    finishReason: 'stop',
    responseId: 'r-1',
    model: { executed: 'gemini-2.5-flash-001' },
    usage: { inputTokens: 10, outputTokens: 7, cacheReadTokens: 2, reasoningTokens: 3 },
    toolCalls: [{ name: 'find', arguments: '{"q":"x"}' }],
    incomplete: false,
    blocked: false,
  };

  it('are the same whole, as events and as one array', () => {
    const whole = {
      ...END,
      candidates: [
        {
          ...END.candidates[0],
          content: { role: 'model', parts: [{ text: 'Hello.' }, { functionCall: { name: 'find', args: { q: 'x' } } }] },
        },
      ],
    };
    expect(answer(GEMINI, whole)).toMatchObject({ ...wanted, model: { ...wanted.model, evidence: 'response_body' } });
    expect(answer(GEMINI_STREAM, stream(streamed, false), EVENT_STREAM)).toMatchObject({
      ...wanted,
      model: { ...wanted.model, evidence: 'stream_event' },
    });
    expect(answer(GEMINI_STREAM, streamed)).toMatchObject({ ...wanted, model: { ...wanted.model, evidence: 'stream_event' } });
    expect(answer(GEMINI_STREAM, stream(streamed.slice(0, 3), false), EVENT_STREAM)).toMatchObject({ text: 'Hello.', incomplete: true });
  });

  it('are kept as far as they came, where the array breaks off', () => {
    const whole = JSON.stringify(streamed.slice(0, 3));
    expect(answer(GEMINI_STREAM, whole.slice(0, -4))).toMatchObject({ text: 'Hel', incomplete: true, toolCalls: [] });
    expect(answer(GEMINI_STREAM, whole.slice(0, -1))).toMatchObject({ text: 'Hello.', incomplete: true, toolCalls: [{ name: 'find' }] });
    expect(answer(GEMINI_STREAM, whole.slice(0, 20))).toMatchObject({ text: undefined, incomplete: true });
  });

  it('break off anywhere, and every object before stands', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.nat(), fc.constantFrom(undefined, 1), (objects, cut, indent) => {
        const text = JSON.stringify(objects, null, indent);
        const read = [...wholeObjects(text.slice(0, cut % (text.length + 1)))];
        expect(JSON.stringify(read)).toBe(JSON.stringify(objects.slice(0, read.length)));
        expect([...wholeObjects(text)]).toHaveLength(objects.length);
      }),
    );
  });

  it('say that a filter blocked, and why a call failed, without the words', () => {
    expect(answer(GEMINI, { promptFeedback: { blockReason: 'SAFETY' } })).toMatchObject({
      text: undefined,
      blocked: true,
      finishReason: 'safety',
    });
    expect(answer(GEMINI, { candidates: [{ finishReason: 'PROHIBITED_CONTENT' }] })).toMatchObject({ blocked: true });
    const failed = { error: { code: 429, message: 'Quota of jane@example.com', status: 'RESOURCE_EXHAUSTED' } };
    const read = answer(GEMINI, failed, { status: 429 });
    expect(read.error).toEqual({ type: 'RESOURCE_EXHAUSTED', code: '429' });
    expect(JSON.stringify(read)).not.toContain('jane');
  });
});
