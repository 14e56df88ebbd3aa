// LiteLLM's two routes on a whole control plane: who may call, what is answered, and that nothing planted reaches a file.
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { filesBelow, findCanaries } from '../support/canary-search.ts';
import { bearer, startPlane, type TestPlane } from '../support/control-plane.ts';
import { failure, success } from '../unit/control-plane/litellm/fixtures.ts';

const now = () => Date.now() / 1000 - 60;
const timed = (make: typeof success, fields: Record<string, unknown> = {}) => {
  const at = now();
  return make({ startTime: at, completionStartTime: at + 0.2, endTime: at + 0.5, ...fields });
};

let plane: TestPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

const tokenFor = async (role: string): Promise<string> => {
  const made = await request(plane!.app).post('/v1/tokens').set(bearer()).send({ role });
  return (made.body as { token: string }).token;
};

describe('POST /v1/litellm/logs', () => {
  it('takes events of a token that may hand in samples, and of no other', async () => {
    plane = await startPlane();
    const post = (token: string) =>
      request(plane!.app)
        .post('/v1/litellm/logs')
        .set(bearer(token))
        .send([timed(success)]);
    expect((await request(plane.app).post('/v1/litellm/logs').send([])).status).toBe(401);
    expect((await post(await tokenFor('engineer'))).status).toBe(403);
    const taken = await post(await tokenFor('ingest'));
    expect(taken.status).toBe(202);
    expect(taken.body).toEqual({ accepted: 1, duplicates: 0, unknownFields: 0, rejected: [] });
    await plane.settled();
    const { body } = await request(plane.app).get('/v1/search?q=swifts').set(bearer());
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('keeps a failed attempt and its answer as one request over two posts, and the data folder opens again', async () => {
    plane = await startPlane();
    const post = (event: unknown) => request(plane!.app).post('/v1/litellm/logs?hold=600').set(bearer()).send([event]);
    const messages = [{ role: 'user', content: 'Where do storks winter?' }];
    expect((await post(timed(failure, { messages }))).body).toMatchObject({ accepted: 1 });
    expect((await plane.plane.depth()).waiting).toBe(1);
    expect((await post(timed(success, { messages, endTime: now() + 2 }))).body).toMatchObject({ accepted: 1, duplicates: 0 });
    await plane.settled();
    const { body } = await request(plane.app).get('/v1/runs').set(bearer());
    expect((body as { items: { model: unknown }[] }).items).toMatchObject([{ model: { requested: 'wanted' } }]);
  });

  it('processes held failures after a restart', async () => {
    plane = await startPlane();
    await request(plane.app)
      .post('/v1/litellm/logs?hold=600')
      .set(bearer())
      .send([timed(failure)]);
    const { folder } = plane;
    await plane.close({ keepFolder: true });
    plane = await startPlane({ folder });
    await plane.settled();
    const { body } = await request(plane.app).get('/v1/threads').set(bearer());
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('takes gzip, and refuses what cannot be read', async () => {
    plane = await startPlane();
    const post = (body: Buffer | string, headers: Record<string, string> = {}) =>
      request(plane!.app)
        .post('/v1/litellm/logs')
        .set(bearer())
        .set({ 'content-type': 'application/json', ...headers })
        .send(body);
    const zipped = gzipSync(JSON.stringify([timed(success)]));
    expect((await post(zipped, { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' })).body).toMatchObject({
      accepted: 1,
    });
    expect((await post(zipped.subarray(0, 40), { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' })).status).toBe(
      400,
    );
    expect((await post('[{')).status).toBe(400);
    expect((await request(plane.app).post('/v1/litellm/logs?hold=forever').set(bearer()).send([])).status).toBe(400);
  });

  it('answers 503 when too much waits, because LiteLLM tries again after nothing else', async () => {
    plane = await startPlane({ env: { CLEW_JOURNAL_LIMIT: '1' }, paused: true });
    const post = () =>
      request(plane!.app)
        .post('/v1/litellm/logs')
        .set(bearer())
        .send([timed(success)]);
    expect((await post()).status).toBe(202);
    const full = await post();
    expect(full.status).toBe(503);
    expect(full.body).toMatchObject({ code: 'unavailable' });
  });

  it('makes nothing durable that patterns find, also while it waits', async () => {
    plane = await startPlane({ paused: true });
    const address = 'karl.planted@example.org';
    const events = [0, 1].map((index) =>
      timed(index === 0 ? success : failure, {
        litellm_call_id: `call ${address} ${index}`,
        messages: [{ role: 'user', content: `I am ${address}` }],
        end_user: address,
        session_id: address,
        model_group: address,
        error_str: address,
      }),
    );
    const taken = await request(plane.app).post('/v1/litellm/logs').set(bearer()).send(events);
    expect(taken.body).toMatchObject({ accepted: 2 });
    expect(findCanaries([address], filesBelow(plane.folder))).toEqual([]);
    plane.plane.start();
    const end = performance.now() + 10_000;
    while ((await plane.plane.depth()).waiting > 1 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(findCanaries([address], filesBelow(plane.folder))).toEqual([]);
  });
});

describe('POST /beta/litellm_basic_guardrail_api', () => {
  it('redacts for a token that may hand in samples', async () => {
    plane = await startPlane();
    const ask = (token: string | undefined, texts: unknown) =>
      request(plane!.app)
        .post('/beta/litellm_basic_guardrail_api')
        .set(token === undefined ? {} : bearer(token))
        .send({ input_type: 'request', texts, litellm_call_id: 'c' });
    expect((await ask(undefined, ['x'])).status).toBe(401);
    expect((await ask(await tokenFor('engineer'), ['x'])).status).toBe(403);
    const token = await tokenFor('ingest');
    expect((await ask(token, ['Card 4111 1111 1111 1111'])).body).toEqual({
      action: 'GUARDRAIL_INTERVENED',
      texts: ['Card [CREDIT_CARD]'],
    });
    expect((await ask(token, ['x'.repeat(2_000_000)])).body).toEqual({ action: 'NONE' });
    expect((await ask(token, 5)).status).toBe(422);
  });
});
