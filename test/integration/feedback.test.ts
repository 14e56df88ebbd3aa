// POST /v1/feedback on a whole control plane: what counts, what waits, who may, and what goes again.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { FeedbackResult } from '../../control-plane/src/feedback/index.ts';
import type { ThreadDetail } from '../../control-plane/src/threads/index.ts';
import { bearer, ndjson, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { planesOfEachTest, storeSamples } from '../support/planes.ts';

const start = planesOfEachTest();

const RUN = 'ab'.repeat(16);
const TRACE = 'cd'.repeat(16);
const asked = (fields: Readonly<Record<string, unknown>> = {}) =>
  sample({
    id: 'r-1',
    runId: RUN,
    trace: { traceId: TRACE, spanId: 'ef'.repeat(8) },
    call: { kind: 'turn', responseId: 'resp-77' },
    principal: { id: 'p_ann', source: 'header:x-user', trust: 'authenticated' },
    ...fields,
  });

async function post(plane: TestPlane, body: object, token?: string): Promise<FeedbackResult> {
  const response = await request(plane.app).post('/v1/feedback').set(bearer(token)).send(body);
  expect(response.status, response.text).toBe(202);
  return response.body as FeedbackResult;
}

const store = (plane: TestPlane, ...samples: object[]): Promise<void> => storeSamples(plane, samples);

async function threadOf(plane: TestPlane, requestId = 'r-1', token?: string): Promise<ThreadDetail> {
  const found = await request(plane.app).get(`/v1/requests/${requestId}`).set(bearer(token));
  const { thread } = found.body as { thread: string };
  return (await request(plane.app).get(`/v1/threads/${thread}`).set(bearer(token))).body as ThreadDetail;
}

async function until(test: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await test())) {
    if (performance.now() > end) throw new Error('It did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function tokenOf(plane: TestPlane, fields: object): Promise<string> {
  return ((await request(plane.app).post('/v1/tokens').set(bearer()).send(fields)).body as { token: string }).token;
}

const up = { kind: 'thumbs', value: 'up' };
const down = { kind: 'thumbs', value: 'down' };

describe('feedback counts in its thread', () => {
  it.each(['runId', 'requestId', 'responseId', 'traceId', 'threadId'] as const)('by %s', async (field) => {
    const plane = await start();
    await store(plane, asked());
    const ids = { runId: RUN, requestId: 'r-1', responseId: 'resp-77', traceId: TRACE, threadId: (await threadOf(plane)).id };
    expect(await post(plane, { [field]: ids[field], ...up })).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    const { feedback, feedbackGiven } = await threadOf(plane);
    expect(feedback).toEqual({ up: 1, down: 0 });
    expect(feedbackGiven).toMatchObject([{ kind: 'thumbs', value: 'up', source: 'user', requestId: field === 'threadId' ? null : 'r-1' }]);
    const list = await request(plane.app).get('/v1/threads').set(bearer());
    expect((list.body as { items: object[] }).items).toMatchObject([{ feedback: { up: 1, down: 0 } }]);
  });

  it('as array and as lines, each item judged by itself, and the same item once', async () => {
    const plane = await start();
    await store(plane, asked());
    const items = [
      { requestId: 'r-1', ...up },
      { requestId: 'r-1', kind: 'thumbs', value: 'sideways' },
      { requestId: 'r-1', kind: 'score', value: 4, name: 'tone' },
    ];
    const result = await post(plane, items);
    expect(result).toMatchObject({ accepted: 2, duplicates: 0, rejected: [{ index: 1, code: 'invalid_feedback' }] });
    const lines = await request(plane.app)
      .post('/v1/feedback')
      .set(bearer())
      .set('content-type', 'application/x-ndjson')
      .send(`${ndjson(items)}\nno json`);
    expect(lines.body).toMatchObject({ accepted: 2, duplicates: 2, rejected: [{ index: 1 }, { index: 3, code: 'malformed_json' }] });
    expect((await threadOf(plane)).feedback).toEqual({ up: 1, down: 0, score: 4, scores: [{ name: 'tone', mean: 4, count: 1 }] });
  });

  it('with the last word of each source, and scores apart by name', async () => {
    const plane = await start();
    await store(plane, asked());
    await post(plane, [
      { requestId: 'r-1', ...up, at: new Date(Date.now() - 20_000).toISOString() },
      { requestId: 'r-1', ...down },
      { requestId: 'r-1', kind: 'score', value: 0.5, name: 'groundedness' },
      { requestId: 'r-1', kind: 'score', value: 4, name: 'tone' },
    ]);
    const { feedback } = await threadOf(plane);
    expect(feedback).toEqual({
      up: 0,
      down: 1,
      scores: [
        { name: 'groundedness', mean: 0.5, count: 1 },
        { name: 'tone', mean: 4, count: 1 },
      ],
    });
  });

  it('in the outcome: completion decides, a thumb that points down is a sign', async () => {
    const plane = await start();
    const longAgo = (minutes: number): string => new Date(Date.now() - (600 - minutes) * 60_000).toISOString();
    const names = ['happy', 'unhappy', 'later', 'done', 'undone'];
    await store(
      plane,
      ...names.map((name) =>
        asked({
          id: name,
          runId: undefined,
          startedAt: longAgo(0),
          session: { id: name, source: 'header:x' },
          principal: { id: name, source: 'header:x', trust: 'asserted' },
        }),
      ),
    );
    await store(
      plane,
      asked({
        id: 'later-2',
        prompt: { text: 'And how large is a good pot?' },
        runId: undefined,
        startedAt: longAgo(9),
        session: { id: 'later', source: 'header:x' },
        principal: { id: 'later', source: 'header:x', trust: 'asserted' },
      }),
    );
    await post(plane, [
      { requestId: 'happy', ...up },
      { requestId: 'unhappy', ...down },
      { requestId: 'later', ...down, at: longAgo(1) },
      { requestId: 'done', ...down },
      { requestId: 'done', kind: 'completion', value: true },
      { requestId: 'undone', kind: 'completion', value: false },
    ]);
    const outcomes = await Promise.all(names.map(async (name) => [name, (await threadOf(plane, name)).outcome]));
    expect(Object.fromEntries(outcomes)).toEqual({
      happy: 'completed',
      unhappy: 'abandoned',
      later: 'corrected',
      done: 'completed',
      undone: 'failed',
    });
    expect((await threadOf(plane, 'done')).feedback.completed).toBe(true);
  });

  it('in a metric of few labels', async () => {
    const plane = await start();
    await post(plane, [
      { runId: RUN, ...up },
      { runId: RUN, ...up },
      { runId: RUN, kind: 'score', value: 0.123 },
      { runId: RUN, kind: 'completion', value: false },
    ]);
    const { text } = await request(plane.app).get('/metrics');
    expect([...text.matchAll(/^clew_feedback_total\{.*kind="(\w+)",value="(.+)"\} (\d+)$/gm)].map((match) => match.slice(1))).toEqual([
      ['thumbs', 'up', '1'],
      ['score', '-', '1'],
      ['completion', 'no', '1'],
    ]);
  });
});

describe('feedback before its request', () => {
  it.each([
    ['runId', RUN],
    ['requestId', 'r-1'],
    ['responseId', 'resp-77'],
    ['traceId', TRACE],
  ])('by %s is held, and attached when the request is stored', async (field, id) => {
    const plane = await start();
    expect(await post(plane, { [field]: id, ...down })).toMatchObject({ accepted: 1 });
    await store(plane, asked());
    await until(async () => (await threadOf(plane)).feedback.down === 1);
    expect((await threadOf(plane)).feedbackGiven).toMatchObject([{ requestId: 'r-1', value: 'down' }]);
    expect(await post(plane, { [field]: id, ...down })).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  it('outlives a restart', async () => {
    const plane = await startPlane();
    await post(plane, { runId: RUN, ...up });
    await plane.close({ keepFolder: true });
    const again = await start({ folder: plane.folder });
    await store(again, asked());
    await until(async () => (await threadOf(again)).feedback.up === 1);
  });
});

describe('comments', () => {
  const words = { kind: 'comment', value: 'Ask Aurelia Brandt at ab@example.org' };

  it('are kept without patterns and names, and nothing of them in the clear', async () => {
    const plane = await start();
    await post(plane, { runId: RUN, ...words });
    await store(plane, asked());
    await post(plane, { requestId: 'r-1', ...words, value: 'Aurelia Brandt again' });
    await until(async () => (await threadOf(plane)).feedbackGiven.length === 2);
    const values = (await threadOf(plane)).feedbackGiven.map(({ value }) => value);
    expect(values.sort()).toEqual(['Ask [PERSON] at [EMAIL_ADDRESS]', '[PERSON] again']);
    const files = readdirSync(plane.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files) {
      const bytes = readFileSync(path.join(file.parentPath, file.name));
      expect(bytes.includes('Aurelia') || bytes.includes('ab@example'), file.name).toBe(false);
    }
  });

  it('are refused where the policy keeps no text; thumbs are not', async () => {
    const policies = (await start()).folder;
    const file = path.join(policies, 'policy.yaml');
    writeFileSync(file, 'version: 1\nmode: full\nroutes:\n  - match: { route: "quiet-*" }\n    mode: metadata_only\n');
    const plane = await start({ env: { CLEW_POLICY: file } });
    await store(plane, asked(), asked({ id: 'r-2', runId: undefined, gateway: { kind: 'kong', instance: 'a', route: 'quiet-1' } }));
    const refused = { index: 0, code: 'text_not_kept' };
    expect(await post(plane, { requestId: 'r-2', ...words })).toMatchObject({ accepted: 0, rejected: [refused] });
    expect(await post(plane, { requestId: 'not-here-yet', ...words })).toMatchObject({ accepted: 0, rejected: [refused] });
    expect(
      await post(plane, [
        { requestId: 'r-2', ...up },
        { requestId: 'r-1', ...words },
      ]),
    ).toMatchObject({ accepted: 2, rejected: [] });
  });
});

describe('walls', () => {
  it('attaches nothing of another tenant or environment', async () => {
    const plane = await start();
    await store(plane, asked());
    for (const place of [{ tenant: 'zeta' }, { environment: 'test' }]) {
      const token = await tokenOf(plane, { role: 'ingest', ...place });
      const ids = [
        { requestId: 'r-1' },
        { runId: RUN },
        { traceId: TRACE },
        { responseId: 'resp-77' },
        { threadId: (await threadOf(plane)).id },
      ];
      expect(
        await post(
          plane,
          ids.map((id) => ({ ...id, ...down })),
          token,
        ),
      ).toMatchObject({ accepted: 5, duplicates: 0 });
    }
    await store(plane, asked({ id: 'r-2', runId: undefined }));
    expect((await threadOf(plane)).feedback).toEqual({ up: 0, down: 0 });
  });

  it('lets a user judge own requests only, and answers the same to all', async () => {
    const plane = await start();
    await store(plane, asked());
    const [ann, ben] = await Promise.all(['p_ann', 'p_ben'].map((user) => tokenOf(plane, { role: 'user', user })));
    const own = await post(plane, { id: 'f', requestId: 'r-1', ...up }, ann);
    expect(await post(plane, { id: 'f', requestId: 'r-1', ...down }, ben)).toEqual(own);
    expect(await post(plane, { id: 'f', requestId: 'nowhere', ...down }, ben)).toMatchObject({ accepted: 1, duplicates: 1 });
    await store(plane, asked({ id: 'r-2', runId: undefined }));
    expect((await threadOf(plane, 'r-1', ann)).feedback).toEqual({ up: 1, down: 0 });
    for (const role of ['product', 'auditor', 'alerting']) {
      const answer = await request(plane.app)
        .post('/v1/feedback')
        .set(bearer(await tokenOf(plane, { role })))
        .send(up);
      expect(answer.status, role).toBe(403);
    }
  });

  it('holds no more of one person than a little', async () => {
    const plane = await start();
    const ben = await tokenOf(plane, { role: 'user', user: 'p_ben' });
    const result = await post(
      plane,
      Array.from({ length: 210 }, (_, index) => ({ requestId: `no-${index}`, ...up })),
      ben,
    );
    expect(result.accepted).toBe(200);
    expect(result.rejected).toHaveLength(10);
    expect(result.rejected[0]).toMatchObject({ index: 200, code: 'overloaded' });
    expect(await post(plane, { requestId: 'any', ...up })).toMatchObject({ accepted: 1 });
  });
});

describe('feedback goes', () => {
  it('with its user, attached or waiting', async () => {
    const plane = await start();
    await store(plane, asked());
    const ann = await tokenOf(plane, { role: 'user', user: 'p_ann' });
    await post(plane, [
      { requestId: 'r-1', ...up },
      { threadId: (await threadOf(plane)).id, ...up },
    ]);
    await post(plane, { requestId: 'not-here-yet', ...up }, ann);
    const erased = await request(plane.app).delete('/v1/users/p_ann').set(bearer());
    expect(erased.body).toMatchObject({ removed: { feedback: 3 }, residual: 0 });
  });
});
