// Original values from a gateway's box to a reveal, and who may see them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sealOriginals, type Policy } from '#contract';
import { findCanaries, filesBelow } from '../support/canary-search.ts';
import { run as importRows } from '../../control-plane/src/cli/import.ts';
import { createHttpServer } from '../../control-plane/src/http/index.ts';
import { success } from '../unit/control-plane/litellm/fixtures.ts';
import { bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const MAIL = 'zq.sealed@canary-sealed.example.com';
const TOKEN = '[EMAIL_ADDRESS_abcdefghij]';
const REASON = 'ticket 4711: the customer asked which address we have';
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(
  policy = 'version: 1\nredaction: { reversible: true, types: { EMAIL_ADDRESS: pseudonym } }\n',
  env = {},
): Promise<TestPlane> {
  const folder = mkdtempSync(path.join(tmpdir(), 'clew-policy-'));
  writeFileSync(path.join(folder, 'policy.yaml'), policy);
  const test = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml'), ...env } });
  cleanUp.push(
    () => rmSync(folder, { recursive: true }),
    () => test.close(),
  );
  return test;
}
const keyOf = async (test: TestPlane) => ((await request(test.app).get('/v1/policies').set(bearer())).body as Policy).vault;

async function post(test: TestPlane, id: string, principal = 'p_someone', fields: object = {}): Promise<void> {
  const key = await keyOf(test);
  const sealed = key && { keyId: key.keyId, box: boxOf(key.publicKey, id, principal) };
  const one = sample({
    id,
    principal: { id: principal, source: 'header:x-user', trust: 'asserted' },
    prompt: { text: `Write to ${TOKEN} please` },
    redaction: { counts: { EMAIL_ADDRESS: 1 }, ...(sealed && { sealed }) },
    ...fields,
  });
  const answer = await request(test.app)
    .post('/v1/samples')
    .set(bearer())
    .set('Content-Type', 'application/x-ndjson')
    .send(ndjson([one]));
  expect(answer.body).toMatchObject({ accepted: 1 });
  await test.settled();
}
const boxOf = (publicKey: string, sampleId: string, principal: string): string =>
  sealOriginals(Buffer.from(publicKey, 'base64'), { sample: sampleId, principal }, [{ token: TOKEN, type: 'EMAIL_ADDRESS', value: MAIL }]);

async function revealer(test: TestPlane, role = 'auditor', scope: object = {}): Promise<string> {
  const answer = await request(test.app)
    .post('/v1/tokens')
    .set(bearer())
    .send({ role, permissions: ['reveal:write', 'audit:read'], ...scope });
  return (answer.body as { token: string }).token;
}
const reveal = (test: TestPlane, token: string | undefined, body: object) =>
  request(test.app)
    .post('/v1/reveal')
    .set(token === undefined ? {} : bearer(token))
    .send(body);

describe('a reveal', () => {
  it('needs a right given by name and a reason, and stands in the audit log before it is answered', async () => {
    const test = await start();
    await post(test, 'r1');
    const asked = { requestId: 'r1', reason: REASON };
    expect((await reveal(test, undefined, asked)).status).toBe(401);
    // The admin's role does not include it.
    expect((await reveal(test, bearer()['Authorization']!.slice(7), asked)).status).toBe(403);
    const token = await revealer(test);
    for (const reason of [undefined, '', 'because', 'x'.repeat(501), 7])
      expect((await reveal(test, token, { requestId: 'r1', reason })).status).toBe(422);
    const shown = await reveal(test, token, asked);
    expect(shown.status).toBe(200);
    expect(shown.headers['cache-control']).toBe('no-store');
    expect(shown.body).toEqual({ requestId: 'r1', items: [{ token: TOKEN, type: 'EMAIL_ADDRESS', value: MAIL }] });
    const log = (await request(test.app).get('/v1/audit?kind=reveal').set(bearer(token))).body as { items: { details: object }[] };
    expect(log.items.map(({ details }) => details)).toEqual([{ request: 'r1', types: ['EMAIL_ADDRESS'], values: 1, reason: REASON }]);
  });

  it('shows what was asked for, of requests that have it, and a reason keeps no personal data', async () => {
    const test = await start();
    await post(test, 'r1');
    const token = await revealer(test);
    expect((await reveal(test, token, { requestId: 'r1', types: ['PHONE_NUMBER'], reason: REASON })).status).toBe(404);
    expect((await reveal(test, token, { requestId: 'r1', tokens: [TOKEN], reason: `asked by ${MAIL}` })).status).toBe(200);
    expect((await reveal(test, token, { requestId: 'nowhere', reason: REASON })).status).toBe(404);
    expect((await reveal(test, token, { requestId: 'r1', more: 1, reason: REASON })).status).toBe(422);
    const all = (await request(test.app).get('/v1/audit').set(bearer(token))).text;
    expect(all).not.toContain(MAIL);
    expect(all).toContain('nothing_kept');
  });

  it('shows what LiteLLM and an import brought in, which seal as a gateway does', async () => {
    const test = await start();
    const token = await revealer(test);
    const get = async <T>(route: string): Promise<T> => (await request(test.app).get(route).set(bearer())).body as T;
    const shown = async (word: string): Promise<unknown> => {
      await test.settled();
      const { items } = await get<{ items: { id: string }[] }>('/v1/threads');
      const threads = await Promise.all(
        items.map(({ id }) => get<{ requests: { id: string; prompt: string | null }[] }>(`/v1/threads/${id}`)),
      );
      const found = threads.flatMap(({ requests }) => requests).find(({ prompt }) => prompt?.includes(word));
      expect(found?.prompt).toContain('[EMAIL_ADDRESS_');
      const answer = (await reveal(test, token, { requestId: found?.id, reason: REASON })).body as { items?: { value: string }[] };
      return answer.items?.map(({ value }) => value);
    };
    const at = Date.now() / 1000 - 60;
    const event = success({
      ...{ startTime: at, completionStartTime: at + 0.2, endTime: at + 0.5, end_user: 'ann' },
      messages: [{ role: 'user', content: `Which swallows write to ${MAIL}?` }],
    });
    const taken = await request(test.app).post('/v1/litellm/logs').set(bearer()).send([event]);
    expect(taken.body).toMatchObject({ accepted: 1 });
    expect(await shown('swallows')).toEqual([MAIL]);

    const folder = mkdtempSync(path.join(tmpdir(), 'clew-import-'));
    const server = createHttpServer(test.app).listen(0, '127.0.0.1');
    cleanUp.push(
      () => rmSync(folder, { recursive: true }),
      () => server.close(),
    );
    await once(server, 'listening');
    writeFileSync(path.join(folder, 'rows.jsonl'), JSON.stringify({ id: 'i1', ts: at, user: 'bob', text: `Do herons write to ${MAIL}?` }));
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await importRows([path.join(folder, 'rows.jsonl'), '--url', url, '--token', bearer()['Authorization']!.slice(7)])).toBe(0);
    written.mockRestore();
    expect(await shown('herons')).toEqual([MAIL]);
  });

  it('crosses no wall of tenants and environments', async () => {
    const test = await start();
    await post(test, 'r1');
    for (const scope of [{ tenant: 'other' }, { environment: 'other' }]) {
      expect((await reveal(test, await revealer(test, 'auditor', scope), { requestId: 'r1', reason: REASON })).status).toBe(404);
    }
  });

  it('is not had often', async () => {
    const test = await start(undefined, { CLEW_REVEALS_PER_HOUR: '2' });
    await post(test, 'r1');
    const token = await revealer(test);
    const asked = { requestId: 'r1', reason: REASON };
    expect([(await reveal(test, token, asked)).status, (await reveal(test, token, asked)).status]).toEqual([200, 200]);
    const third = await reveal(test, token, asked);
    expect(third.status).toBe(429);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(60);
    expect((await request(test.app).get('/v1/audit?kind=reveal_refused').set(bearer(token))).text).toContain('rate_limited');
  });

  it('finds nothing of an erased person, of a purged request or where the policy keeps no text', async () => {
    const test = await start();
    await post(test, 'r1');
    await post(test, 'r2', 'p_other');
    await post(test, 'r3', 'p_third', { mode: 'topic_only' });
    const token = await revealer(test);
    const receipt = (await request(test.app).delete('/v1/users/p_someone').set(bearer())).body as { removed: object };
    expect(receipt.removed).toMatchObject({ sealedValues: 1, dataKeys: 1 });
    expect((await reveal(test, token, { requestId: 'r1', reason: REASON })).status).toBe(404);
    expect((await reveal(test, token, { requestId: 'r2', reason: REASON })).status).toBe(200);
    expect((await reveal(test, token, { requestId: 'r3', reason: REASON })).status).toBe(404);
  });

  it('is impossible by default: no key is served, and what comes sealed all the same is dropped', async () => {
    const test = await start('version: 1\n');
    expect(await keyOf(test)).toBeUndefined();
    await post(test, 'r1');
    expect((await reveal(test, await revealer(test), { requestId: 'r1', reason: REASON })).status).toBe(404);
  });
});

describe('a sealed value', () => {
  it('stands in the clear in no file, no answer but the reveal, and no log', async () => {
    const lines: string[] = [];
    const say = (level: string) => (message: string, fields?: object) => void lines.push(JSON.stringify({ level, message, ...fields }));
    const logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-sealed-'));
    const policy = path.join(folder, 'policy.yaml');
    writeFileSync(policy, 'version: 1\nredaction: { reversible: true, types: { EMAIL_ADDRESS: pseudonym } }\n');
    const test = await startPlane({ env: { CLEW_POLICY: policy }, overrides: { logger } });
    cleanUp.push(
      () => rmSync(folder, { recursive: true }),
      () => test.close(),
    );
    await post(test, 'r1');
    const token = await revealer(test);
    const value = ((await reveal(test, token, { requestId: 'r1', reason: REASON })).body as { items: { value: string }[] }).items[0]?.value;
    expect(value).toBe(MAIL);
    const answers: Record<string, Buffer> = {};
    for (const route of ['/v1/requests/r1', '/v1/threads', '/v1/search?q=write', '/v1/audit', '/metrics', '/v1/policies'])
      answers[route] = Buffer.from((await request(test.app).get(route).set(bearer())).text);
    const places = { ...filesBelow(test.folder), ...answers, log: Buffer.from(lines.join('\n')) };
    expect(findCanaries([MAIL], places)).toEqual([]);
    // The search does find what is there.
    expect(findCanaries([TOKEN], places).length).toBeGreaterThan(0);
    expect(answers['/v1/requests/r1']?.toString()).not.toContain('"box"');
  });
});
