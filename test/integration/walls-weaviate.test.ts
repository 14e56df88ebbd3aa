// The same walls with vectors in a real Weaviate.
import { afterAll, beforeAll, it } from 'vitest';
import { wallsHold } from '../support/walls-suite.ts';
import { startWeaviate, type RunningWeaviate } from '../support/weaviate.ts';

let weaviate: RunningWeaviate;
beforeAll(async () => {
  weaviate = await startWeaviate();
});
afterAll(() => weaviate.stop());

it('nothing crosses between tenants, environments and people, whatever they do (Weaviate)', async () => {
  await wallsHold({ WEAVIATE_URL: weaviate.url, WEAVIATE_GRPC_URL: weaviate.grpcUrl }, 4);
}, 300_000);
