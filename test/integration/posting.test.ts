// What the doors for samples and alerts take and refuse, and what becomes of it until it is stored.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const NDJSON = 'application/x-ndjson';

/** supertest gives bodies no type. */
const listed = <T>(value: unknown): T[] => value as T[];

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
