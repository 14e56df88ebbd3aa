// A policy that embeds a share of the users: the others are stored, linked by time and evidence, and found by their words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestView } from '../../control-plane/src/threads/index.ts';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'clew-rate-'));
const PEOPLE = Array.from({ length: 24 }, (_, n) => `p_${n}`);
let test: TestPlane;

beforeAll(async () => {
  const file = path.join(folder, 'policy.yaml');
  writeFileSync(file, 'version: 1\nembedding: { embed_rate: 0.5 }\nroutes:\n  - { match: { route: bulk }, mode: full, embed_rate: 0 }\n');
  test = await startPlane({ env: { CLEW_POLICY: file } });
  const began = Date.now() - 3_600_000;
  const rows = PEOPLE.flatMap((id, n) =>
    [0, 1].map((at) =>
      sample({
        id: `${id}-${at}`,
        startedAt: new Date(began + n * 90_000 + at * 20_000).toISOString(),
        principal: { id, source: 'header:x-user', trust: 'authenticated' },
        prompt: { text: at === 0 ? `Where do marmots of ${id} sleep?` : `And what do marmots of ${id} eat?` },
        answer: { text: 'In burrows, and mostly grass.' },
      }),
    ),
  );
  const bulk = sample({
    id: 'bulk-1',
    gateway: { kind: 'kong', route: 'bulk' },
    principal: { id: 'p_bulk', source: 'consumer', trust: 'authenticated' },
  });
  expect(
    (
      await request(test.app)
        .post('/v1/samples')
        .set(bearer())
        .send([...rows, bulk])
    ).body,
  ).toMatchObject({ rejected: [] });
  await test.settled();
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

const view = async (id: string): Promise<RequestView> =>
  (await request(test.app).get(`/v1/requests/${id}`).set(bearer())).body as RequestView;
const isEmbedded = (person: string): boolean => test.embedder.seen.some((text) => text.includes(`marmots of ${person} `));

it('embeds all that some people ask, and nothing of the others', async () => {
  const [some, others] = [PEOPLE.filter(isEmbedded), PEOPLE.filter((person) => !isEmbedded(person))];
  expect(some.length).toBeGreaterThan(4);
  expect(others.length).toBeGreaterThan(4);
  for (const person of some) {
    expect(test.embedder.seen).toContain(`And what do marmots of ${person} eat?`);
    expect((await view(`${person}-1`)).similarity).not.toBeNull();
  }
  for (const person of others) {
    expect(test.embedder.seen).not.toContain(`And what do marmots of ${person} eat?`);
    const later = await view(`${person}-1`);
    // Twenty seconds apart: time alone links them.
    expect([later.predecessor, later.method, later.similarity]).toEqual([`${person}-0`, 'inferred', null]);
    expect(later.prompt).toContain('marmots');
  }
  expect(test.embedder.seen.some((text) => text.includes('lemon tree'))).toBe(false);
  expect((await view('bulk-1')).prompt).toContain('lemon tree');
});

it('finds what has no vector by its words', async () => {
  const person = PEOPLE.find((one) => !isEmbedded(one)) ?? '';
  const { body } = await request(test.app).get('/v1/search?q=marmots').set(bearer());
  const items = (body as { items: { id: string }[] }).items.map(({ id }) => id);
  expect(items.some((id) => id.startsWith(`${person}-`)) || items.length >= 10).toBe(true);
  const own = (
    await request(test.app)
      .get(`/v1/search?q=${encodeURIComponent(`"marmots of ${person}"`)}`)
      .set(bearer())
  ).body as { items: { id: string }[] };
  expect(own.items.some(({ id }) => id.startsWith(`${person}-`))).toBe(true);
});
