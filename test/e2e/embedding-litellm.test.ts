// Embeddings through a real LiteLLM proxy, which speaks OpenAI's protocol to us and, of its own accord, OpenAI's and Cohere's
// to what stands behind it: a second implementation of both, against which ours is held.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHttpEmbedder } from '../../control-plane/src/adapters/embed-http/index.ts';
import { openStaticEmbedder, type OnnxEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import { EMBEDDING_KEY, startEmbeddingServer, type EmbeddingServer } from '../support/embedding-server.ts';
import { MASTER_KEY, startLiteLlm, type RunningLiteLlm } from '../support/litellm.ts';

let model: OnnxEmbedder;
let behind: EmbeddingServer;
let litellm: RunningLiteLlm;

beforeAll(async () => {
  model = openStaticEmbedder();
  behind = await startEmbeddingServer(model);
  const entry = (name: string, upstream: string, base: string): string =>
    `  - model_name: ${name}\n    litellm_params: { model: ${upstream}, api_base: "${base}", api_key: "${EMBEDDING_KEY}" }\n`;
  litellm = await startLiteLlm(
    `model_list:\n${entry('small', 'openai/text-embedding-small', `${behind.url}/v1`)}${entry('multilingual', 'cohere/embed-multilingual', `${behind.url}/v2/embed`)}`,
    {},
  );
}, 300_000);
afterAll(async () => {
  await litellm.stop();
  await behind.close();
  await model.close();
});

const TEXTS = ['The night train to Vienna is late', 'How do I repot a lemon tree?', 'Which platform does the sleeper leave from?'];
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0);

it.each(['small', 'multilingual'])('gives the vectors of the model behind it (%s)', async (name) => {
  const embedder = openHttpEmbedder({
    dialect: 'openai',
    url: `${litellm.url}/v1`,
    allowsPrivate: true,
    model: name,
    key: MASTER_KEY,
    batch: 2,
    timeoutMs: 30_000,
  });
  try {
    const [ours, theirs] = [await embedder.embed(TEXTS), await model.embed(TEXTS)];
    expect(ours).toHaveLength(TEXTS.length);
    ours.forEach((vector, at) => expect(dot(vector, theirs[at] as Float32Array)).toBeGreaterThan(0.9999));
    expect(embedder.dimensions).toBe(256);
  } finally {
    await embedder.close();
  }
});

it('says what to mend where the proxy refuses the key or knows no such model', async () => {
  const open = (key: string, name: string) =>
    openHttpEmbedder({
      dialect: 'openai',
      url: litellm.url,
      allowsPrivate: true,
      model: name,
      key,
      batch: 8,
      timeoutMs: 30_000,
      attempts: 1,
    });
  await expect(open('sk-wrong-key', 'small').embed(['one'])).rejects.toThrow(/CLEW_EMBEDDER_KEY|HTTP 4/);
  await expect(
    open(MASTER_KEY, 'unheard-of').embed(['a text that is long enough not to be taken for one that is too long']),
  ).rejects.toThrow(/CLEW_EMBEDDER_MODEL/);
});
