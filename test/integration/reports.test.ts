// Costs and comparison on a whole control plane: what is counted, who may look, and what a call may ask.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

// One person comes back after a day and a half, so that each request is a thread of its own.
const STEP = 3 * 3_600_000;
const START = Date.parse('2026-10-01T00:00:00Z');
const QUESTIONS = ['How do I get a refund for a late train?', 'Which bread flour keeps its shape?', 'How do I prune a fig tree?'];

interface Costs {
  readonly items: readonly { readonly id: string; readonly costUsd: number }[];
}
interface Example {
  readonly requestId: string;
  readonly prompt: string | null;
}
interface Compared {
  readonly measures: readonly { readonly name: string; readonly figures: { readonly difference: number } | null }[];
  readonly examples: readonly { readonly topic: string; readonly a: Example; readonly b: Example }[];
}
const idsOf = (body: unknown): readonly string[] => (body as Costs).items.map(({ id }) => id);
const costsOf = (body: unknown): number => (body as Costs).items.reduce((sum, { costUsd }) => sum + costUsd, 0);

const folder = mkdtempSync(path.join(tmpdir(), 'clew-reports-'));
let plane: TestPlane;
beforeAll(async () => {
  // Four people ask about each topic.
  writeFileSync(path.join(folder, 'policy.yaml'), 'version: 1\ntopics: { minUsers: 4 }\n');
  plane = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') } });
  const samples = Array.from({ length: 48 }, (_, at) =>
    sample({
      id: `r-${at}`,
      startedAt: new Date(START + at * STEP).toISOString(),
      endedAt: new Date(START + at * STEP + (at % 2 === 0 ? 500 : 1_500)).toISOString(),
      principal: { id: `p_${at % 12}`, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `session-${at}`, source: 'header:x-session-id' },
      gateway: { kind: 'kong', route: at % 3 === 0 ? 'chat' : 'help', service: 'llm' },
      model: { requested: 'any', executed: at % 2 === 0 ? 'model-one' : 'model-two', evidence: 'response_body' },
      usage: { inputTokens: 10, outputTokens: 100, costUsd: 0.25 },
      sampling: { reason: 'rate', probability: 0.5 },
      status: { outcome: 'ok', http: 200 },
      prompt: { text: `${QUESTIONS[at % 3] ?? ''} (${at})` },
      answer: { text: 'Like this.' },
    }),
  );
  expect((await request(plane.app).post('/v1/samples').set(bearer()).send(samples)).body).toMatchObject({ accepted: 48, rejected: [] });
  await plane.settled();
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});

const range = `from=${new Date(START).toISOString()}&to=${new Date(START + 60 * STEP).toISOString()}`;
const get = (route: string, token?: string) => request(plane.app).get(route).set(bearer(token));
const tokenOf = async (fields: object): Promise<string> =>
  ((await request(plane.app).post('/v1/tokens').set(bearer()).send(fields)).body as { token: string }).token;

describe('GET /v1/costs', () => {
  it.each([
    ['model', ['model-one', 'model-two'], 6],
    ['route', ['help', 'chat'], 8],
    ['service', ['llm'], 12],
    ['consumer', ['unknown'], 12],
    ['outcome', ['completed'], 12],
    ['principal', Array.from({ length: 12 }, (_, at) => `p_${at}`).sort(), 1],
  ])('by %s', async (by, ids, dearest) => {
    const { status, body } = await get(`/v1/costs?by=${by}&${range}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ by, next: null, figures: 'exact', rest: { groups: 0 }, total: { requests: 48, priced: 48, costUsd: 12 } });
    expect(idsOf(body)).toEqual(ids);
    expect(body.items[0]).toMatchObject({ costUsd: dearest, estimate: { costUsd: 2 * dearest } });
  });

  it('by principal holds twelve, and by topic what the topics are', async () => {
    expect((await get(`/v1/costs?by=principal&${range}`)).body.items).toHaveLength(12);
    const { body } = await get(`/v1/costs?by=topic&${range}`);
    expect(body.total.costUsd).toBe(12);
    expect(costsOf(body)).toBe(12);
  });

  it('counts what began in the range alone', async () => {
    const to = new Date(START + 10 * STEP).toISOString();
    expect((await get(`/v1/costs?from=${new Date(START).toISOString()}&to=${to}`)).body.total.requests).toBe(10);
    expect((await get(`/v1/costs?from=2020-01-01&to=2020-02-01`)).body).toMatchObject({ items: [], total: { requests: 0, costUsd: 0 } });
  });

  it('refuses what it does not know, and a range turned round', async () => {
    for (const query of ['by=mood', 'from=yesterday', 'from=2026-02-02&to=2026-02-01']) {
      expect((await get(`/v1/costs?${query}`)).body).toMatchObject({ code: 'invalid_query' });
    }
  });
});

describe('GET /v1/compare', () => {
  it('compares two models on the topics they share', async () => {
    const { status, body } = await get(`/v1/compare?a=model-one&b=model-two&${range}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ a: { model: 'model-one', threads: 24, people: 6 }, b: { model: 'model-two', threads: 24 } });
    const { measures, examples } = body as Compared;
    const latency = measures.find(({ name }) => name === 'latencyMs');
    expect(latency?.figures?.difference).toBeCloseTo(1_000, 6);
    expect(examples.length).toBeGreaterThan(0);
    for (const { a, b } of examples) {
      expect((await get(`/v1/requests/${a.requestId}`)).body.model.executed).toBe('model-one');
      expect((await get(`/v1/requests/${b.requestId}`)).body.model.executed).toBe('model-two');
      const [asked, alike] = [a, b].map(({ prompt }) => QUESTIONS.findIndex((question) => prompt?.startsWith(question)));
      expect(asked).toBeGreaterThanOrEqual(0);
      expect(alike).toBe(asked);
    }
    // Each topic has as many pairs as the others, give or take the last round.
    const perTopic = [...Map.groupBy(examples, ({ topic }) => topic).values()].map((pairs) => pairs.length);
    expect(perTopic.length).toBeGreaterThan(1);
    expect(Math.max(...perTopic)).toBeLessThanOrEqual(3);
  });

  it('wants two different models', async () => {
    expect((await get('/v1/compare?a=x&b=x')).status).toBe(400);
    expect((await get('/v1/compare?a=x')).status).toBe(400);
  });

  it('looks for changes of one model', async () => {
    expect((await get(`/v1/compare/changes?model=model-one&${range}`)).body).toMatchObject({ threads: 24, all: [], completed: [] });
  });
});

describe('who may look', () => {
  it.each(['/v1/costs', '/v1/compare?a=x&b=y', '/v1/compare/changes?model=x'])('%s: engineers, of their own walls', async (route) => {
    const engineer = await tokenOf({ role: 'engineer', tenant: 'elsewhere' });
    const { status, body } = await get(route, engineer);
    expect(status).toBe(200);
    expect(body.total?.requests ?? body.threads ?? body.a.threads).toBe(0);
    for (const role of ['user', 'auditor', 'ingest', 'product']) {
      const token = await tokenOf({ role, ...(role === 'user' ? { user: 'p_1' } : {}) });
      expect((await get(route, token)).status, role).toBe(403);
    }
  });
});
