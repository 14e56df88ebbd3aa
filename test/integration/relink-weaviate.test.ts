// The same with vectors in a real Weaviate, which must name the new thread as well.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import { openWeaviate } from '../../control-plane/src/adapters/weaviate/index.ts';
import { relinksShow } from '../support/relink-suite.ts';
import { startWeaviate, type RunningWeaviate } from '../support/weaviate.ts';

const scope = { tenant: 'default', environment: 'default' };
let weaviate: RunningWeaviate;
beforeAll(async () => {
  weaviate = await startWeaviate();
});
afterAll(() => weaviate.stop());

it('history that comes late moves what was guessed, and API, search, topics, spans and vectors say so (Weaviate)', async () => {
  const env = {
    WEAVIATE_URL: weaviate.url,
    WEAVIATE_GRPC_URL: weaviate.grpcUrl,
  };
  await relinksShow(env, async ({ requestId, thread, from }) => {
    const [beside, embedder] = [await openWeaviate(weaviate), openEmbedder()];
    try {
      const [vector] = await embedder.embed(['And how long does the rye bread have to bake in the oven?']);
      const hits = await beside.vectors.nearest({ scope, model: embedder.modelId, vector: vector!, limit: 10 });
      expect(hits.find(({ id }) => id === requestId)?.threadId).toBe(thread);
      // Nothing but the request that stayed names the old thread.
      expect(hits.filter(({ threadId }) => threadId === from)).toHaveLength(1);
    } finally {
      await Promise.all([beside.close(), embedder.close()]);
    }
  });
}, 180_000);
