// From posted samples to threads and search: the whole server in process, with the real store and small models.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

interface Listed {
  readonly id: string;
  readonly user: string;
}

/** supertest gives bodies no type. */
const listed = <T = Listed>(value: unknown): T[] => value as T[];

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
