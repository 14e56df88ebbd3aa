// What a product owner sees: figures with noise, of many people, the same each time, until the budget is empty.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const DAY = 86_400_000;
/** In the newest day that is released at any hour of the day: one is over for certain two hours after midnight. */
const NOON = Math.floor((Date.now() - 2 * 3_600_000) / DAY) * DAY - DAY / 2;
const RARE = 'zanzibar';

interface Topics {
  readonly items: readonly { readonly id: string; readonly label: string; readonly users: number }[];
  readonly days: readonly string[];
  readonly refused: readonly string[];
  readonly budget: { readonly spent: number; readonly of: number };
}

const folder = mkdtempSync(path.join(tmpdir(), 'clew-disclosure-'));
let plane: TestPlane;
let product: string;
beforeAll(async () => {
  writeFileSync(path.join(folder, 'policy.yaml'), 'version: 1\ntopics: { epsilonPerDay: 2, epsilonPerMonth: 6 }\n');
  plane = await startPlane({ env: { CLEW_POLICY: path.join(folder, 'policy.yaml') } });
  const ask = (at: number, text: string, name: string) =>
    sample({
      id: `${name}-${at}`,
      startedAt: new Date(NOON + at * 1_000).toISOString(),
      principal: { id: `p_${name}_${at}`, source: 'header:x-user', trust: 'authenticated' },
      prompt: { text },
    });
  const many = Array.from({ length: 60 }, (_, at) =>
    ask(at, at === 0 ? `How do I get a refund in ${RARE}?` : 'How do I get a refund?', 'many'),
  );
  const few = Array.from({ length: 4 }, (_, at) => ask(at, 'Which chords does the ukulele song have?', 'few'));
  expect(
    (
      await request(plane.app)
        .post('/v1/samples')
        .set(bearer())
        .send([...many, ...few])
    ).body,
  ).toMatchObject({ accepted: 64 });
  await plane.settled();
  product = await tokenOf({ role: 'product' });
  await until(async () => ((await topics('/v1/topics', bearer())).items[0]?.users ?? 0) >= 60);
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});

async function until(test: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await test())) {
    if (performance.now() > end) throw new Error('The topics did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const tokenOf = async (fields: object): Promise<string> =>
  ((await request(plane.app).post('/v1/tokens').set(bearer()).send(fields)).body as { token: string }).token;
async function topics(route: string, headers: Readonly<Record<string, string>>): Promise<Topics> {
  const { status, body } = await request(plane.app).get(route).set(headers);
  expect(status).toBe(200);
  return body as Topics;
}

describe('released topics', () => {
  it('show the many with noise and without the words of one, and the few not at all', async () => {
    const seen = await topics('/v1/topics', bearer(product));
    expect(seen).toMatchObject({ figures: 'released', minUsers: 5, next: null });
    expect(seen.items).toHaveLength(1);
    expect(Math.abs((seen.items[0]?.users ?? 0) - 60)).toBeLessThan(25);
    expect(seen.items[0]?.label).toContain('refund');
    expect(JSON.stringify(seen)).not.toMatch(/ukulele|zanzibar/i);
  });

  it('are the same to everybody, each time', async () => {
    const seen = await topics('/v1/topics', bearer(product));
    expect(await topics('/v1/topics', bearer(product))).toEqual(seen);
    expect(await topics('/v1/topics?figures=released', bearer())).toEqual(seen);
    const id = seen.items[0]?.id ?? '';
    expect((await request(plane.app).get(`/v1/topics/${id}`).set(bearer(product))).body).toEqual(seen.items[0]);
  });

  it('never give a product owner exact figures', async () => {
    const { status, body } = await request(plane.app).get('/v1/topics?figures=exact').set(bearer(product));
    expect(status).toBe(403);
    expect((body as { detail: string }).detail).toContain('released figures only');
  });

  it('share one budget among the environments of a tenant, and are refused when it is empty', async () => {
    const spent = (await topics('/v1/topics', bearer(product))).budget.spent;
    const other = await tokenOf({ role: 'product', environment: 'staging' });
    const seen = await topics('/v1/topics', bearer(other));
    expect(seen.items).toEqual([]);
    expect(seen.budget.spent).toBeGreaterThanOrEqual(spent);
    const third = await tokenOf({ role: 'product', environment: 'canary' });
    const after = await topics('/v1/topics', bearer(third));
    expect(after.budget.spent).toBeLessThanOrEqual(6);
    expect(after.refused.length).toBeGreaterThan(0);
  });

  it('cost a tenant nothing in environment test', async () => {
    const token = await tokenOf({ role: 'product', environment: 'test' });
    expect(await topics('/v1/topics', bearer(token))).toMatchObject({ items: [], days: [], refused: [] });
  });
});
