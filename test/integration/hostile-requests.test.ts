// What a caller with every right may send to harm the server: odd ids in every route, bodies made to blow up, headers and names with line
// ends. Each is answered as a mistake of the caller, soon, and changes nothing for others.
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../control-plane/src/http/index.ts';
import { readAccessTable } from '../support/access-table.ts';
import { ADMIN_TOKEN, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { send, type Received } from '../support/http-client.ts';
import { listening, type Listening } from '../support/listening.ts';

let test: TestPlane;
let server: Listening;
let base: string;
beforeAll(async () => {
  test = await startPlane({ env: { CLEW_RATE_LIMIT_TOKEN: '100000', CLEW_RATE_LIMIT_ADDRESS: '100000' } });
  server = await listening(createHttpServer(test.app));
  base = server.url;
}, 60_000);
afterAll(async () => {
  await server.close();
  await test.close();
});

/** A request as it is written: no client in between that would mend it. */
function raw(method: string, target: string, headers: readonly string[] = [], body: string | Buffer = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(server.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
    const head = [
      `${method} ${target} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: Bearer ${ADMIN_TOKEN}`,
      'Connection: close',
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(body);
  });
}
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const headOf = (answer: string): string => answer.slice(0, answer.indexOf('\r\n\r\n'));

function post(path: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Received> {
  return send(`${base}${path}`, {
    body,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
  });
}

const IDS = [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '..%5c..%5ckeys',
  '%00',
  'a%00b',
  '%0d%0aSet-Cookie:%20a=b',
  '%E2%80%AE%F0%9F%A7%B6',
  '%ff%fe',
  '%',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "'%20OR%20'1'='1",
  '%25s%25n%7B%7B7*7%7D%7D',
  '-1',
  '9'.repeat(400),
  '1e309',
  'NaN',
  'x'.repeat(8_000),
];

describe('ids', () => {
  const routes = readAccessTable()
    .map(({ route }) => route)
    .filter((route) => route.includes(':'));

  it('there are routes with ids', () => expect(routes.length).toBeGreaterThan(20));

  it.each(routes)('%s takes none of the odd ones, and says so', { timeout: 30_000 }, async (route) => {
    const [method = '', path = ''] = route.split(' ');
    for (const id of IDS) {
      const started = performance.now();
      const answer = await raw(method, path.replaceAll(/:\w+/g, id), ['Content-Type: application/json'], method === 'POST' ? '{}' : '');
      const where = `${route} with ${id.slice(0, 40)}`;
      // Whoever nobody knows can be erased: the pseudonym may stand in a backup.
      if (method === 'DELETE' && path === '/v1/users/:id' && statusOf(answer) === 200) expect(answer, where).toContain('"residual":0');
      else expect(statusOf(answer), where).toBeGreaterThanOrEqual(400);
      expect(statusOf(answer), where).toBeLessThan(500);
      expect(headOf(answer).toLowerCase(), where).not.toContain('set-cookie');
      expect(performance.now() - started, where).toBeLessThan(5_000);
    }
  });
});

const DEEP = 50_000;
const HOSTILE: readonly (readonly [string, string])[] = [
  ['lists without end', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  ['objects without end', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  ['names of prototypes', '{"__proto__":{"isPolluted":true},"constructor":{"prototype":{"isPolluted":true}}}'],
  ['a number beyond all numbers', '1e999'],
  ['a number of very many digits', '9'.repeat(50_000)],
  ['half a character', String.raw`"\ud800"`],
  ['a zero byte and line ends', String.raw`"a\u0000\r\nSet-Cookie: a=b"`],
  ['null', 'null'],
  ['a list of nulls', '[null,null]'],
  ['an object that is no text', '{"toString":1,"valueOf":2,"toJSON":3,"length":-1}'],
  ['the end of all calendars', '"-271821-04-20T00:00:00.000Z"'],
];
const within = (text: string, inner: string): string => text.replaceAll('"INNER"', () => inner);

const START = Date.now() / 1_000 - 60;
const event = (fields: object): string =>
  JSON.stringify([{ litellm_call_id: 'a', call_type: 'acompletion', status: 'success', startTime: START, endTime: START + 1, ...fields }]);
const attribute = (key: string, value: unknown): object => ({ key, value });
const spans = (...attributes: object[]): string => {
  const times = { startTimeUnixNano: `${Math.floor(START)}000000000`, endTimeUnixNano: `${Math.floor(START)}000000000` };
  const operation = attribute('gen_ai.operation.name', { stringValue: 'chat' });
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), ...times, attributes: [operation, ...attributes] };
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] });
};

/** Doors, each with a body that it takes as far as it can. */
const DOORS: readonly (readonly [string, string, string])[] = [
  ['/v1/samples', 'attributes and a prompt', JSON.stringify(sample({ parameters: 'INNER', prompt: { text: 'INNER' } }))],
  ['/v1/litellm/logs', 'messages', event({ messages: [{ role: 'user', content: 'INNER' }] })],
  ['/v1/litellm/logs', 'an answer and metadata', event({ response: 'INNER', metadata: { requester_metadata: 'INNER' } })],
  ['/v1/litellm/logs', 'names', event({ model: 'INNER', model_group: 'INNER', model_id: 'INNER', custom_llm_provider: 'INNER' })],
  [
    '/beta/litellm_basic_guardrail_api',
    'texts and calls',
    '{"input_type":"request","texts":["a"],"tool_calls":"INNER","structured_messages":"INNER"}',
  ],
  ['/v1/traces', 'spans', '{"resourceSpans":"INNER"}'],
  ['/v1/traces', 'values', spans(attribute('gen_ai.request.model', 'INNER'), attribute('user.id', { stringValue: 'INNER' }))],
  ['/v1/traces', 'numbers', spans(attribute('gen_ai.request.temperature', { doubleValue: 'INNER', intValue: 'INNER' }))],
  ['/v1/feedback', 'a comment', '{"kind":"comment","requestId":"r","value":"INNER"}'],
  [
    '/v1/alerts/alertmanager',
    'alerts',
    '{"version":"4","alerts":[{"status":"firing","labels":"INNER","annotations":"INNER","startsAt":"INNER"}]}',
  ],
  ['/v1/alerts', 'labels', '{"alertname":"INNER","labels":"INNER"}'],
  ['/v1/deploys', 'a name', '{"name":"INNER"}'],
  ['/v1/tokens', 'names of places', '{"role":"engineer","tenant":"INNER","environment":"INNER","name":"INNER"}'],
  ['/v1/holds', 'a subject', '{"reason":"a reason","user":"INNER"}'],
  ['/v1/policies/plan', 'a policy', '{"policy":"INNER"}'],
  ['/v1/gateway-keys', 'a key', '{"publicKey":"INNER"}'],
  ['/v1/gateway-epochs', 'an envelope', '{"envelope":"INNER"}'],
];

describe('bodies', () => {
  it.each(DOORS)('%s answers, whatever stands in %s', { timeout: 60_000 }, async (path, _what, body) => {
    for (const [name, inner] of HOSTILE) {
      const { status, body: answer } = await post(path, within(body, inner));
      expect(status, `${path} with ${name}: ${answer.toString('utf8').slice(0, 300)}`).toBeLessThan(500);
    }
    expect(({} as Record<string, unknown>)['isPolluted']).toBeUndefined();
  });

  it('one event or span that cannot be read leaves the others what they are', async () => {
    const deep = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
    const events = [1, 2, 3].map((id) =>
      event({ litellm_call_id: `batch-${id}`, messages: [{ role: 'user', content: id === 2 ? 'INNER' : 'hello' }] }).slice(1, -1),
    );
    const taken = await post('/v1/litellm/logs', within(`[${events.join(',')}]`, deep));
    expect([taken.status, JSON.parse(taken.body.toString('utf8'))]).toMatchObject([202, { accepted: 3, rejected: [] }]);
  });

  it.each([
    ['a whole number that is a text', [0x1a, 0x01, 0x41]],
    ['a fraction of four bytes', [0x25, 1, 2, 3, 4]],
    ['a fraction that is a text', [0x22, 0x01, 0x41]],
  ])('protobuf: %s is a mistake of the sender', async (_name, value) => {
    const wrapped = (tag: number, ...parts: Buffer[]): Buffer => {
      const body = Buffer.concat(parts);
      return Buffer.concat([Buffer.from([tag, body.length]), body]);
    };
    const pair = wrapped(0x4a, wrapped(0x0a, Buffer.from('a')), wrapped(0x12, Buffer.from(value)));
    const body = wrapped(0x0a, wrapped(0x12, wrapped(0x12, pair)));
    expect((await post('/v1/traces', body, { 'content-type': 'application/x-protobuf' })).status).toBe(422);
  });
});

describe('bodies that unfold', () => {
  const unfolded = 24 * 1024 * 1024;
  const BOMBS: readonly (readonly [string, string, string])[] = [
    ['empty fields', '\0', 'application/x-protobuf'],
    ['empty objects, one a line', '{}\n', 'application/json'],
    ['broken objects, one a line', '{x\n', 'application/x-ndjson'],
    ['empty lines', '\n', 'application/x-ndjson'],
    ['brackets', '[', 'application/json'],
  ];
  it.each(BOMBS)('%s cost a moment and not minutes', { timeout: 60_000 }, async (_name, unit, type) => {
    const bomb = gzipSync(Buffer.alloc(unfolded, unit), { level: 1 });
    for (const path of type.includes('proto') ? ['/v1/traces'] : ['/v1/samples', '/v1/feedback']) {
      const start = process.threadCpuUsage();
      const { status } = await post(path, bomb, { 'content-type': type, 'content-encoding': 'gzip' });
      // Seconds were minutes, or the memory, where every item was made before the limit was looked at.
      expect(process.threadCpuUsage(start).user / 1_000_000, path).toBeLessThan(8);
      expect([400, 413, 422], path).toContain(status);
    }
  });

  it('more than the limit is refused whatever it is', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024), { level: 1 });
    for (const [path] of DOORS) expect((await post(path, bomb, { 'content-encoding': 'gzip' })).status, path).toBe(413);
  });
});

describe('headers', () => {
  it('line ends and control characters end the connection, and nothing of them comes back', async () => {
    for (const line of ['X-Request-Id: abcdefgh\rSet-Cookie: a=b', 'X-Request-Id: abcdefgh\0', 'X-A: a\r\n b: folded', 'A b: c'])
      expect((await raw('GET', '/v1/threads', [line])).split('\r\n\r\n')[0]?.toLowerCase(), line).toMatch(
        /^http\/1\.1 (?:400|200)(?![\s\S]*set-cookie)/,
      );
  });

  it('ids of requests and traces that are none are replaced', async () => {
    for (const id of ['a b', '<script>', '../../x', 'x'.repeat(4_000), '__proto__', '\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9']) {
      const answer = headOf(await raw('GET', '/v1/threads', [`X-Request-Id: ${id}`, `traceparent: ${id}`, `tracestate: ${id}`]));
      expect(statusOf(answer), id).toBe(200);
      const given = /x-request-id: (.*)/i.exec(answer)?.[1] ?? '';
      expect(given, id).toMatch(/^[\w-]{8,64}$/);
    }
  });

  it('two lengths, or a length and chunks, are not taken for two requests', async () => {
    const smuggled = 'GET /v1/audit HTTP/1.1\r\nHost: a\r\n\r\n';
    for (const lines of [['Content-Length: 0'], ['Transfer-Encoding: chunked'], ['Transfer-Encoding: xchunked']]) {
      const answer = await raw('POST', '/v1/feedback', lines, smuggled);
      expect(answer.match(/HTTP\/1\.1 \d{3}/g), lines[0]).toHaveLength(1);
      expect(statusOf(answer), lines[0]).toBe(400);
    }
  });
});
