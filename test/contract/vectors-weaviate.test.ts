import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWeaviate, type WeaviateStore } from '../../control-plane/src/adapters/weaviate/index.ts';
import { ClewError } from '../../control-plane/src/kernel/index.ts';
import { startWeaviate, type RunningWeaviate } from '../support/weaviate.ts';
import { MODEL, unitVector, vectorItem } from './store-fixtures.ts';
import { unusedScope, vectorsSuite } from './vectors-suite.ts';

let server: RunningWeaviate;
let store: WeaviateStore;

beforeAll(async () => {
  server = await startWeaviate();
  store = await openWeaviate(server);
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const detailOf = async (attempt: Promise<unknown>): Promise<ClewError> => {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ClewError) return error;
  throw new Error('Expected a ClewError.', { cause: error });
};

describe('Vectors (Weaviate)', () => {
  vectorsSuite({ vectors: () => store.vectors, freshScope: unusedScope, runs: 8 });

  it('takes more than one batch, from several callers at once', async () => {
    const scope = unusedScope();
    const items = Array.from({ length: 900 }, (_, i) => vectorItem(`r${i}`, i, { scope }));
    await Promise.all([0, 1, 2].map((part) => store.vectors.upsert(items.filter((_, i) => i % 3 === part))));
    expect(await store.vectors.count(scope)).toBe(900);
    expect(await store.vectors.removeBefore(scope, 1e15, 450)).toBe(450);
    expect(await store.vectors.removePrincipal(scope, 'p1')).toBe(450);
  });

  it('makes the collection of a new model once, also when two replicas do', async () => {
    const other = await openWeaviate(server);
    const scope = unusedScope();
    const model = `model of ${scope.tenant}/α-1.5`;
    await Promise.all([store, other].map(({ vectors }, i) => vectors.upsert([vectorItem(`r${i}`, i, { scope, model })])));
    expect(await other.vectors.nearest({ scope, model, vector: unitVector(0), limit: 5 })).toHaveLength(2);
    await other.close();
  });

  it('says what is refused', async () => {
    const short = vectorItem('short', 1, { scope: unusedScope(), vector: unitVector(1, 8) });
    await store.vectors.upsert([vectorItem('first', 1, { scope: short.scope })]);
    const error = await detailOf(store.vectors.upsert([short]));
    expect(error.code).toBe('unavailable');
    expect(error.detail).toMatch(/refused 1 of 1 vectors: .*(length|dimension)/i);
  });

  it('says clearly that nothing listens, or something else does, or the URL is none', async () => {
    const stranger = createServer((_request, response) => response.writeHead(404).end('{}'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    for (const url of ['http://127.0.0.1:9', `http://user:secret@127.0.0.1:${port}`]) {
      const error = await detailOf(openWeaviate({ url, timeoutMs: 2_000 }));
      expect(error.code).toBe('unavailable');
      expect(error.detail).toContain(`127.0.0.1:${new URL(url).port}`);
      expect(error.detail).toContain('WEAVIATE_URL');
      expect(error.detail).not.toContain('secret');
    }
    stranger.close();
    expect((await detailOf(openWeaviate({ url: 'weaviate' }))).code).toBe('config_invalid');
  });
});

describe('Vectors (Weaviate that went away)', () => {
  it('rejects with the remedy, and is not ready', async () => {
    const going = await startWeaviate();
    const late = await openWeaviate({ ...going, timeoutMs: 3_000 });
    const scope = unusedScope();
    await late.vectors.upsert([vectorItem('a', 1, { scope })]);
    expect(await late.isReady()).toBe(true);
    await going.stop();
    expect(await late.isReady()).toBe(false);
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => late.vectors.upsert([vectorItem('b', 2, { scope })]),
      () => late.vectors.nearest({ scope, model: MODEL, vector: unitVector(1), limit: 1 }),
      () => late.vectors.count(scope),
    ];
    for (const attempt of attempts) {
      const error = await detailOf(attempt());
      expect(error.code).toBe('unavailable');
      expect(error.detail).toContain(new URL(going.url).host);
    }
    await late.close();
  });
});
