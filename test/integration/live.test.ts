// Requests as they pass, through a whole control plane: who sees what, when, and what a watcher costs.
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LivePortion, LiveRequest } from '../../control-plane/src/live/index.ts';
import { bearer, sample, type TestPlane } from '../support/control-plane.ts';
import { listeningPlane, type ListeningPlane } from '../support/listening.ts';
import { postSamples } from '../support/planes.ts';

type Sent = Parameters<typeof sample>[0];
type Told = { readonly event: string; readonly data: LivePortion };

let served: ListeningPlane;
let plane: TestPlane;
let origin = '';

beforeAll(async () => {
  served = await listeningPlane();
  plane = served.test;
  origin = served.url;
});
afterAll(() => served.close());

const from = (user: string, id: string, more: Partial<Sent> = {}): Sent => ({
  id,
  startedAt: new Date(Date.now() - 1_000).toISOString(),
  principal: { id: user, source: 'header:x-user', trust: 'authenticated' },
  model: { requested: 'fast', executed: 'fast-2026', evidence: 'response_body' },
  prompt: { text: `What is ${id}?` },
  ...more,
});
const send = (...samples: Sent[]): Promise<void> =>
  postSamples(
    plane,
    samples.map((one) => sample(one)),
  );
const tokenOf = async (fields: object): Promise<string> =>
  ((await request(plane.app).post('/v1/tokens').set(bearer()).send(fields)).body as { token: string }).token;

/** Events until what they told satisfies; then the watcher leaves. */
async function watch(query: string, token: string | undefined, isEnough: (told: readonly Told[]) => boolean, begun?: () => Promise<void>) {
  const gone = new AbortController();
  const reply = await fetch(`${origin}/v1/live?${query}`, {
    headers: { ...bearer(token), Accept: 'text/event-stream' },
    signal: gone.signal,
  });
  expect(reply.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const told: Told[] = [];
  let text = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
      if (event === undefined || data === undefined) continue;
      told.push({ event, data: JSON.parse(data) as LivePortion });
      if (told.length === 1) await begun?.();
    }
    if (isEnough(told)) break;
  }
  gone.abort();
  return told;
}
const idsOf = (told: readonly Told[]): readonly string[] => told.flatMap(({ data }) => data.items.map(({ id }) => id));

describe('GET /v1/live', () => {
  it('begins with the newest and tells of what comes, counted', async () => {
    await send(from('p_1', 'before'));
    await plane.settled();
    const told = await watch(
      '',
      undefined,
      (all) => idsOf(all).includes('bad'),
      async () => {
        await send(
          from('p_2', 'good', { usage: { inputTokens: 5, outputTokens: 7 } }),
          from('p_1', 'bad', { status: { outcome: 'error' } }),
        );
      },
    );
    expect(told[0]).toMatchObject({ event: 'newest', data: { items: [{ id: 'before', user: 'p_1' }] } });
    const portions = told.slice(1);
    expect(portions.every(({ event }) => event === 'portion')).toBe(true);
    const sum = (of: 'requests' | 'errors' | 'blocked'): number => portions.reduce((all, { data }) => all + data.counts[of], 0);
    expect([sum('requests'), sum('errors'), sum('blocked')]).toEqual([2, 1, 0]);
    expect(portions[0]?.data.counts.models[0]?.model).toBe('fast-2026');
    const good = portions.flatMap(({ data }) => data.items).find(({ id }) => id === 'good');
    expect(good).toMatchObject<Partial<LiveRequest>>({
      user: 'p_2',
      model: { requested: 'fast', executed: 'fast-2026' },
      tokens: 12,
      isBlocked: false,
      prompt: 'What is good?',
    });
    const thread = (await request(plane.app).get('/v1/requests/good').set(bearer())).body as { thread: string };
    expect(good?.thread).toBe(thread.thread);
  });

  it('shows and counts for a user their own alone, whatever the address says', async () => {
    const user = await tokenOf({ role: 'user', user: 'p_1' });
    const told = await watch(
      'user=p_2',
      user,
      (all) => idsOf(all).includes('own'),
      async () => {
        await send(from('p_2', 'not-theirs', { status: { outcome: 'error' } }), from('p_1', 'own'));
      },
    );
    const items = told.flatMap(({ data }) => data.items);
    expect(new Set(items.map(({ user: of }) => of))).toEqual(new Set(['p_1']));
    const portions = told.slice(1).map(({ data }) => data.counts);
    expect(portions.reduce((all, { requests }) => all + requests, 0)).toBe(1);
    expect(portions.reduce((all, { errors }) => all + errors, 0)).toBe(0);
  });

  it('shows another tenant nothing, and product owners not even that', async () => {
    const other = await tokenOf({ role: 'engineer', tenant: 'globex' });
    expect((await request(plane.app).get('/v1/live').set(bearer(other))).body).toEqual({ items: [] });
    const product = await tokenOf({ role: 'product' });
    expect((await request(plane.app).get('/v1/live').set(bearer(product))).status).toBe(403);
  });

  it('narrows by model and by trouble', async () => {
    await send(
      from('p_3', 'slow-one', { model: { requested: 'slow', executed: 'slow-2026', evidence: 'response_body' } }),
      from('p_3', 'stopped', { status: { outcome: 'blocked' } }),
    );
    await plane.settled();
    const ids = async (query: string): Promise<readonly string[]> =>
      ((await request(plane.app).get(`/v1/live?${query}`).set(bearer())).body as { items: LiveRequest[] }).items.map(({ id }) => id);
    expect(await ids('model=slow')).toEqual(['slow-one']);
    expect(await ids('model=slow-2026')).toEqual(['slow-one']);
    expect(await ids('trouble=blocked')).toEqual(['stopped']);
    expect((await ids('trouble=error')).toSorted()).toEqual(['bad', 'not-theirs']);
  });

  it('tells at most so many requests at once, and how many more there were', async () => {
    const many = Array.from({ length: 60 }, (_, n) => from('p_4', `many-${n}`));
    const told = await watch(
      'user=p_4',
      undefined,
      (all) => all.slice(1).reduce((sum, { data }) => sum + data.counts.requests, 0) >= 60,
      () => send(...many),
    );
    for (const { data } of told) expect(data.items.length).toBeLessThanOrEqual(40);
    const portions = told.slice(1).map(({ data }) => data);
    expect(portions.reduce((sum, { items, left }) => sum + items.length + left, 0)).toBe(60);
  });
});
