// A real LiteLLM proxy whose provider reads stand-ins, by its own hooks alone.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAll, serve, type TestServer } from '../support/http-client.ts';
import { MASTER_KEY, startLiteLlm, type RunningLiteLlm } from '../support/litellm.ts';
import { startControlPlane, type ControlPlane } from '../support/stack.ts';

const SAID = 'Please write to ada@example.org, or to bob@example.org, and pay with 4111 1111 1111 1111. Thanks';
const CONFIG = path.resolve(import.meta.dirname, '../../deploy/litellm/config.yaml');

let control: ControlPlane;
let provider: TestServer;
let litellm: RunningLiteLlm;
const asked: string[] = [];

const answerOf = (content: string): object => ({
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});
const streamOf = (pieces: readonly string[]): string => {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return `${pieces.map((content) => chunk({ content })).join('')}${chunk({}, 'stop')}data: [DONE]\n\n`;
};

beforeAll(async () => {
  control = await startControlPlane();
  const made = await control.post('/v1/tokens', JSON.stringify({ role: 'ingest', name: 'litellm' }));
  provider = await serve((request, response) => {
    void readAll(request).then((bytes) => {
      // A probe of the proxy's own has no body.
      if (bytes.length === 0) return void response.end();
      asked.push(bytes.toString());
      const { messages, stream } = JSON.parse(bytes.toString()) as { messages: { content: string }[]; stream?: boolean };
      const pieces = messages.at(-1)!.content.match(/[^]{1,4}/gu)!;
      if (stream === true) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamOf(pieces));
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answerOf(pieces.join(''))));
    });
  });
  const config = parse(readFileSync(CONFIG, 'utf8')) as {
    guardrails: { litellm_params: Record<string, unknown> }[];
    model_list: { litellm_params: Record<string, unknown> }[];
  };
  for (const { litellm_params: params } of config.model_list) params['api_base'] = `${provider.url}/v1`;
  // As docs/LITELLM.md says.
  Object.assign(config.guardrails[0]!.litellm_params, {
    mode: ['pre_call', 'post_call'],
    streaming_transform_mode: 'incremental_diff',
    unreachable_fallback: 'fail_closed',
    additional_provider_specific_params: { upstream: 'pseudonyms' },
  });
  litellm = await startLiteLlm(stringify(config), {
    OPENAI_API_KEY: 'sk-not-used',
    CLEW_URL: control.url,
    CLEW_LOGS_URL: `${control.url}/v1/litellm/logs`,
    CLEW_AUTHORIZATION: `Bearer ${(made.json as { token: string }).token}`,
  });
}, 600_000);
afterAll(async () => {
  await litellm.stop();
  await provider.close();
});

const call = (content: string, stream: boolean): Promise<Response> =>
  fetch(`${litellm.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ model: 'assistant', stream, messages: [{ role: 'user', content }] }),
  });

async function ask(content: string, stream: boolean): Promise<string> {
  const response = await call(content, stream);
  expect(response.status).toBe(200);
  const text = await response.text();
  if (!stream) return (JSON.parse(text) as { choices: [{ message: { content: string } }] }).choices[0].message.content;
  const deltas = text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }] : []));
  return deltas.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

it.each([false, true])('the provider reads stand-ins, the client its own words (stream: %s)', async (stream) => {
  asked.length = 0;
  expect(await ask(SAID, stream)).toBe(SAID);
  expect(asked.join('')).toContain('[EMAIL_ADDRESS_1], or to [EMAIL_ADDRESS_2]');
  for (const value of ['ada@', 'bob@', '4111']) expect(asked.join('')).not.toContain(value);
});

it('calls at once never mix', async () => {
  const texts = Array.from({ length: 8 }, (_, at) => `I am person${at}@example.org`);
  expect(await Promise.all(texts.map((text, at) => ask(text, at % 2 === 0)))).toEqual(texts);
});

it('no call goes through while the control plane is away, as the configuration says', async () => {
  await control.stop();
  const { status } = await call('Is anybody there?', false);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(asked.filter((body) => body.includes('Is anybody there?'))).toEqual([]);
});
