// One and the same run through each API, at a gateway and from LiteLLM: the record has every part, whoever tells of it.
import { describe, expect, it } from 'vitest';
import { recordOf, type CompositionRecord, type Sample } from '#contract';
import { success, toSample } from '../control-plane/litellm/fixtures.ts';
import { chatOutcome, chatRequest, pluginBench } from '../../support/plugin-flow.ts';

const SCHEMA = { type: 'object', properties: { place: { type: 'string' } } };
const FORMAT = { type: 'object', properties: { hours: { type: 'number' } } };
const POLICY = { version: 1 as const, context: { marks: ['context'], roles: [] } };
const SYSTEM = 'You know the tides.';
const ASKED = '<context>High water is at six.</context> When is high water?';
const HEADERS = {
  'x-clew-variant': 'arm-b',
  'x-clew-context': JSON.stringify({ selected: [{ id: 'd1', score: 0.7, source: 'almanac' }], discarded: [{ id: 'd2', score: 0.1 }] }),
};
const ROUTING = { route: { id: 'r1', name: 'tides' }, service: { id: 's1', name: 'provider' }, ai: { provider: 'openai', plugin: 'p1' } };

interface Source {
  readonly name: string;
  readonly path: string;
  readonly request: Record<string, unknown>;
  readonly answer: Record<string, unknown>;
}

const SOURCES: readonly Source[] = [
  {
    name: 'OpenAI chat',
    path: '/v1/chat/completions',
    request: {
      model: 'asked',
      temperature: 0.2,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: 'Good morning' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'tide', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: 'six' },
        { role: 'user', content: ASKED },
      ],
      tools: [{ type: 'function', function: { name: 'tide', description: 'Tells tides', parameters: SCHEMA } }],
      response_format: { type: 'json_schema', json_schema: { name: 'hours', schema: FORMAT } },
    },
    answer: {
      id: 'a1',
      model: 'asked-2026-01-01',
      system_fingerprint: 'fp_1',
      choices: [{ index: 0, message: { role: 'assistant', content: '{"hours":6}' }, finish_reason: 'stop' }],
    },
  },
  {
    name: 'OpenAI responses',
    path: '/v1/responses',
    request: {
      model: 'asked',
      temperature: 0.2,
      instructions: SYSTEM,
      prompt: { id: 'pmpt_tides', version: '3', variables: { port: 'Wick' } },
      input: [
        { role: 'user', content: 'Good morning' },
        { type: 'function_call', call_id: 'c1', name: 'tide', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'six' },
        { role: 'user', content: ASKED },
      ],
      tools: [{ type: 'function', name: 'tide', description: 'Tells tides', parameters: SCHEMA }],
      text: { format: { type: 'json_schema', name: 'hours', schema: FORMAT } },
    },
    answer: {
      id: 'a1',
      object: 'response',
      model: 'asked-2026-01-01',
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: '{"hours":6}' }] }],
    },
  },
  {
    name: 'Anthropic messages',
    path: '/v1/messages',
    request: {
      model: 'asked',
      max_tokens: 100,
      temperature: 0.2,
      system: SYSTEM,
      messages: [
        { role: 'user', content: 'Good morning' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'tide', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'six' },
            { type: 'text', text: ASKED },
          ],
        },
      ],
      tools: [{ name: 'tide', description: 'Tells tides', input_schema: SCHEMA }],
      mcp_servers: [{ type: 'url', name: 'harbour', url: 'https://mcp.example', authorization_token: 'canary-token' }],
      output_config: { format: { type: 'json_schema', schema: FORMAT } },
    },
    answer: {
      id: 'a1',
      type: 'message',
      role: 'assistant',
      model: 'asked-2026-01-01',
      content: [{ type: 'text', text: '{"hours":6}' }],
      stop_reason: 'end_turn',
    },
  },
];

/** Two attempts at the provider, the first of which failed. */
async function atGateway({ path, request, answer }: Source): Promise<Sample> {
  const bench = pluginBench(POLICY);
  const outcome = chatOutcome({ routing: ROUTING, tries: [{ status: 502 }, { status: 200 }], body: JSON.stringify(answer) });
  await bench.run({ ...chatRequest({}, HEADERS), path, body: JSON.stringify(request) }, outcome);
  return bench.samples()[0] ?? expect.fail('nothing was shipped');
}

function fromLiteLlm({ request, answer }: Source): Sample {
  const { messages, model, ...parameters } = request;
  return toSample(
    success({
      model_group: model,
      messages,
      model_parameters: parameters,
      response: answer,
      metadata: { requester_custom_headers: HEADERS },
    }),
    { policy: POLICY },
  );
}

function expectWhole({ model, parameters, composition, history }: CompositionRecord): void {
  expect(model).toMatchObject({ requested: 'asked', executed: 'asked-2026-01-01', evidence: 'response_body' });
  expect(parameters).toMatchObject({ temperature: 0.2 });
  const { instructions, tools, context, responseFormat, retrieval, routing, variant, attempts, input, output } = composition;
  expect(instructions?.at(-1)).toMatchObject({ role: 'system', salted: true, length: SYSTEM.length });
  expect(tools?.[0]).toMatchObject({ name: 'tide' });
  expect(context?.map(({ source }) => source)).toEqual(['tool', 'mark:context']);
  expect(responseFormat?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(retrieval).toMatchObject({ selected: [{ salted: true, score: 0.7, source: 'almanac' }], discarded: [{ score: 0.1 }] });
  expect(routing?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(variant).toBe('arm-b');
  expect(attempts?.length).toBeGreaterThan(0);
  expect([input?.salted, output?.salted]).toEqual([true, true]);
  expect(history).toMatchObject({ length: 4, truncated: false, chain: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
}

describe('a record', () => {
  for (const source of SOURCES) {
    it(`of ${source.name} has every part`, async () => {
      const sample = await atGateway(source);
      const { record } = recordOf(sample);
      expectWhole(record);
      expect(record.composition.attempts).toEqual([
        { model: 'asked', status: 502, reason: 'http_502' },
        { model: 'asked', status: 200 },
      ]);
      expect(JSON.stringify(sample)).not.toContain('canary-token');
    });
  }

  it('of LiteLLM has every part', () => {
    const [chat = expect.fail('no source')] = SOURCES;
    const { record } = recordOf(fromLiteLlm(chat));
    expectWhole(record);
    expect(record.composition.attempts).toEqual([{ model: 'openai/small-model', status: 200 }]);
  });

  it('has the same digest for one tool in every API, and names servers of tools and stored prompts', async () => {
    const samples = [...(await Promise.all(SOURCES.map(atGateway))), fromLiteLlm(SOURCES[0] ?? expect.fail('no source'))];
    const tools = samples.map(({ composition }) => composition?.tools ?? []);
    expect(new Set(tools.map(([tool]) => tool?.digest)).size).toBe(1);
    expect(tools[2]?.map(({ name }) => name)).toEqual(['tide', 'harbour']);
    expect(samples[1]?.composition?.instructions?.map(({ role }) => role)).toEqual(['developer', 'system']);
  });

  it('says that its history is not whole where that begins with a summary', async () => {
    const [chat = expect.fail('no source')] = SOURCES;
    const messages = [
      { role: 'user', content: 'This session is being continued from a previous conversation that ran out of context. Summary: tides.' },
      { role: 'user', content: 'Go on' },
    ];
    const sample = await atGateway({ ...chat, request: { ...chat.request, messages } });
    expect(sample.history?.summary).toBe(true);
    expect(recordOf(sample).record.history.truncated).toBe(true);
  });
});
