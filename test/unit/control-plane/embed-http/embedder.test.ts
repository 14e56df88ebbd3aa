// Embeddings over HTTP: both protocols, what services answer on bad days, and where texts may go.
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  centred,
  openHttpEmbedder,
  type HttpEmbedder,
  type HttpEmbedderOptions,
} from '../../../../control-plane/src/adapters/embed-http/index.ts';
import { endpointOf } from '../../../../control-plane/src/adapters/embed-http/wire.ts';
import { retryAfterMs } from '../../../../control-plane/src/adapters/embed-http/request.ts';
import { EMBEDDING_KEY, startEmbeddingServer, type EmbeddingServer } from '../../../support/embedding-server.ts';
import { fakeEmbedder } from '../../../support/fakes/models.ts';

const SECRET = 'a text that stands nowhere else';
let server: EmbeddingServer;
const opened: HttpEmbedder[] = [];
beforeEach(async () => {
  server = await startEmbeddingServer(fakeEmbedder());
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await server.close();
});

function embedder(options: Partial<HttpEmbedderOptions> = {}): HttpEmbedder {
  const one = openHttpEmbedder({
    dialect: 'openai',
    url: server.url,
    allowsPrivate: true,
    model: 'text-embedding-test',
    key: EMBEDDING_KEY,
    batch: 4,
    timeoutMs: 2_000,
    firstPauseMs: 1,
    ...options,
  });
  opened.push(one);
  return one;
}

const TEXTS = Array.from({ length: 10 }, (_, at) => `text number ${at} about ${['otters', 'trains', 'bread'][at % 3] ?? ''}`);

describe.each(['openai', 'cohere'] as const)('an embedder that speaks %s', (dialect) => {
  it('gives unit vectors in the order of the texts, in calls of the batch', async () => {
    const wanted = await fakeEmbedder().embed(TEXTS);
    const vectors = await embedder({ dialect }).embed(TEXTS);
    expect(vectors.map((vector) => vector.length)).toEqual(wanted.map(() => 64));
    vectors.forEach((vector, at) => vector.forEach((value, d) => expect(value).toBeCloseTo(wanted[at]?.[d] ?? NaN, 5)));
    expect(server.calls.map(({ texts }) => texts.length)).toEqual([4, 4, 2]);
  });

  it('comes again when the service is busy, and waits as long as it asks', async () => {
    server.faults.push({ status: 429, headers: { 'retry-after': '0.15' } }, { status: 503 }, 'cut');
    const began = performance.now();
    expect(await embedder({ dialect }).embed(['one'])).toHaveLength(1);
    expect(performance.now() - began).toBeGreaterThan(140);
    expect(server.calls).toHaveLength(4);
  });

  it('gives up after some calls, as a part that is away, and tells nothing of texts and keys', async () => {
    server.faults.push(...Array.from({ length: 8 }, () => ({ status: 500 })));
    const failed = embedder({ dialect }).embed([SECRET]);
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    const text = String(await failed.catch((error: unknown) => (error as Error).stack));
    expect(text).toContain(new URL(server.url).host);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(EMBEDDING_KEY);
    expect(server.calls).toHaveLength(4);
  });

  it('does not wait longer than the pipeline would', async () => {
    server.faults.push({ status: 429, headers: { 'retry-after': '3600' } });
    await expect(embedder({ dialect }).embed(['one'])).rejects.toThrow(/left alone for 3600 s/);
    expect(server.calls).toHaveLength(1);
  });

  it('says what to mend where the key, the model or the address is wrong', async () => {
    await expect(embedder({ dialect, key: 'sk-wrong' }).embed(['one'])).rejects.toThrow(/CLEW_EMBEDDER_KEY/);
    server.faults.push({ status: 404 });
    await expect(embedder({ dialect }).embed(['one'])).rejects.toThrow(/CLEW_EMBEDDER_URL/);
  });

  it('cuts what a service finds too long, and only that', async () => {
    server.longest = 100;
    const long = `otters ${'and more words of the same kind '.repeat(20)}`;
    const vectors = await embedder({ dialect }).embed(['short one', long, 'another']);
    expect(vectors).toHaveLength(3);
    const [first] = await fakeEmbedder().embed(['short one']);
    vectors[0]?.forEach((value, d) => expect(value).toBeCloseTo(first?.[d] ?? NaN, 5));
    expect(server.calls.at(-1)?.texts).toEqual(['another']);
  });

  it.each([
    ['fewer vectors', (vectors: number[][]) => vectors.slice(1)],
    ['vectors of different lengths', (vectors: number[][]) => [vectors[0]?.slice(1), ...vectors.slice(1)]],
    ['no numbers', (vectors: number[][]) => vectors.map((vector) => vector.map(String))],
    ['only zeros', (vectors: number[][]) => vectors.map((vector) => vector.map(() => 0))],
  ])('takes no answer with %s', async (_name, spoil) => {
    const vectors = (
      spoil([
        [1, 2, 3],
        [4, 5, 6],
      ]) as number[][]
    ).map((embedding, index) => ({ index, embedding }));
    const body = dialect === 'openai' ? { data: vectors } : { embeddings: { float: vectors.map(({ embedding }) => embedding) } };
    server.faults.push({ status: 200, body: JSON.stringify(body) });
    await expect(embedder({ dialect }).embed(['one', 'two'])).rejects.toThrow(/something else than one vector/);
  });

  it('takes no vectors of another length than before: another model has the name', async () => {
    const one = embedder({ dialect });
    await one.embed(['one']);
    expect(one.dimensions).toBe(64);
    const spoilt = dialect === 'openai' ? { data: [{ index: 0, embedding: [1, 2] }] } : { embeddings: { float: [[1, 2]] } };
    server.faults.push({ status: 200, body: JSON.stringify(spoilt) });
    await expect(one.embed(['two'])).rejects.toThrow(/another model has its name/);
  });

  it('gives up a call that takes too long', async () => {
    server.faults.push('hang', 'hang', 'hang', 'hang');
    await expect(embedder({ dialect, timeoutMs: 60 }).embed(['one'])).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('where texts go', () => {
  it('keeps to public addresses unless the setting says private, and asks the name server itself', async () => {
    await expect(embedder({ allowsPrivate: false }).embed([SECRET])).rejects.toMatchObject({ code: 'forbidden' });
    const named = { url: `http://embedder.example.org:${new URL(server.url).port}` };
    const inside = { ...named, resolve: () => Promise.resolve(['127.0.0.1']) };
    await expect(embedder({ ...inside, allowsPrivate: false }).embed([SECRET])).rejects.toMatchObject({ code: 'forbidden' });
    expect(server.calls).toEqual([]);
    expect(await embedder(inside).embed(['one'])).toHaveLength(1);
    // The addresses of machines' metadata are out of bounds however private.
    const metadata = { ...named, resolve: () => Promise.resolve(['169.254.169.254']) };
    await expect(embedder(metadata).embed([SECRET])).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('follows no redirect', async () => {
    const other = await startEmbeddingServer(fakeEmbedder());
    server.faults.push({ status: 307, headers: { location: `${other.url}/v1/embeddings` } });
    await expect(embedder().embed([SECRET])).rejects.toThrow(/HTTP 307/);
    expect(other.calls).toEqual([]);
    await other.close();
  });

  it.each([
    ['openai', 'https://api.openai.com/v1', 'https://api.openai.com/v1/embeddings'],
    ['openai', 'http://localhost:11434', 'http://localhost:11434/v1/embeddings'],
    ['openai', 'http://localhost:8000/v1/', 'http://localhost:8000/v1/embeddings'],
    ['openai', 'https://x.example/openai/v1/embeddings', 'https://x.example/openai/v1/embeddings'],
    [
      'openai',
      'https://me.openai.azure.com/openai/deployments/small?api-version=2024-10-21',
      'https://me.openai.azure.com/openai/deployments/small/embeddings?api-version=2024-10-21',
    ],
    ['cohere', 'https://api.cohere.com', 'https://api.cohere.com/v2/embed'],
    ['cohere', 'https://api.cohere.com/v2/', 'https://api.cohere.com/v2/embed'],
  ] as const)('finds the endpoint of %s at %s', (dialect, base, wanted) => {
    expect(endpointOf(dialect, new URL(base)).href).toBe(wanted);
  });

  it('reads Retry-After in seconds and as a date', () => {
    expect(retryAfterMs('2')).toBe(2_000);
    expect(retryAfterMs(new Date(Date.now() + 5_000).toUTCString())).toBeGreaterThan(3_000);
    expect(retryAfterMs('soon')).toBeUndefined();
  });
});

describe('the server of these tests', () => {
  it("speaks what OpenAI's own library speaks", async () => {
    const client = new OpenAI({ apiKey: EMBEDDING_KEY, baseURL: `${server.url}/v1`, maxRetries: 0 });
    const { data } = await client.embeddings.create({ model: 'any', input: TEXTS.slice(0, 3), encoding_format: 'float' });
    const ours = await embedder().embed(TEXTS.slice(0, 3));
    const theirs = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    ours.forEach((vector, at) => vector.forEach((value, d) => expect(value * 3).toBeCloseTo(theirs[at]?.[d] ?? NaN, 4)));
    // The same fields, so that whatever takes theirs takes ours.
    const [theirCall, ourCall] = [server.calls[0], server.calls[1]];
    expect(ourCall?.body).toEqual({ ...theirCall?.body, model: 'text-embedding-test' });
    expect(ourCall?.path).toBe(theirCall?.path);
  });
});

describe('a model whose vectors all point the same way', () => {
  const plain = fakeEmbedder();
  const common = Float32Array.from({ length: 64 }, (_, d) => Math.sin(d + 1) / 4);
  const unit = (vector: Float32Array): Float32Array => vector.map((value) => value / Math.hypot(...vector));
  const narrow = {
    ...plain,
    embed: async (texts: readonly string[]) =>
      (await plain.embed(texts)).map((vector) => unit(vector.map((value, d) => value + (common[d] ?? 0)))),
  };
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0);

  it('is given an origin, so that unlike texts are unlike, and its vectors another name', async () => {
    const texts = ['otters swim upstream', 'trains leave punctually', 'otters swim downstream'];
    const [a, b, c] = (await narrow.embed(texts)) as [Float32Array, Float32Array, Float32Array];
    expect(dot(a, b)).toBeGreaterThan(0.6);
    const model = centred(narrow);
    const [x, y, z] = (await model.embed(texts)) as [Float32Array, Float32Array, Float32Array];
    expect(dot(x, y)).toBeLessThan(dot(a, b) - 0.2);
    expect(dot(x, z)).toBeGreaterThan(0.5);
    expect(dot(x, x)).toBeCloseTo(1, 5);
    expect(dot(a, c)).toBeGreaterThan(dot(x, z));
    expect(model.modelId).toBe('fake-embedder:c1');
    expect((await model.embed(texts))[1]).toEqual(y);
  });

  it('asks again for the origin where the service was away', async () => {
    let isAway = true;
    const model = centred({ ...narrow, embed: (texts) => (isAway ? Promise.reject(new Error('away')) : narrow.embed(texts)) });
    await expect(model.embed(['one'])).rejects.toThrow('away');
    isAway = false;
    expect(await model.embed(['one'])).toHaveLength(1);
  });
});
