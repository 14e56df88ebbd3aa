// Topics where no embedding may be kept: those of a fixed list, counted as any other, and not one vector in the store.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';

const T0 = Date.now() - 3_600_000;
const CODE = 'write a function in python';
const PARCEL = 'when will my delivery arrive';

interface Topic {
  readonly id: string;
  readonly label: string;
  readonly threads: number;
  readonly users: number;
  readonly parent: { readonly label: string } | null;
}

const folder = mkdtempSync(path.join(tmpdir(), 'clew-fixed-'));
const data = path.join(folder, 'data');
let plane: TestPlane;
beforeAll(async () => {
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, 'version: 1\ntopics: { kind: fixed, minUsers: 2 }\n');
  plane = await startPlane({ folder: data, env: { CLEW_POLICY: policy } });
  const ask = (user: string, at: number, text: string, mode?: 'topic_only') =>
    sample({
      id: `${user}-${at}`,
      startedAt: new Date(T0 + at * 1_000).toISOString(),
      principal: { id: `p_${user}`, source: 'header:x-user', trust: 'authenticated' },
      session: { id: `s-${user}-${at}`, source: 'header:x-session' },
      prompt: { text },
      answer: { text: 'Here is what I found.' },
      ...(mode && { mode }),
    });
  const all = [
    ...['ann', 'bob', 'cem'].map((user, at) => ask(user, at, CODE)),
    ask('dan', 5, CODE, 'topic_only'),
    ...['ann', 'bob'].map((user, at) => ask(user, 3_000 + at, PARCEL)),
  ];
  expect((await request(plane.app).post('/v1/samples').set(bearer()).send(all)).body).toMatchObject({ accepted: all.length });
  await plane.settled();
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true });
});

async function topics(): Promise<readonly Topic[]> {
  const { status, body } = await request(plane.app).get('/v1/topics').set(bearer());
  expect(status).toBe(200);
  return (body as { items: Topic[] }).items;
}
async function until(test: (found: readonly Topic[]) => boolean): Promise<readonly Topic[]> {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = await topics();
    if (test(found)) return found;
    if (performance.now() > end) throw new Error(`The topics did not come: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const shown = (found: readonly Topic[]): unknown[] => found.map(({ label, threads, users }) => [label, threads, users]);
const sum = (found: readonly Topic[]): number => found.reduce((total, { threads }) => total + threads, 0);

describe('topics of a fixed list', () => {
  it('are counted in two levels, also for requests of which no text is kept', async () => {
    const found = await until((all) => sum(all) === 6);
    expect(found.map(({ label, threads, users, parent }) => [label, threads, users, parent?.label])).toEqual([
      ['writing code', 4, 4, 'software'],
      ['orders and delivery', 2, 2, 'work and business'],
    ]);
  });

  it('lead from the coarser level to its days and to the threads below it', async () => {
    const { body } = await request(plane.app).get('/v1/topics').set(bearer());
    const { parents } = body as { parents: (Topic & { figures: { perDay: { users: number }[] } | null })[] };
    const software = parents.find(({ label }) => label === 'software');
    // An hour ago may have been yesterday.
    expect(software?.figures?.perDay.reduce((sum, { users }) => sum + users, 0)).toBe(4);
    const one = await request(plane.app).get(`/v1/topics/${software?.id}`).set(bearer());
    expect((one.body as typeof software)?.figures).toEqual(software?.figures);
    const threads = await request(plane.app).get(`/v1/threads?topic=${software?.id}`).set(bearer());
    expect((threads.body as { items: unknown[] }).items).toHaveLength(4);
    const hits = await request(plane.app).get(`/v1/search?q=topic:${software?.id}`).set(bearer());
    expect((hits.body as { items: unknown[] }).items).toHaveLength(4);
  });

  it('leave no vector in any file of the store', async () => {
    const file = new DatabaseSync(path.join(data, 'clew.db'), { readOnly: true });
    const count = (from: string): number => Number(file.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.['n']);
    expect(count('requests')).toBe(6);
    expect(count('vectors')).toBe(0);
    expect(count('requests WHERE embedding_model IS NOT NULL')).toBe(0);
    file.close();
    // What a vector of the prompt begins with, as the store would write it, stands nowhere.
    const [vector] = await plane.embedder.embed([CODE]);
    const needle = Buffer.from(vector!.buffer, vector!.byteOffset, 32);
    for (const name of readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
      expect(readFileSync(path.join(name.parentPath, name.name)).includes(needle), name.name).toBe(false);
    }
  });

  it('follow when threads are merged and parted again, and when a person is erased', async () => {
    const { body } = await request(plane.app).get('/v1/threads?user=p_bob').set(bearer());
    // The newest first.
    const [from, into] = (body as { items: { id: string }[] }).items.map(({ id }) => id);
    const merged = await request(plane.app).post(`/v1/threads/${from}/merge`).set(bearer()).send({ into });
    expect(merged.status).toBe(201);
    // One person's deliveries are too few to show.
    expect(shown(await until((all) => sum(all) === 4))).toEqual([['writing code', 4, 4]]);
    const repair = (merged.body as { id: string }).id;
    expect((await request(plane.app).post(`/v1/repairs/${repair}/undo`).set(bearer()).send({})).status).toBe(200);
    await until((all) => sum(all) === 6);
    expect((await request(plane.app).delete('/v1/users/p_ann').set(bearer())).status).toBe(200);
    expect(shown(await until((all) => sum(all) === 3))).toEqual([['writing code', 3, 3]]);
  });
});
