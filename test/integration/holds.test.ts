// Legal holds, retention and refused reveals through the HTTP API and the command line.
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudonym, tenantKeys } from '#contract';
import { clew } from '../support/clew.ts';
import { ADMIN_TOKEN, bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { listening } from '../support/listening.ts';
import { storeSamples } from '../support/planes.ts';

const HASH_KEY = 'a-hash-key-for-tests-only';
const ALICE = pseudonym(tenantKeys(HASH_KEY, 'default').principal, 'alice@example.com');
const REASON = 'case 4711, counsel asked';

let test: TestPlane;
beforeAll(async () => {
  test = await startPlane({ env: { CLEW_HASH_KEY: HASH_KEY } });
  const of = (id: string, principal: string) => sample({ id, principal: { id: principal, source: 'header:x-user', trust: 'asserted' } });
  await storeSamples(test, [of('r1', ALICE), of('r2', 'p_other')]);
});
afterAll(() => test.close());

const post = (url: string, body: object, token?: string) => request(test.app).post(url).set(bearer(token)).send(body);
const get = (url: string, token?: string) => request(test.app).get(url).set(bearer(token));
const erase = (id: string) =>
  request(test.app)
    .delete(`/v1/users/${encodeURIComponent(id)}`)
    .set(bearer());
interface Entry {
  readonly kind: string;
  readonly actor: string;
  readonly details: Readonly<Record<string, unknown>>;
}
const audit = async (kind: string): Promise<readonly Entry[]> =>
  ((await get(`/v1/audit?kind=${kind}`)).body as { items: readonly Entry[] }).items;
const tokenOf = async (role: string): Promise<string> => ((await post('/v1/tokens', { role })).body as { token: string }).token;

describe('legal holds', () => {
  it('refuse an erasure with their ids, tell the log, and let it through once they are lifted', async () => {
    const placed = await post('/v1/holds', { kind: 'user', id: 'alice@example.com', reason: `${REASON}, call +1 202 555 0143` });
    expect(placed.status).toBe(201);
    const { id, subject, reason } = placed.body as { id: string; subject: string; reason: string };
    expect(subject).toBe(ALICE);
    // Reasons stay: nothing personal in them does.
    expect(reason).not.toContain('555');
    const refused = await erase('alice@example.com');
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: 'held', holds: [id], detail: expect.stringContaining(id) as string },
    ]);
    expect((await get('/v1/requests/r1')).status).toBe(200);
    expect((await audit('erasure_refused'))[0]?.details).toMatchObject({ holds: [id] });
    expect((await audit('hold_placed'))[0]).toMatchObject({ actor: 'configured', details: { hold: id, of: 'user', reason } });
    expect(JSON.stringify(await audit('hold_placed'))).not.toContain(ALICE);
    expect((await erase('p_other')).status).toBe(200);

    const retention = (await get('/v1/retention')).body as { holds: number; items: { id: string; stored: number }[]; nextPurge: string };
    expect(retention).toMatchObject({ holds: 1, nextPurge: expect.stringMatching(/:17:00\.000Z$/) as string });
    expect(retention.items.find((item) => item.id === 'text')).toMatchObject({ days: 30, isDefault: false, stored: 1, next: 0, held: 0 });

    expect((await post(`/v1/holds/${id}/lift`, { reason: 'short' })).status).toBe(422);
    expect((await post(`/v1/holds/${id}/lift`, { reason: 'case 4711 is closed' })).status).toBe(204);
    expect((await post(`/v1/holds/${id}/lift`, { reason: 'case 4711 is closed' })).status).toBe(404);
    expect((await audit('hold_lifted'))[0]?.details).toEqual({ hold: id, reason: 'case 4711 is closed' });
    expect((await erase('alice@example.com')).body).toMatchObject({ residual: 0, removed: { requests: 1, holds: 1 } });
    expect((await get('/v1/holds')).body).toEqual({ items: [], next: null });
  });

  it('take nothing that does not say whom and why', async () => {
    const wrong: readonly object[] = [
      { kind: 'user', reason: REASON },
      { kind: 'scope', id: 'x', reason: REASON },
      { kind: 'everything', reason: REASON },
      { kind: 'user', id: ALICE, reason: 'because' },
      { kind: 'user', id: ALICE, reason: REASON, days: 3 },
    ];
    for (const body of wrong) expect((await post('/v1/holds', body)).status, JSON.stringify(body)).toBe(422);
    expect((await post('/v1/holds', { kind: 'thread', id: 'none', reason: REASON })).status).toBe(404);
    expect((await audit('hold_placed')).length).toBe(1);
  });

  it('are placed, listed and lifted by command', async () => {
    const server = await listening(test.app);
    const hold = async (...args: string[]): Promise<unknown> => {
      const { code, out } = await clew(['hold', ...args, '--url', server.url, '--token', ADMIN_TOKEN]);
      expect(code).toBe(0);
      return JSON.parse(out);
    };
    try {
      const { id } = (await hold('place', '--all', '--reason', REASON)) as { id: string };
      expect(await hold('list')).toMatchObject({ items: [{ id, kind: 'scope', subject: null, reason: REASON }] });
      expect((await erase('p_nobody')).status).toBe(409);
      expect(await hold('lift', id, '--reason', 'case 4711 is closed')).toEqual({ lifted: id });
      expect(await hold('list')).toMatchObject({ items: [] });
      expect((await clew(['hold', 'place', '--user', 'u', '--all', '--reason', REASON])).code).toBe(2);
    } finally {
      await server.close();
    }
  });
});

describe('what the log tells of itself and of refused reveals', () => {
  it('says whether its chain holds', async () => {
    const state = (await get('/v1/audit/state')).body as { ok: boolean; entries: number; faults: string[] };
    expect(state).toMatchObject({ ok: true, faults: [] });
    expect(state.entries).toBeGreaterThan(3);
  });

  it('names whoever tried to reveal without the right, and not without end', async () => {
    const token = await tokenOf('engineer');
    for (let at = 0; at < 25; at += 1) expect((await post('/v1/reveal', { requestId: 'r1', reason: REASON }, token)).status).toBe(403);
    const refused = await audit('reveal_refused');
    expect(refused.length).toBe(20);
    expect(refused[0]?.details).toEqual({ request: null, why: 'forbidden', role: 'engineer' });
  });
});
