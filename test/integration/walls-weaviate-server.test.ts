// The whole server with vectors in a real Weaviate: from a post to threads and hits by meaning, an erasure that takes the
// vectors along, and a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import { openWeaviate, type WeaviateStore } from '../../control-plane/src/adapters/weaviate/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { startWeaviate, type RunningWeaviate } from '../support/weaviate.ts';

const scope = { tenant: 'weaving', environment: 'live' };
/** Older vectors would be purged. */
const began = Date.now() - 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'clew-weaving-'));
let weaviate: RunningWeaviate;
let beside: WeaviateStore;
let test: TestPlane;

const start = (): Promise<TestPlane> =>
  startPlane({
    folder,
    // The shipped model, for meaning that shares no words.
    overrides: { embedder: openEmbedder() },
    env: {
      CLEW_TENANT: scope.tenant,
      CLEW_ENVIRONMENT: scope.environment,
      WEAVIATE_URL: weaviate.url,
      WEAVIATE_GRPC_URL: weaviate.grpcUrl,
    },
  });
const get = async (url: string): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly [name: string]: unknown }> =>
  (await request(test.app).get(url).set(bearer())).body as never;
const of = (id: string, user: string, minute: number, text: string): object =>
  sample({
    id,
    startedAt: new Date(began + minute * 60_000).toISOString(),
    principal: { id: user, source: 'header:x-user', trust: 'authenticated' },
    prompt: { text },
    session: { id: `chat-of-${user}`, source: 'header:x-session-id' },
  });
/** Hits that meaning found, weaker ones too: through Weaviate, as the server has no other place to ask. */
const byMeaning = async (query: string): Promise<string[]> =>
  (await get(`/v1/search?q=${encodeURIComponent(query)}&weak=true`)).items
    .filter(({ why }) => (why as string[]).includes('meaning'))
    .map(({ id }) => String(id))
    .sort();

beforeAll(async () => {
  weaviate = await startWeaviate();
  beside = await openWeaviate(weaviate);
  test = await start();
  const rows = [
    of('lemon-1', 'p_ann', 0, 'How do I repot a lemon tree?'),
    of('lemon-2', 'p_ann', 1, 'Does the lemon tree need lime?'),
    of('lemon-3', 'p_ben', 2, 'My lemon tree drops leaves.'),
    of('train-1', 'p_ben', 3, 'When does the night train leave?'),
  ];
  expect((await request(test.app).post('/v1/samples').set(bearer()).send(rows)).body).toMatchObject({ accepted: 4, rejected: [] });
  await test.settled();
});
afterAll(async () => {
  await test.close();
  await beside.close();
  await weaviate.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the server with Weaviate', () => {
  it('is ready, and says so of Weaviate too', async () => {
    const { body, status } = await request(test.app).get('/readyz');
    expect([status, (body as { parts: Record<string, string> }).parts['weaviate']]).toEqual([200, 'ok']);
  });

  it('shows threads, and finds by meaning what shares no word', async () => {
    const threads = await get('/v1/threads');
    expect(threads.items.map(({ user }) => user).sort()).toEqual(['p_ann', 'p_ben']);
    expect(await get('/v1/requests/lemon-2')).toMatchObject({ method: 'declared', predecessor: 'lemon-1' });
    expect(await byMeaning('caring for citrus plants')).toEqual(['lemon-1', 'lemon-2', 'lemon-3']);
    expect(await byMeaning('railway timetable in the evening')).toEqual(['train-1']);
    expect(await beside.vectors.count(scope)).toBeGreaterThanOrEqual(4);
  });

  it('finds the same after a restart', async () => {
    await test.close({ keepFolder: true });
    test = await start();
    expect(await byMeaning('caring for citrus plants')).toEqual(['lemon-1', 'lemon-2', 'lemon-3']);
    expect((await get('/v1/threads')).items).toHaveLength(2);
  });

  it('takes the vectors of an erased user along, and keeps those of others', async () => {
    const before = await beside.vectors.count(scope);
    const { status, body } = await request(test.app).delete('/v1/users/p_ann').set(bearer());
    expect([status, (body as { residual: number }).residual]).toEqual([200, 0]);
    expect((body as { removed: { outsideVectors: number } }).removed.outsideVectors).toBeGreaterThanOrEqual(2);
    expect(await beside.vectors.count(scope)).toBeLessThan(before);
    expect(await beside.vectors.removePrincipal(scope, 'p_ann')).toBe(0);
    expect(await byMeaning('caring for citrus plants')).toEqual(['lemon-3']);
    expect((await get('/v1/threads')).items.map(({ user }) => user)).toEqual(['p_ben']);
  });

  it('keeps them away when the same requests arrive once more, and after a restart', async () => {
    const late = [of('lemon-late', 'p_ann', 4, 'One more lemon tree question.')];
    await request(test.app).post('/v1/samples').set(bearer()).send(late);
    await test.settled();
    await test.close({ keepFolder: true });
    test = await start();
    expect(await byMeaning('caring for citrus plants')).toEqual(['lemon-3']);
    expect(await beside.vectors.removePrincipal(scope, 'p_ann')).toBe(0);
    const fresh = [of('train-2', 'p_ben', 5, 'And the night train back?')];
    await request(test.app).post('/v1/samples').set(bearer()).send(fresh);
    await test.settled();
    expect(await byMeaning('railway timetable in the evening')).toEqual(['train-1', 'train-2']);
  });
});
