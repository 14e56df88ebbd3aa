// Whatever clients and providers send, nothing throws and what comes out fits the contract.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize, parseSample } from '#contract';
import { composition, historyDigests, readAnswer, readRequest, type LlmRequest, type RawCall } from '#dialects';
import { call, CHAT, COHERE, DONE, GEMINI, GEMINI_STREAM, KEY, MESSAGES, request, RESPONSES } from './support.ts';
import { COHERE_EMBED, GEMINI_EMBED, VERTEX_EMBED } from './support.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

const PATHS = [
  ...[CHAT, RESPONSES, MESSAGES, GEMINI, GEMINI_STREAM, COHERE, '/v1/completions', '/v1/embeddings'],
  ...[GEMINI_EMBED, VERTEX_EMBED, COHERE_EMBED],
];

const CONTENTS = {
  contents: [{ parts: [{ text: 'q' }] }],
  content: { parts: [{ text: 'q' }] },
  instances: [{ content: 'q' }],
  texts: ['q'],
};

const FIELDS = [
  ...['contents', 'parts', 'systemInstruction', 'functionCall', 'functionResponse', 'args', 'response', 'generationConfig', 'inlineData'],
  ...['candidates', 'usageMetadata', 'promptFeedback', 'functionDeclarations', 'thought', 'documents', 'document', 'tokens'],
  ...['requests', 'instances', 'texts', 'inputs', 'images', 'predictions', 'embeddings', 'statistics', 'token_count', 'meta'],
  ...[
    'model',
    'messages',
    'input',
    'prompt',
    'instructions',
    'system',
    'tools',
    'functions',
    'role',
    'content',
    'type',
    'text',
    'image_url',
    'url',
  ],
  ...[
    'source',
    'data',
    'file',
    'tool_calls',
    'function',
    'name',
    'arguments',
    'id',
    'call_id',
    'tool_use_id',
    'output',
    'metadata',
    'user_id',
    'session_id',
  ],
  ...[
    'conversation',
    'previous_response_id',
    'temperature',
    'stop',
    'reasoning',
    'response_format',
    'choices',
    'message',
    'delta',
    'index',
    'usage',
  ],
  ...[
    'prompt_tokens',
    'input_tokens',
    'error',
    'code',
    'status',
    'finish_reason',
    'stop_reason',
    'response',
    'item',
    'output_index',
    'content_block',
  ],
  ...[
    'partial_json',
    'incomplete_details',
    'reason',
    'audio',
    'refusal',
    'format',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ],
];
const WORDS = [
  ...[
    'user',
    'assistant',
    'system',
    'tool',
    'text',
    'input_text',
    'output_text',
    'tool_use',
    'tool_result',
    'image',
    'image_url',
    'document',
    'function',
  ],
  ...[
    'function_call',
    'function_call_output',
    'shell_call_output',
    'message',
    'error',
    'base64',
    'content',
    'data:,',
    '<context>',
    '\ud800',
    '[DONE]',
  ],
  ...[
    'message_start',
    'message_delta',
    'content_block_start',
    'content_block_delta',
    'input_json_delta',
    'text_delta',
    'response.completed',
  ],
  ...[
    'response.output_item.added',
    'response.output_text.delta',
    'response.function_call_arguments.delta',
    'response.failed',
    'completed',
    'failed',
  ],
];

const { value: garbage } = fc.letrec<{ value: unknown; leaf: unknown; list: unknown[]; record: unknown }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, 2 ** 60, 1e-7),
    fc.string({ maxLength: 6 }),
    fc.jsonValue({ maxDepth: 1 }),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  record: fc.array(fc.tuple(fc.constantFrom(...FIELDS), tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  value: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), tie('list'), tie('record')),
}));
const body = fc.array(fc.tuple(fc.constantFrom(...FIELDS), garbage), { maxLength: 8 }).map((entries) => Object.fromEntries(entries));
const messagesBody = fc.record({
  messages: fc.array(
    fc.record(
      { role: fc.constantFrom('user', 'assistant', 'tool', 'system'), content: garbage, tool_calls: garbage, audio: garbage },
      { requiredKeys: ['role'] },
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  input: garbage,
  contents: fc.array(fc.record({ role: fc.constantFrom('user', 'model'), parts: fc.array(garbage, { maxLength: 3 }) }), { maxLength: 3 }),
  tools: garbage,
  system: garbage,
  metadata: garbage,
  prompt: garbage,
});

/** All that is made of a call, checked against the contract. */
function everything(raw: RawCall): LlmRequest | undefined {
  const reading = readRequest(raw);
  if (!reading.ok) {
    expect(reading.reason).not.toBe('');
    return undefined;
  }
  const { request: read } = reading;
  const answer = readAnswer(raw, read);
  const history = historyDigests(read.messages, KEY, { answer: answer.sentBack, summary: read.startsWithSummary });
  const parts = composition(read, answer, { randomBytes: (size) => new Uint8Array(size) });
  for (const message of [...read.instructions, ...read.messages]) expect(canonicalize(message.canonical)).not.toBe('');
  const sample = {
    version: 1,
    id: 'x',
    startedAt: '2026-01-01T00:00:00Z',
    dialect: read.dialect,
    provider: read.provider,
    stream: read.stream,
    parameters: read.parameters,
    model: answer.model,
    call: {
      kind: read.kind,
      ...(read.auxiliary && { auxiliary: read.auxiliary }),
      ...(answer.responseId !== undefined && { responseId: answer.responseId }),
    },
    ...(answer.usage && { usage: answer.usage }),
    ...(answer.error && { error: JSON.parse(JSON.stringify(answer.error)) as unknown }),
    history,
    composition: parts,
  };
  expect(parseSample(JSON.parse(JSON.stringify(sample)))).toMatchObject({ ok: true, unknownFields: 0 });
  return read;
}

describe('hostile input', () => {
  it('never throws on arbitrary JSON in any field of a request or an answer', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), fc.oneof(body, messagesBody), body, (path, sent, answered) => {
        if (everything(call(path, sent, { responseBody: JSON.stringify(answered) }))) read += 1;
      }),
      { numRuns: 1500 },
    );
    // The property says nothing unless a good part of the bodies gets past the door.
    expect(read).toBeGreaterThan(300);
  });

  it('never throws on arbitrary events', () => {
    const event = fc.record({ type: fc.constantFrom(...WORDS, 'message_stop', 'response.created'), data: body });
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), fc.array(event, { maxLength: 8 }), fc.nat({ max: 30 }), (path, events, cut) => {
        const text = events.map(({ type, data }) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`).join('') + DONE;
        const minimal =
          path === RESPONSES || path === '/v1/embeddings'
            ? { input: 'q' }
            : { prompt: 'q', ...CONTENTS, messages: [{ role: 'user', content: 'q' }] };
        const raw = call(path, minimal, {
          responseBody: text.slice(0, text.length - cut),
          responseHeaders: { 'content-type': 'text/event-stream' },
        });
        expect(everything(raw)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws on arbitrary text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), fc.string(), fc.string(), (path, sent, answered) => {
        everything(call(path, sent, { responseBody: answered }));
        const minimal = { input: 'q', prompt: 'q', ...CONTENTS, messages: [{ role: 'user', content: 'q' }] };
        expect(everything(call(path, minimal, { responseBody: `data: ${answered}` }))).toBeDefined();
      }),
    );
  });

  it('takes __proto__ as a key like any other', () => {
    const text =
      '{"messages":[{"role":"user","content":"q"}],"__proto__":{"stream":true},"tools":[{"type":"function","function":{"name":"f","parameters":{"__proto__":{"x":1}}}}]}';
    const read = everything(call(CHAT, text));
    expect(read?.stream).toBe(false);
    expect(canonicalize(read?.tools[0]?.schema)).toBe('{"__proto__":{"x":1}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('has canonical forms of numbers out of range and of broken characters', () => {
    const args = '{"a":1e999,"\\ud800":"\\udfff"}';
    const text = `{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":${JSON.stringify(args)}}}]}],"tools":[{"name":"t","input_schema":{"max":-1e999}}]}`;
    const read = everything(call(CHAT, text));
    expect(canonicalize(read?.messages[0]?.canonical)).toContain('{"a":null,"\uFFFD":"\uFFFD"}');
    expect(read?.tools[0]?.schema).toEqual({ max: null });
  });

  it('judges depth before it recurses, in bodies, arguments and events', () => {
    const deep = '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000);
    expect(readRequest(call(CHAT, `{"messages":[{"role":"user","content":"q"}],"x":${deep}}`))).toEqual({ ok: false, reason: 'too_deep' });
    const calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: deep } }];
    expect(everything(call(CHAT, { messages: [{ role: 'assistant', tool_calls: calls }] }))?.messages).toHaveLength(1);
    const plain = { messages: [{ role: 'user', content: 'q' }] };
    expect(everything(call(CHAT, plain, { responseBody: `data: ${deep}\n\n${DONE}` }))).toBeDefined();
    expect(everything(call(CHAT, plain, { responseBody: deep }))).toBeDefined();
    // Brackets inside strings are text.
    expect(request(CHAT, { messages: [{ role: 'user', content: '[{"\\'.repeat(10_000) }] }).kind).toBe('turn');
  });

  it('reads bodies of 10 MB in seconds', () => {
    const cpuMs = cpuTimer();
    const words = 'bread and "butter" \\ \n'.repeat(440_000);
    const bodies = [
      { messages: [{ role: 'user', content: words }] },
      { messages: Array.from({ length: 200_000 }, () => ({ role: 'user', content: 'x' })) },
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(10_000_000)}` } }] },
        ],
      },
      { messages: [{ role: 'user', content: Array.from({ length: 300_000 }, () => ({ type: 'text', text: '<context>' })) }] },
      { messages: [{ role: 'user', content: 'q' }], tools: Array.from({ length: 200_000 }, (_, at) => ({ name: `f${at}` })) },
    ];
    for (const one of bodies) expect(everything(call(CHAT, one))).toBeDefined();
    expect(cpuMs()).toBeLessThan(25_000);
  });

  it('reads a streamed answer of 1 MB in far less than a second', () => {
    const event = `data: ${JSON.stringify({ id: 'c', model: 'ran', choices: [{ index: 0, delta: { content: ' token' }, finish_reason: null }] })}\n\n`;
    const raw = call(
      CHAT,
      { stream: true, messages: [{ role: 'user', content: 'q' }] },
      { responseBody: event.repeat(Math.ceil(1_000_000 / event.length)) + DONE },
    );
    const cpuMs = cpuTimer();
    const answer = readAnswer(raw, request(CHAT, { messages: [{ role: 'user', content: 'q' }] }));
    expect(cpuMs()).toBeLessThan(2000);
    expect(answer.text?.length).toBe(Math.ceil(1_000_000 / event.length) * ' token'.length);
  });
});
