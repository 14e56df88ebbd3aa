// A live store moves to a hosted model: the real server is killed in the middle, comes back, goes on, takes requests all the
// while, and afterwards has the same threads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStaticEmbedder, type OnnxEmbedder } from '../../control-plane/src/adapters/onnx/index.ts';
import type { EmbeddingView } from '../../control-plane/src/reembed/index.ts';
import type { Page, RequestView, ThreadSummary } from '../../control-plane/src/threads/index.ts';
import { clew as runClew, type Outcome } from '../support/clew.ts';
import { EMBEDDING_KEY, startEmbeddingServer, type EmbeddingServer } from '../support/embedding-server.ts';
import { startControlPlane, until, type ControlPlane } from '../support/stack.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-reembed-'));
const policy = path.join(folder, 'policy.yaml');
let model: OnnxEmbedder;
let service: EmbeddingServer;
let plane: ControlPlane;

const env = (): Record<string, string> => ({
  CLEW_POLICY: policy,
  CLEW_EMBEDDER_URL: `${service.url} private`,
  CLEW_EMBEDDER_MODEL: 'hosted-test',
  CLEW_EMBEDDER_KEY: EMBEDDING_KEY,
  CLEW_EMBEDDER_BATCH: '16',
});
const allow = (external: boolean): void =>
  writeFileSync(
    policy,
    `version: 1\npurpose: mending faults\nlegalBasis: contract\nredaction: { names: false }\nembedding: { external: ${external} }\n`,
  );

const SUBJECTS = [
  ['repot a lemon tree', 'Does the tree need lime in its soil?', 'And how often is it watered?'],
  ['catch the night train to Vienna', 'Which platform does the train leave from?', 'Can I take a bicycle along on it?'],
  ['sort a list in Python', 'Does sorted() keep equal elements in order?', 'And how do I sort by two keys?'],
] as const;
const began = Date.now() - 6 * 3_600_000;
let posted = 0;

/** A short chat of one person about one matter. */
function chat(person: string, subject: number, atMs: number): object[] {
  const [first, ...later] = SUBJECTS[subject % SUBJECTS.length] ?? SUBJECTS[0];
  return [`How do I ${first}?`, ...later].map((text, at) => ({
    version: 1,
    id: `${person}-${subject}-${at}`,
    startedAt: new Date(atMs + at * 40_000).toISOString(),
    principal: { id: person, source: 'consumer', trust: 'authenticated' },
    prompt: { text },
    answer: { text: `About that: ${text.toLowerCase()} It depends on where you are.` },
    status: { outcome: 'ok', http: 200 },
  }));
}

async function post(samples: readonly object[]): Promise<void> {
  const { status } = await plane.post('/v1/samples', samples.map((one) => JSON.stringify(one)).join('\n'), {
    'content-type': 'application/x-ndjson',
  });
  expect(status).toBe(202);
  posted += samples.length;
  const last = samples.at(-1) as { id: string };
  await until(() => plane.get(`/v1/requests/${last.id}`), 'the last request to be stored');
}

async function threads(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<ThreadSummary> = await plane.get(`/v1/threads?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
    for (const { id, turns } of page.items) found[id] = turns;
    cursor = page.next;
  }
  return found;
}

const state = (): Promise<EmbeddingView> => plane.get('/v1/embeddings');
/** By meaning: no word of the query stands in the texts. */
async function findsTrain(): Promise<boolean> {
  const { items } = await plane.get<{ items: { id: string; why: string[] }[] }>('/v1/search?q=railway%20departure%20sleeper');
  return items.some(({ id, why }) => why.includes('meaning') && id.includes('-1-'));
}

const clew = (...args: string[]): Promise<Outcome> =>
  runClew(args, {
    env: { HOME: process.env['HOME'] ?? '', CLEW_URL: plane.url, CLEW_TOKEN: plane.token, ...env(), CLEW_DATA: plane.folder },
  });

beforeAll(async () => {
  model = openStaticEmbedder();
  service = await startEmbeddingServer(model);
  allow(false);
  plane = await startControlPlane({ env: env() });
  for (let at = 0; at < 40; at += 1) await post(chat(`p_${at % 8}`, at, began + at * 240_000));
}, 120_000);
afterAll(async () => {
  await plane.stop();
  await service.close();
  await model.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(plane.folder, { recursive: true, force: true });
});

it('is refused while the policy keeps texts here', async () => {
  const refused = await plane.post('/v1/embeddings/move', JSON.stringify({ model: 'openai' }));
  expect(refused.status).toBe(403);
  expect(JSON.stringify(refused.json)).toContain('embedding: { external: true }');
  expect((await clew('reembed', '--model', 'openai')).code).toBe(2);
  const unknown = await clew('reembed', '--model', 'word2vec');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('static (minilm-static-256@1)')]);
  expect((await state()).move).toBeNull();
  expect(service.calls).toEqual([]);
});

it('goes on after a kill, serves all the while, and keeps every thread', async () => {
  allow(true);
  const before = await threads();
  expect(Object.values(before).reduce((sum, turns) => sum + turns, 0)).toBe(posted);
  expect(await findsTrain()).toBe(true);
  await until(
    async () => (await plane.get<{ embedding?: object }>('/v1/policies')).embedding !== undefined || undefined,
    'the new policy',
  ).catch(() => undefined);
  service.delayMs = 150;
  const begun = await until(async () => {
    const answer = await plane.post('/v1/embeddings/move', JSON.stringify({ model: 'openai' }));
    return answer.status === 202 ? (answer.json as EmbeddingView) : undefined;
  }, 'the policy to let texts out');
  expect(begun).toMatchObject({ model: 'minilm-l6-v2-int8@1', move: { to: 'openai/hosted-test:c1', state: 'moving', total: 2 * posted } });
  const moving = await until(async () => {
    const now = await state();
    return (now.move?.moved ?? 0) > 0 ? now : undefined;
  }, 'the first vectors');
  expect(moving.model).toBe('minilm-l6-v2-int8@1');

  await plane.stop('SIGKILL');
  plane = await startControlPlane({ folder: plane.folder, env: env() });
  const back = await state();
  expect(back).toMatchObject({ model: 'minilm-l6-v2-int8@1', move: { to: 'openai/hosted-test:c1' } });
  expect(back.move?.moved).toBeGreaterThanOrEqual(moving.move?.moved ?? Infinity);
  // The old vectors serve, for search and for links.
  expect(await findsTrain()).toBe(true);
  await post(chat('p_new', 1, Date.now() - 600_000));
  const during = await plane.get<RequestView>('/v1/requests/p_new-1-1');
  expect([during.predecessor, during.method]).toEqual(['p_new-1-0', 'inferred']);
  expect((await state()).model).toBe('minilm-l6-v2-int8@1');

  service.delayMs = 0;
  const followed = await clew('reembed', '--model', 'openai');
  expect([followed.code, followed.err]).toEqual([0, '']);
  const rows = followed.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.at(-1)).toMatchObject({ model: 'openai/hosted-test:c1', state: 'done', lost: 0 });
  expect(await state()).toEqual({ model: 'openai/hosted-test:c1', move: null });

  // Nothing was embedded twice but what was in hand when the server died, and no thread is another.
  const after = await threads();
  for (const [id, turns] of Object.entries(before)) expect(after[id]).toBe(turns);
  expect(await findsTrain()).toBe(true);
  const asked = service.calls.length;
  await post([
    {
      version: 1,
      id: 'p_new-after',
      startedAt: new Date(Date.now() - 300_000).toISOString(),
      principal: { id: 'p_new', source: 'consumer', trust: 'authenticated' },
      prompt: { text: 'And can I take a dog along on the train as well?' },
    },
  ]);
  expect(service.calls.length).toBeGreaterThan(asked);
  const linked = await plane.get<RequestView>('/v1/requests/p_new-after');
  expect(linked.thread).toBe(during.thread);
  expect(linked.similarity).not.toBeNull();
  expect(plane.output()).not.toContain(EMBEDDING_KEY);
  expect(plane.output()).not.toContain('lemon');
}, 120_000);

it('moves back with the server stopped, and leaves nothing of the hosted model', async () => {
  await plane.stop();
  const moved = await clew('reembed', '--model', 'local');
  expect(moved.code).toBe(0);
  expect(JSON.parse(moved.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ model: 'minilm-l6-v2-int8@1', state: 'done' });
  const calls = service.calls.length;
  plane = await startControlPlane({ folder: plane.folder, env: env() });
  expect(await findsTrain()).toBe(true);
  expect((await plane.get<RequestView>('/v1/requests/p_new-after')).thread).toBe(
    (await plane.get<RequestView>('/v1/requests/p_new-1-1')).thread,
  );
  expect(service.calls.length).toBe(calls);
}, 60_000);

it('embeds nothing outside once the policy takes that back, and stores and links all the same', async () => {
  const moved = await clew('reembed', '--model', 'openai');
  expect(moved.code).toBe(0);
  allow(false);
  await until(async () => {
    const answer = await plane.post('/v1/embeddings/move', JSON.stringify({ model: 'openai' }));
    return answer.status === 403 || undefined;
  }, 'the policy to keep texts here');
  const calls = service.calls.length;
  await post(chat('p_late', 2, Date.now() - 200_000));
  const late = await plane.get<RequestView>('/v1/requests/p_late-2-1');
  expect(late.similarity).toBeNull();
  expect(service.calls.length).toBe(calls);
  // Nor does it keep the server from starting.
  await plane.stop();
  plane = await startControlPlane({ folder: plane.folder, env: env() });
  await post(chat('p_later', 1, Date.now() - 100_000));
  expect((await plane.get<RequestView>('/v1/requests/p_later-1-1')).predecessor).toBe('p_later-1-0');
  expect(service.calls.length).toBe(calls);
}, 60_000);
