// A move with vectors in a real Weaviate: one collection a model, searched all the while, and the old one gone afterwards.
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWeaviate, type WeaviateStore } from '../../control-plane/src/adapters/weaviate/index.ts';
import type { EmbeddingView } from '../../control-plane/src/reembed/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { fakeEmbedder } from '../support/fakes/models.ts';
import { until } from '../support/stack.ts';
import { startWeaviate, type RunningWeaviate } from '../support/weaviate.ts';

const scope = { tenant: 'default', environment: 'default' };
const TARGET = 'other-model@1';
let weaviate: RunningWeaviate;
let beside: WeaviateStore;
let test: TestPlane;
/** What the second model does before it answers. */
let hook: () => Promise<void> = () => Promise.resolve();

/** Another model: as many numbers less one, in another order. */
function otherModel() {
  const base = fakeEmbedder();
  const turned = (vector: Float32Array): Float32Array => {
    const raw = vector.slice(1).reverse();
    const length = Math.hypot(...raw);
    return raw.map((value) => value / length);
  };
  return {
    modelId: TARGET,
    dimensions: 63,
    embed: async (texts: readonly string[]) => {
      await hook();
      return (await base.embed(texts)).map(turned);
    },
    close: () => Promise.resolve(),
  };
}

const byMeaning = async (query: string): Promise<string[]> => {
  const { body } = await request(test.app)
    .get(`/v1/search?q=${encodeURIComponent(query)}`)
    .set(bearer());
  return (body as { items: { id: string; why: string[] }[] }).items.filter(({ why }) => why.includes('meaning')).map(({ id }) => id);
};
const state = async (): Promise<EmbeddingView> => (await request(test.app).get('/v1/embeddings').set(bearer())).body as EmbeddingView;
const inWeaviate = async (
  model: string,
  text: string,
  embedder: { embed(texts: readonly string[]): Promise<readonly Float32Array[]> },
): Promise<string[]> => {
  const [vector] = await embedder.embed([text]);
  return (await beside.vectors.nearest({ scope, model, vector: vector ?? new Float32Array(1), limit: 100 })).map(({ id }) => id);
};

beforeAll(async () => {
  weaviate = await startWeaviate();
  beside = await openWeaviate(weaviate);
  test = await startPlane({
    env: { WEAVIATE_URL: weaviate.url, WEAVIATE_GRPC_URL: weaviate.grpcUrl },
    overrides: { otherEmbedders: [otherModel()] },
  });
  const began = Date.now() - 3_600_000;
  const rows = Array.from({ length: 90 }, (_, n) =>
    sample({
      id: `r-${n}`,
      startedAt: new Date(began + n * 30_000).toISOString(),
      principal: { id: `p_${n % 3}`, source: 'header:x-user', trust: 'authenticated' },
      prompt: { text: `Where does badger number ${n} dig its burrow?` },
    }),
  );
  expect((await request(test.app).post('/v1/samples').set(bearer()).send(rows)).body).toMatchObject({ rejected: [] });
  await test.settled(30_000);
});
afterAll(async () => {
  await test.close();
  await beside.close();
  await weaviate.stop();
});

it('moves vectors to a collection of the new model while the old one serves, without those of a person who is erased meanwhile', async () => {
  expect(await byMeaning('badger burrow dig')).not.toEqual([]);
  let calls = 0;
  hook = async () => {
    calls += 1;
    if (calls !== 1) return;
    expect((await state()).model).toBe('fake-embedder');
    expect(await byMeaning('badger burrow dig')).not.toEqual([]);
    const erased = await request(test.app).delete('/v1/users/p_1').set(bearer());
    expect(erased.body).toMatchObject({ residual: 0 });
  };
  const begun = await request(test.app).post('/v1/embeddings/move').set(bearer()).send({ model: TARGET });
  expect([begun.status, begun.body]).toEqual([202, expect.objectContaining({ model: 'fake-embedder' })]);
  await until(async () => ((await state()).move === null ? true : undefined), 'the move to end', 60_000);
  expect((await state()).model).toBe(TARGET);
  hook = () => Promise.resolve();
  const found = await inWeaviate(TARGET, 'badger burrow dig', otherModel());
  expect(found).toHaveLength(60);
  expect(found.some((id) => Number(id.slice(2)) % 3 === 1)).toBe(false);
  expect(await inWeaviate('fake-embedder', 'badger burrow dig', fakeEmbedder())).toEqual([]);
  expect(await beside.vectors.count(scope)).toBe(60);
  expect(await byMeaning('badger burrow dig')).not.toEqual([]);
}, 120_000);
