// The graph of a whole control plane: what is in it, who may have it, and what a slow reader costs.
import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MultiDirectedGraph } from 'graphology';
import { parse } from 'graphology-graphml';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphRoutes, type GraphRow } from '../../control-plane/src/graph/index.ts';
import { createApp } from '../../control-plane/src/http/index.ts';
import { silentLogger } from '../../control-plane/src/kernel/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const START = Date.now() - 3_600_000;
let plane: TestPlane;

beforeAll(async () => {
  plane = await startPlane();
  const samples = Array.from({ length: 40 }, (_, at) =>
    sample({
      id: `g-${at}`,
      startedAt: new Date(START + at * 60_000).toISOString(),
      principal: { id: `p_${at % 2}`, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `s-${at % 4}`, source: 'header:x-session-id' },
      model: { requested: 'any', executed: at % 2 === 0 ? 'one' : `two "<'\\`, evidence: 'response_body' },
      prompt: { text: `Secretless question ${at}` },
      answer: { text: 'Like this.' },
    }),
  );
  expect((await request(plane.app).post('/v1/samples').set(bearer()).send(samples)).body).toMatchObject({ accepted: 40, rejected: [] });
  await plane.settled();
});
afterAll(() => plane.close());

const ask = (query: string, token?: string) => request(plane.app).get(`/v1/graph?${query}`).set(bearer(token)).buffer(true);
const graphOf = async (query: string, token?: string) =>
  parse(MultiDirectedGraph, (await ask(query, token).parse(asText)).body as string, { addMissingNodes: false });
const asText = (response: request.Response, done: (error: Error | null, body: unknown) => void): void => {
  let text = '';
  const stream = response as unknown as IncomingMessage;
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  stream.on('end', () => done(null, text));
};
const tokenOf = async (fields: object): Promise<string> =>
  ((await request(plane.app).post('/v1/tokens').set(bearer()).send(fields)).body as { token: string }).token;
const labels = (graph: Awaited<ReturnType<typeof graphOf>>): Record<string, number> => {
  const counts: Record<string, number> = {};
  graph.forEachNode((_node, attributes) => {
    const label = String(attributes['labels']);
    counts[label] = (counts[label] ?? 0) + 1;
  });
  return counts;
};

describe('GET /v1/graph', () => {
  it('gives every request with its thread, user, model and the turn before', async () => {
    const answer = await ask('');
    expect(answer.headers['content-type']).toBe('application/graphml+xml; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="clew.graphml"');
    const graph = await graphOf('');
    expect(labels(graph)).toEqual({ ':User': 2, ':Thread': 4, ':Request': 40, ':Model': 2 });
    const follows = graph.filterEdges((_edge, attributes) => attributes['label'] === 'FOLLOWS');
    expect(follows).toHaveLength(36);
    expect(graph.hasEdge('request:g-4', 'request:g-0')).toBe(true);
    expect(graph.hasNode(`model:two "<'\\`)).toBe(true);
    expect(graph.getNodeAttribute('request:g-0', 'prompt')).toBeUndefined();
    expect((await graphOf('texts=yes')).getNodeAttribute('request:g-0', 'prompt')).toBe('Secretless question 0');
  });

  it('gives a part that holds together: a time, a thread, a user', async () => {
    const from = new Date(START + 20 * 60_000).toISOString();
    const part = await graphOf(`from=${from}`);
    expect(labels(part)).toEqual({ ':User': 2, ':Thread': 4, ':Request': 20, ':Model': 2 });
    expect(labels(await graphOf('user=p_1'))).toEqual({ ':User': 1, ':Thread': 2, ':Request': 20, ':Model': 1 });
    const thread = (await request(plane.app).get('/v1/requests/g-1').set(bearer())).body as { thread: string };
    expect(labels(await graphOf(`thread=${thread.thread}`))).toEqual({ ':User': 1, ':Thread': 1, ':Request': 10, ':Model': 1 });
  });

  it('shows a user their own, another environment nothing, and a product role not even that', async () => {
    const user = await tokenOf({ role: 'user', user: 'p_1' });
    expect(labels(await graphOf('', user))).toEqual({ ':User': 1, ':Thread': 2, ':Request': 20, ':Model': 1 });
    expect(labels(await graphOf('user=p_0', user))).toEqual({ ':User': 1, ':Thread': 2, ':Request': 20, ':Model': 1 });
    const product = await tokenOf({ role: 'product' });
    expect((await ask('', product)).status).toBe(403);
    expect((await ask('format=dot')).status).toBe(400);
  });
});

describe('a slow reader', () => {
  const row = (id: string): GraphRow => ({
    ...{ id, atMs: 0, endedAtMs: null, user: id, threadId: id, kind: 'turn', position: 'first', intent: 'task_execution', followUp: null },
    ...{ method: 'new', confidence: 1, similarity: null, isFork: false, predecessor: null, outcome: null, isBlocked: false, model: null },
    ...{ inputTokens: null, outputTokens: null, costUsd: null, runId: null, traceId: null, prompt: 'x'.repeat(500), answer: null },
    ...{ thread: null, isUsersFirst: true },
  });

  it('holds up the walk, one that leaves ends it, and no more than a few are served at once', async () => {
    let [made, open] = [0, 0];
    const reader = {
      async *walk() {
        open += 1;
        try {
          for (let at = 0; at < 10_000; at += 1) {
            made += 1;
            await new Promise((resolve) => setImmediate(resolve));
            yield Array.from({ length: 100 }, (_, place) => row(`${at}-${place}`));
          }
        } finally {
          open -= 1;
        }
      },
    };
    const routes = graphRoutes({
      reader,
      topics: { of: () => Promise.resolve(undefined) },
      audit: { append: () => Promise.resolve() },
      usersOf: () => Promise.resolve([]),
      clock: { nowMs: () => 1_000 },
    });
    const caller = { tokenId: 't', scope: { tenant: 't', environment: 'e' }, role: 'admin' };
    const app = createApp({
      routes,
      textPages: [],
      authorizer: { authenticate: () => Promise.resolve(caller), may: () => true },
      logger: silentLogger,
      observer: { requestFinished: () => undefined },
      version: '0',
      pageFolder: undefined,
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const pull = (): Promise<IncomingMessage> =>
      new Promise((resolve) => httpGet({ port, path: '/v1/graph', headers: { authorization: 'Bearer t' } }, resolve));
    try {
      const slow = await Promise.all([pull(), pull(), pull(), pull()]);
      for (const one of slow) one.pause();
      let before = -1;
      // It comes to rest although nobody takes what was made.
      await expect
        .poll(
          () => {
            const isAtRest = made === before && made > 0;
            before = made;
            return isAtRest;
          },
          { interval: 200, timeout: 15_000 },
        )
        .toBe(true);
      expect(made).toBeLessThan(1_000);
      expect((await pull()).statusCode).toBe(429);
      for (const one of slow) one.destroy();
      await expect.poll(() => open, { timeout: 15_000 }).toBe(0);
      const next = await pull();
      expect(next.statusCode).toBe(200);
      next.destroy();
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
