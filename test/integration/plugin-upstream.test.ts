// Personal values stay at the gateway: the real plugin in its real server, between clients and a provider that repeats
// what it was asked, in the answers of all dialects.
import type http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTrialGateway, type TrialGateway } from '../../plugin/trial-gateway/index.ts';
import { logNothing } from '../../plugin/trial-gateway/log.ts';
import { readAll, send, serve, type TestServer } from '../support/http-client.ts';
import { VALUES as PRIVATE_KEYS } from '../unit/plugin/redact/values.ts';
import { ANSWER_FORMS, type AnswerForm, type Said } from '../unit/plugin/upstream/answers.ts';

const MAIL = 'grace.hopper@example.org';
const CARD = '4111 1111 1111 1111';
/** Several lines: what JSON must escape, once in a text and twice in arguments of a call. */
const PEM = PRIVATE_KEYS.find(([type]) => type === 'PRIVATE_KEY')![1].slice('key:\n'.length, -'\nthanks'.length);
const SAID = `Write to ${MAIL}, pay with ${CARD}; use ${PEM} — "thanks"`;
const VALUES = [MAIL, CARD, PEM.split('\n')[1]!];
/** Of the scripts and bodies in this test. */
const HOW = { compressed: 'x-compressed', failing: 'x-failing', endless: 'x-endless' };

interface Asked {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** In pieces of three characters, so that each stand-in is cut several times. */
const cut = (text: string): string[] => text.match(/[^]{1,3}/gu) ?? [];

function formOf(path: string, isStream: boolean): AnswerForm {
  const name = path.endsWith('/responses') ? 'responses' : path.endsWith('/messages') ? 'messages' : 'chat';
  return ANSWER_FORMS.find((form) => form.name === (isStream ? `${name} stream` : name))!;
}

/** Says what it was asked, and calls a tool with it. */
function saidOf(body: string): Said {
  const { messages, input } = JSON.parse(body) as { messages?: { content: string }[]; input?: string };
  const text = messages?.at(-1)?.content ?? input ?? '';
  return { text: cut(text), args: cut(JSON.stringify({ note: text })) };
}

describe('values that stay at the gateway', () => {
  const asked: Asked[] = [];
  const shipped: string[] = [];
  let gone = 0;
  let provider: TestServer;
  let controlPlane: TestServer;
  let gateway: TrialGateway;

  beforeAll(async () => {
    provider = await serve((request, response) => {
      void readAll(request).then((bytes) => {
        const body = bytes.toString();
        asked.push({ headers: request.headers, body });
        response.on('close', () => (gone += response.writableFinished ? 0 : 1));
        if (body === '') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
        if (request.headers[HOW.failing] !== undefined) {
          const error = JSON.stringify({ error: { message: `no such tool in ${saidOf(body).text.join('')}` } });
          return void response
            .writeHead(400, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(error) })
            .end(error);
        }
        const form = formOf(request.url!, body.includes('"stream":true'));
        const answer = Buffer.from(form.write(saidOf(body)));
        if (request.headers[HOW.compressed] !== undefined) {
          return void response.writeHead(200, { 'content-type': form.contentType, 'content-encoding': 'gzip' }).end(gzipSync(answer));
        }
        response.writeHead(200, { 'content-type': form.contentType, 'content-length': answer.length });
        if (request.headers[HOW.endless] !== undefined) return void response.write(answer.subarray(0, answer.length / 2));
        // At bytes that have nothing to do with events or characters.
        for (let at = 0; at < answer.length; at += 37) response.write(answer.subarray(at, at + 37));
        response.end();
      });
    });
    controlPlane = await serve((request, response) => {
      void readAll(request).then((body) => {
        if (request.url === '/v1/samples')
          shipped.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString());
        response
          .writeHead(request.method === 'POST' ? 202 : 404, { 'content-type': 'application/json' })
          .end('{"accepted":0,"rejected":[]}');
      });
    });
    gateway = await start({ upstream: 'pseudonyms' });
  });
  afterAll(async () => {
    await gateway.close();
    await controlPlane.close();
    await provider.close();
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const start = (pluginConfig: Record<string, unknown>): Promise<TrialGateway> =>
    startTrialGateway({
      port: 0,
      upstream: provider.url,
      controlPlaneUrl: controlPlane.url,
      token: 'test-token',
      log: logNothing,
      pluginConfig: { flush_ms: 50, ...pluginConfig },
      routes: [{ name: 'all', pathPrefix: '/', service: 'llm', guard: true }],
    });
  const json = { 'content-type': 'application/json' };
  const chat = (content: string, fields: Record<string, unknown> = {}): string =>
    JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content }], ...fields });
  /** Of the runs that were shipped, in their order. */
  const readings = (): unknown[] =>
    shipped
      .flatMap((batch) => batch.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line) as { startedAt: string; composition: { upstream?: unknown } })
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
      .map(({ composition }) => composition.upstream);
  const expectUnseen = (): void => {
    expect(asked.length).toBeGreaterThan(0);
    for (const { headers, body } of asked) {
      for (const value of VALUES) expect(JSON.stringify(headers) + body).not.toContain(value);
    }
  };

  it.each(ANSWER_FORMS.map(({ name }) => name))('%s: the provider reads none, the client its own words', async (name) => {
    const form = ANSWER_FORMS.find((one) => one.name === name)!;
    const path = name.startsWith('chat') ? '/v1/chat/completions' : name.startsWith('responses') ? '/v1/responses' : '/v1/messages';
    const said = name.startsWith('responses') ? { input: SAID } : { messages: [{ role: 'user', content: SAID }] };
    const body = JSON.stringify({ model: 'm', stream: name.endsWith('stream'), ...said });
    const answer = await send(`${gateway.url}${path}`, { headers: json, body });
    expect(answer).toMatchObject({ status: 200, isComplete: true });
    expect(answer.headers['clew-upstream']).toBe('pseudonyms;values=3');
    const heard = form.read(answer.body.toString());
    for (const { text, args } of heard) expect({ text, args: JSON.parse(args) as unknown }).toEqual({ text: SAID, args: { note: SAID } });
    expectUnseen();
    expect(asked[0]!.headers['accept-encoding']).toBe('identity');
  });

  it('the SDKs of both providers read their answers, streams and calls included', async () => {
    const openai = new OpenAI({ apiKey: 'sk-test', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: SAID }] };
    const [chosen] = (await openai.chat.completions.stream(request).finalChatCompletion()).choices;
    expect(chosen!.message.content).toBe(SAID);
    const call = chosen!.message.tool_calls![0]!;
    expect(call.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ note: SAID });
    const anthropic = new Anthropic({ apiKey: 'sk-ant', baseURL: gateway.url, maxRetries: 0 });
    const message = await anthropic.messages.stream({ ...request, max_tokens: 9 }).finalMessage();
    expect(message.content).toMatchObject([{ text: SAID }, { input: { note: SAID } }]);
    expectUnseen();
  });

  it('many at once never mix: each client reads its own values only', async () => {
    const clients = Array.from({ length: 40 }, (_, at) => `client-${at}.number@example.org`);
    const answers = await Promise.all(
      clients.map((mail, at) =>
        send(`${gateway.url}/v1/chat/completions`, { headers: json, body: chat(`I am ${mail}`, { stream: at % 2 === 0 }) }),
      ),
    );
    for (const [at, answer] of answers.entries()) {
      const form = formOf('/v1/chat/completions', at % 2 === 0);
      expect(form.read(answer.body.toString())[0]!.text).toBe(`I am ${clients[at]}`);
    }
    expect(asked.every(({ body }) => body.includes('I am [EMAIL_ADDRESS_1]'))).toBe(true);
  });

  it('in every field of a request, none reaches the provider', async () => {
    const all = `${MAIL} and ${CARD} and ${PEM}`;
    const headers = { ...json, 'x-user': MAIL, 'x-correlation-id': MAIL, baggage: `user=${MAIL}`, 'user-agent': `app of ${MAIL}` };
    const body = JSON.stringify({
      model: `gpt ${MAIL}`,
      user: MAIL,
      safety_identifier: MAIL,
      metadata: { user_id: MAIL, note: all, [MAIL]: 1 },
      stop: [MAIL],
      tools: [{ type: 'function', function: { name: 'f', description: all, parameters: { type: 'object', description: all } } }],
      messages: [
        { role: 'system', content: all },
        { role: 'user', content: [{ type: 'text', text: all }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify({ all }) } }],
        },
        { role: 'tool', tool_call_id: 'c', content: JSON.stringify({ rows: [all] }) },
        { role: 'user', content: all },
      ],
    });
    const answer = await send(`${gateway.url}/v1/chat/completions`, { headers, body });
    expect(answer.status).toBe(200);
    expectUnseen();
    for (const value of VALUES) {
      const encoded = Buffer.from(value).toString('base64').slice(0, -4);
      expect(asked.map((one) => one.body).join('')).not.toContain(encoded);
    }
  });

  it('errors that quote the question, answers that are compressed all the same, requests without a body', async () => {
    const url = `${gateway.url}/v1/chat/completions`;
    const failed = await send(url, { headers: { ...json, [HOW.failing]: '1' }, body: chat(SAID) });
    expect(failed.status).toBe(400);
    expect(JSON.parse(failed.body.toString())).toEqual({ error: { message: `no such tool in ${SAID}` } });
    const packed = await send(url, { headers: { ...json, [HOW.compressed]: '1' }, body: chat(SAID) });
    expect(formOf(url, false).read(gunzipSync(packed.body).toString())[0]!.text).toContain('[EMAIL_ADDRESS_1]');
    const models = await send(`${gateway.url}/v1/models`, { method: 'GET' });
    expect(models).toMatchObject({ status: 200, body: Buffer.from('{"data":[]}') });
    expectUnseen();
  });

  it('a client that goes away takes its call to the provider with it', async () => {
    const before = gone;
    const headers = { ...json, [HOW.endless]: '1' };
    const left = send(`${gateway.url}/v1/chat/completions`, {
      headers,
      body: chat(SAID, { stream: true }),
      onChunk: (_chunk, request) => request.destroy(),
    });
    await left.catch(() => undefined);
    await expect.poll(() => gone, { timeout: 10_000 }).toBe(before + 1);
    const next = await send(`${gateway.url}/v1/chat/completions`, { headers: json, body: chat(SAID) });
    expect(formOf('/v1/chat/completions', false).read(next.body.toString())[0]!.text).toBe(SAID);
  });

  it('a body that cannot be read is refused before the provider is called', async () => {
    const long = chat(`${MAIL} ${'x'.repeat(1_100_000)}`);
    const refused = await send(`${gateway.url}/v1/chat/completions`, { headers: json, body: long });
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ reason: 'too_large' });
    expect(refused.body.toString()).not.toContain(MAIL);
    const form = await send(`${gateway.url}/v1/files`, { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: MAIL });
    expect(form.status).toBe(415);
    expect(asked).toEqual([]);
  });

  it('while the plugin server is away, nothing reaches the provider', async () => {
    const url = `${gateway.url}/v1/chat/completions`;
    process.kill(gateway.pluginServerPid!, 'SIGKILL');
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(url, { headers: json, body: chat(SAID) })));
    expect(answers.map(({ status }) => status).every((status) => status === 503 || status === 200)).toBe(true);
    expect(answers.some(({ status }) => status === 503)).toBe(true);
    for (const { body } of asked) for (const value of VALUES) expect(body).not.toContain(value);
    await expect.poll(async () => (await send(url, { headers: json, body: chat('again') })).status, { timeout: 20_000 }).toBe(200);
  });

  it('what is kept of a run holds neither values nor what stood for them', async () => {
    shipped.length = 0;
    await send(`${gateway.url}/v1/chat/completions`, { headers: json, body: chat(SAID) });
    await expect.poll(() => shipped.join(''), { timeout: 20_000 }).toContain('EMAIL_ADDRESS');
    for (const value of VALUES) expect(shipped.join('')).not.toContain(value);
    expect(shipped.join('')).not.toMatch(/\[[A-Z_]+_\d\]/);
    expect(readings().at(-1)).toEqual({ read: 'stand_ins' });
  });

  it('the record of a run says what the provider read', async () => {
    shipped.length = 0;
    const url = `${gateway.url}/v1/chat/completions`;
    await send(url, { headers: json, body: chat('When do swifts leave?') });
    await send(url, { headers: json, body: chat(`${MAIL} ${'x'.repeat(1_100_000)}`) });
    await expect.poll(readings, { timeout: 20_000 }).toEqual([{ read: 'nothing_found' }, { read: 'nothing', reason: 'too_large' }]);
    gateway.reconfigure({ upstream: 'pseudonyms', upstream_unreadable: 'pass', upstream_max_bytes: 1024 });
    await send(url, { headers: json, body: chat(`${MAIL} ${'x'.repeat(2000)}`) });
    gateway.reconfigure({});
    await send(url, { headers: json, body: chat(SAID) });
    await expect.poll(() => readings().slice(2), { timeout: 20_000 }).toEqual([{ read: 'originals', reason: 'too_large' }, undefined]);
    gateway.reconfigure({ upstream: 'pseudonyms' });
  });

  it('where a route does not ask for it, every byte goes as it came; where it lets unreadable bodies pass, they do', async () => {
    gateway.reconfigure({});
    const body = chat(SAID);
    const answer = await send(`${gateway.url}/v1/chat/completions`, { headers: json, body });
    expect(asked[0]!.body).toBe(body);
    expect(answer.headers).not.toHaveProperty('clew-upstream');
    expect(Number(answer.headers['content-length'])).toBe(answer.body.length);
    gateway.reconfigure({ upstream: 'pseudonyms', upstream_unreadable: 'pass', upstream_max_bytes: 1024 });
    const long = chat(`${MAIL} ${'x'.repeat(2000)}`);
    const passed = await send(`${gateway.url}/v1/chat/completions`, { headers: json, body: long });
    expect(passed.headers['clew-upstream']).toBe('as-is;reason=too_large');
    expect(asked.at(-1)!.body).toBe(long);
    // A policy that keeps nothing says nothing of what the provider may read.
    gateway.reconfigure({ upstream: 'pseudonyms', mode: 'metadata_only' });
    await send(`${gateway.url}/v1/chat/completions`, { headers: json, body });
    expect(asked.at(-1)!.body).toContain('[EMAIL_ADDRESS_1]');
  });
});
