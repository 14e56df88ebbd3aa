// The whole server in process: posted bytes to threads and search, with the real store and small models.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const NDJSON = 'application/x-ndjson';

interface Listed {
  readonly id: string;
  readonly user: string;
}

/** supertest gives bodies no type. */
const listed = <T = Listed>(value: unknown): T[] => value as T[];

describe('posting alerts', () => {
  let test: TestPlane;
  beforeAll(async () => {
    test = await startPlane();
  });
  afterAll(() => test.close());

  it('redacts names and values of labels, and keeps which machine is meant', async () => {
    const labels = { alertname: 'Slow for kim.doe@example.org', instance: '10.1.2.3:9090', 'jo.roe@example.org': 'yes' };
    const alerts = [{ status: 'firing', labels, startsAt: new Date().toISOString() }];
    const posted = await request(test.app).post('/v1/alerts/alertmanager').set(bearer()).send({ alerts });
    expect(posted.status).toBe(202);
    const listed = await request(test.app).get('/v1/alerts').set(bearer());
    const text = JSON.stringify(listed.body);
    expect(text).toContain('Slow for [EMAIL_ADDRESS]');
    expect(text).toContain('10.1.2.3:9090');
    expect(text).not.toContain('example.org');
  });
});

describe('posting samples', () => {
  let test: TestPlane;
  beforeAll(async () => {
    test = await startPlane();
  });
  afterAll(() => test.close());
  const post = () => request(test.app).post('/v1/samples').set(bearer());

  it('takes an array, lines, one object and gzip', async () => {
    const array = await post().send([sample(), sample()]);
    expect(array.status).toBe(202);
    expect(array.body).toEqual({ accepted: 2, duplicates: 0, unknownFields: 0, rejected: [] });
    const lines = await post()
      .type(NDJSON)
      .send(`${ndjson([sample(), sample(), sample()])}\n\n`);
    expect(lines.body.accepted).toBe(3);
    const object = await post().send(sample());
    expect(object.body.accepted).toBe(1);
    const zipped = await post()
      .type(NDJSON)
      .set('Content-Encoding', 'gzip')
      .serialize((body: unknown) => body as string)
      .send(gzipSync(ndjson([sample(), sample()])) as unknown as string);
    expect(zipped.body.accepted).toBe(2);
  });

  it('is idempotent by id, within a batch and across batches', async () => {
    const twice = sample({ id: 'same' });
    const first = await post().send([twice, twice]);
    expect(first.body).toMatchObject({ accepted: 2, duplicates: 1, rejected: [] });
    const second = await post().send([twice]);
    expect(second.body).toMatchObject({ accepted: 1, duplicates: 1 });
    await test.settled();
    const third = await post().send([twice]);
    expect(third.body).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  const future = new Date(Date.now() + 2 * 3_600_000).toISOString();
  it.each([
    ['a wrong type', { prompt: 'text' }, 'invalid_sample', '/prompt: expected type object'],
    ['a missing field', { startedAt: undefined }, 'invalid_sample', 'expected field startedAt present'],
    ['another version', { version: 2 }, 'invalid_sample', '/version: expected the value 1'],
    ['a wrong enum', { dialect: 'cobol' }, 'invalid_sample', '/dialect: expected one of'],
    ['a time before 2015', { startedAt: '2009-01-01T00:00:00Z' }, 'time_out_of_range', '/startedAt'],
    ['a time to come', { startedAt: future }, 'time_out_of_range', '/startedAt'],
    ['no such day', { startedAt: '2026-13-45T00:00:00Z' }, 'time_out_of_range', '/startedAt'],
    ['an end before the start', { endedAt: '2020-01-01T00:00:00Z' }, 'time_out_of_range', '/endedAt'],
    ['another tenant', { tenant: 'someone-else' }, 'wrong_scope', '/tenant'],
    ['another environment', { environment: 'test' }, 'wrong_scope', '/environment'],
  ])('rejects an item with %s and takes the others', async (_what, fields, code, message) => {
    const answer = await post().send([sample(), sample(fields), sample()]);
    expect(answer.status).toBe(202);
    expect(answer.body.accepted).toBe(2);
    expect(answer.body.rejected).toHaveLength(1);
    expect(answer.body.rejected[0]).toMatchObject({ index: 1, code });
    expect(answer.body.rejected[0].message).toContain(message);
  });

  it('rejects a broken line, and one that is not UTF-8, and takes the others', async () => {
    const body = Buffer.concat([
      Buffer.from(`${JSON.stringify(sample())}\n{"version":1,"id":\n`),
      Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
      Buffer.from(JSON.stringify(sample())),
    ]);
    const answer = await post()
      .type(NDJSON)
      .serialize((bytes: unknown) => bytes as string)
      .send(body as unknown as string);
    expect(answer.status).toBe(202);
    expect(answer.body.accepted).toBe(2);
    expect(listed<{ index: number; code: string }>(answer.body.rejected).map((item) => [item.index, item.code])).toEqual([
      [1, 'malformed_json'],
      [2, 'invalid_encoding'],
    ]);
  });

  it('leaves unknown fields out and counts them', async () => {
    const answer = await post().send([
      sample({ id: 'extra', colour: 'blue', trace: undefined, principal: { id: 'p_x', source: 's', trust: 'asserted', shoe: 44 } }),
    ]);
    expect(answer.body).toMatchObject({ accepted: 1, unknownFields: 2, rejected: [] });
  });

  const zip = (bytes: Buffer | string): Buffer => gzipSync(bytes);
  const bomb = zip(Buffer.alloc(64 * 1024 * 1024, 0x20));
  it.each<[string, Buffer, Record<string, string>, number, string]>([
    ['a broken array', Buffer.from('[{"version":1},'), {}, 400, 'malformed_json'],
    ['a broken object', Buffer.from('{"version":'), {}, 400, 'malformed_json'],
    ['no JSON', Buffer.from('hello'), {}, 400, 'malformed_json'],
    ['an empty body', Buffer.alloc(0), {}, 400, 'malformed_json'],
    ['an array that is not UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), {}, 415, 'invalid_encoding'],
    ['truncated gzip', zip('[]'.padEnd(5000, ' ')).subarray(0, 20), { 'Content-Encoding': 'gzip' }, 400, 'malformed_gzip'],
    ['no gzip at all', Buffer.from('[]'), { 'Content-Encoding': 'gzip' }, 400, 'malformed_gzip'],
    ['another encoding', Buffer.from('[]'), { 'Content-Encoding': 'br' }, 415, 'invalid_encoding'],
    ['more than 10 MiB', Buffer.alloc(10 * 1024 * 1024 + 1, 0x20), {}, 413, 'body_too_large'],
    ['a zip bomb', bomb, { 'Content-Encoding': 'gzip' }, 413, 'body_too_large'],
  ])('answers %s with a clear error', async (_what, body, headers, status, code) => {
    const answer = await post()
      .type('application/json')
      .set(headers)
      .serialize((bytes: unknown) => bytes as string)
      .send(body as unknown as string);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code, type: `urn:clew:error:${code}` });
    expect(answer.body.remedy).toEqual(expect.any(String));
  });

  it('never repeats what was sent', async () => {
    const secret = 'canary-5521';
    const bodies = [`{"${secret}"`, JSON.stringify([sample({ dialect: secret, [secret]: 1, startedAt: secret })])];
    for (const body of bodies) {
      const answer = await post().type('application/json').send(body);
      expect(answer.text).not.toContain(secret);
    }
    expect((await request(test.app).get('/metrics').set('Host', 'localhost')).text).not.toContain(secret);
  });

  it('counts what it refused', async () => {
    await post().send([sample({ version: 9 })]);
    const { text } = await request(test.app).get('/metrics').set('Host', 'localhost');
    expect(text).toMatch(/clew_samples_rejected_total\{code="invalid_sample"\} \d+/);
    expect(text).toMatch(/clew_samples_accepted_total \d+/);
  });
});

describe('overload', () => {
  it('answers 429 with Retry-After when too much waits, and loses nothing', async () => {
    const test = await startPlane({ env: { CLEW_JOURNAL_LIMIT: '2' }, paused: true });
    try {
      const post = () => request(test.app).post('/v1/samples').set(bearer());
      expect((await post().send([sample(), sample()])).status).toBe(202);
      const refused = await post().send([sample()]);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(refused.body.code).toBe('overloaded');
      test.plane.start();
      await test.settled();
      expect((await post().send([sample()])).status).toBe(202);
    } finally {
      await test.close();
    }
  });
});

describe('from a post to threads and search', () => {
  let test: TestPlane;
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();
  const rows = [
    sample({
      id: 'tomato-1',
      startedAt: at(0),
      prompt: { text: 'How deep should I plant tomato seedlings?' },
      answer: { text: 'Up to the first leaves.' },
    }),
    sample({
      id: 'tomato-2',
      startedAt: at(1),
      prompt: { text: 'How often should I water the tomato seedlings?' },
      session: { id: 'chat-9', source: 'header:x-session-id' },
    }),
    sample({
      id: 'tomato-3',
      startedAt: at(2),
      prompt: { text: 'And in winter?' },
      session: { id: 'chat-9', source: 'header:x-session-id' },
      model: { requested: 'gpt-4o', executed: 'gpt-4o-2024-08-06', evidence: 'response_body' },
      usage: { inputTokens: 1000, outputTokens: 100 },
      runId: 'ab'.repeat(16),
    }),
    sample({
      id: 'other-1',
      startedAt: at(3),
      principal: { id: 'p_other', source: 'header:x-user', trust: 'asserted' },
      prompt: { text: 'Write to Aurelia Brandt at aurelia@example.com about tomato soup' },
    }),
    sample({
      id: 'meta-1',
      startedAt: at(4),
      mode: 'metadata_only',
      prompt: { text: 'wordless-canary' },
      principal: { id: 'p_quiet', source: 'header:x-user', trust: 'asserted' },
    }),
    sample({
      id: 'topic-1',
      startedAt: at(5),
      mode: 'topic_only',
      prompt: { text: 'embedded-canary but not kept' },
      principal: { id: 'p_quiet', source: 'header:x-user', trust: 'asserted' },
    }),
  ];
  beforeAll(async () => {
    test = await startPlane();
    const answer = await request(test.app).post('/v1/samples').set(bearer()).send(rows);
    expect(answer.body).toMatchObject({ accepted: rows.length, rejected: [] });
    await test.settled();
  });
  afterAll(() => test.close());
  const get = (url: string, token?: string) => request(test.app).get(url).set(bearer(token));

  it('links by the declared session and shows why', async () => {
    const { body } = await get('/v1/requests/tomato-3');
    expect(body).toMatchObject({ id: 'tomato-3', method: 'declared', position: 'continuation', predecessor: 'tomato-2', confidence: 1 });
    expect(body.reasons.length).toBeGreaterThan(0);
    const thread = await get(`/v1/threads/${body.thread}`);
    expect(listed(thread.body.requests).map((one) => one.id)).toContain('tomato-2');
    expect(body.costUsd).toBeCloseTo((1000 * 2.5 + 100 * 10) / 1e6, 9);
  });

  it('redacts patterns and names before anything is embedded or kept', async () => {
    const { body } = await get('/v1/requests/other-1');
    expect(body.prompt).toBe('Write to [PERSON] at [EMAIL_ADDRESS] about tomato soup');
    expect(body.redactions).toMatchObject({ PERSON: 1, EMAIL_ADDRESS: 1 });
    expect(test.names.seen.join('\n')).not.toContain('aurelia@example.com');
    expect(test.embedder.seen.join('\n')).not.toMatch(/Aurelia|aurelia@/);
  });

  it('keeps no words of metadata_only and topic_only, and embeds only the latter', async () => {
    for (const id of ['meta-1', 'topic-1']) {
      const { body } = await get(`/v1/requests/${id}`);
      expect(body).toMatchObject({ id, prompt: null, answer: null });
    }
    expect(test.embedder.seen.join('\n')).not.toContain('wordless-canary');
    expect(test.embedder.seen.join('\n')).toContain('embedded-canary');
  });

  it('writes no planted value to any file in the clear', () => {
    const files = readdirSync(test.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const bytes = readFileSync(path.join(file.parentPath, file.name)).toString('latin1');
      for (const canary of ['Aurelia Brandt', 'aurelia@example.com', 'wordless-canary', 'embedded-canary']) {
        expect(bytes.includes(canary), `${canary} in ${file.name}`).toBe(false);
      }
    }
  });

  it('filters and pages threads', async () => {
    const mine = await get('/v1/threads?user=p_someone');
    expect(listed(mine.body.items).every((one) => one.user === 'p_someone')).toBe(true);
    const first = await get('/v1/threads?limit=1');
    expect(first.body.items).toHaveLength(1);
    const second = await get(`/v1/threads?limit=1&cursor=${encodeURIComponent(first.body.next as string)}`);
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
    expect((await get('/v1/threads?model=gpt-4o-2024-08-06')).body.items).toHaveLength(1);
    expect((await get('/v1/threads?from=2030-01-01')).body.items).toEqual([]);
  });

  it.each([
    ['/v1/threads?limit=0', 'limit'],
    ['/v1/threads?limit=ten', 'limit'],
    ['/v1/threads?position=last', 'position'],
    ['/v1/threads?from=yesterday', 'from'],
    ['/v1/threads?to=2026-99-99', 'to'],
    ['/v1/threads?usr=p_someone', 'usr'],
    ['/v1/threads?user=a&user=b', 'user'],
    ['/v1/threads?cursor=nonsense', 'cursor'],
    ['/v1/search', 'q'],
    ['/v1/search?q=a&limit=1000', 'limit'],
  ])('refuses %s and names the parameter', async (url, name) => {
    const { status, body } = await get(url);
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_query');
    expect(body.detail).toContain(name);
  });

  it('answers 404 for ids that do not exist', async () => {
    for (const url of ['/v1/threads/t_none', '/v1/requests/none', '/v1/none']) expect((await get(url)).status).toBe(404);
  });

  it.each([
    ['tomato-2', 'id', 'tomato-2'],
    ['ab'.repeat(16), 'id', 'tomato-3'],
    ['water seedlings', 'words', 'tomato-2'],
    ['model:gpt-4o', 'filter', 'tomato-3'],
    ['tomato user:p_other', 'words', 'other-1'],
    ['tomato after:2026-01-05T09:02:30Z', 'words', 'other-1'],
    ['user:p_someone position:continuation before:2026-01-06', 'filter', 'tomato-3'],
  ])('finds %s by %s', async (query, why, id) => {
    const { status, body } = await get(`/v1/search?q=${encodeURIComponent(query)}`);
    expect(status).toBe(200);
    expect(body.items[0]).toMatchObject({ id });
    expect(body.items[0].why).toContain(why);
    expect(body.next).toBeNull();
  });

  it('shows a user token its own history only', async () => {
    const made = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'user', user: 'p_other' });
    expect(made.status).toBe(201);
    const token = made.body.token as string;
    const threads = await get('/v1/threads', token);
    expect(listed(threads.body.items).map((one) => one.user)).toEqual(['p_other']);
    expect((await get('/v1/threads?user=p_someone', token)).body.items).toEqual([]);
    expect((await get('/v1/requests/tomato-1', token)).status).toBe(404);
    expect((await get('/v1/requests/other-1', token)).status).toBe(200);
    for (const query of ['tomato', 'tomato-1', 'user:p_someone', 'user:p_someone tomato']) {
      const { body } = await get(`/v1/search?q=${encodeURIComponent(query)}`, token);
      expect(listed(body.items).every((hit) => hit.user === 'p_other')).toBe(true);
    }
    expect((await request(test.app).post('/v1/samples').set(bearer(token)).send([sample()])).status).toBe(403);
  });

  it('walls tenants and environments', async () => {
    const made = await request(test.app).post('/v1/tokens').set(bearer()).send({ role: 'admin', tenant: 'other-tenant' });
    const token = made.body.token as string;
    expect((await get('/v1/threads', token)).body.items).toEqual([]);
    expect((await get('/v1/requests/tomato-1', token)).status).toBe(404);
    expect((await get('/v1/search?q=tomato', token)).body.items).toEqual([]);
    const escape = await request(test.app).post('/v1/tokens').set(bearer(token)).send({ role: 'admin', tenant: 'default' });
    expect(escape.body.code).toBe('wrong_scope');
  });

  it('keeps a thread together across a restart', async () => {
    await test.close({ keepFolder: true });
    test = await startPlane({ folder: test.folder });
    await request(test.app)
      .post('/v1/samples')
      .set(bearer())
      .send([
        sample({ id: 'tomato-4', startedAt: at(6), prompt: { text: 'Thanks!' }, session: { id: 'chat-9', source: 'header:x-session-id' } }),
      ]);
    await test.settled();
    const [before, after] = [await get('/v1/requests/tomato-3'), await get('/v1/requests/tomato-4')];
    expect(after.body.thread).toBe(before.body.thread);
    expect(after.body.predecessor).toBe('tomato-3');
  });
});

describe('a poison item', () => {
  it('is put back and never stops the others', async () => {
    const test = await startPlane();
    try {
      test.embedder.poison = 'arsenic';
      const rows = [
        sample({ id: 'good-1' }),
        sample({ id: 'bad', prompt: { text: 'a cup of arsenic' } }),
        sample({ id: 'good-2', prompt: { text: 'a cup of tea' } }),
      ];
      await request(test.app).post('/v1/samples').set(bearer()).send(rows);
      await expect.poll(async () => (await test.plane.depth()).waiting, { timeout: 5_000 }).toBe(1);
      for (const id of ['good-1', 'good-2']) expect((await request(test.app).get(`/v1/requests/${id}`).set(bearer())).status).toBe(200);
      test.embedder.poison = undefined;
      await test.settled();
      expect((await request(test.app).get('/v1/requests/bad').set(bearer())).status).toBe(200);
    } finally {
      await test.close();
    }
  });
});

describe('journal keys on disk', () => {
  it('are gone once nothing waits and the server has stopped', async () => {
    const test = await startPlane();
    await request(test.app).post('/v1/samples').set(bearer()).send([sample()]);
    const folder = path.join(test.folder, 'journal-keys');
    expect(readdirSync(folder)).toHaveLength(1);
    await test.settled();
    await test.close({ keepFolder: true });
    expect(readdirSync(folder)).toEqual([]);
    const again = await startPlane({ folder: test.folder });
    await again.close();
  });

  it('stay while rows wait, and open them after a restart', async () => {
    const first = await startPlane({ paused: true });
    await request(first.app)
      .post('/v1/samples')
      .set(bearer())
      .send([sample({ id: 'waiting-1' })]);
    await first.close({ keepFolder: true });
    expect(readdirSync(path.join(first.folder, 'journal-keys'))).toHaveLength(1);
    const second = await startPlane({ folder: first.folder });
    await second.settled();
    expect((await request(second.app).get('/v1/requests/waiting-1').set(bearer())).status).toBe(200);
    await second.close();
  });
});
