// What a token may, for how long, and what its maker may give away.
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { accessRoutes, createAccess, createTokenStore, type Access } from '../../../../control-plane/src/access/index.ts';
import { createApp } from '../../../../control-plane/src/http/index.ts';
import { silentLogger, systemRandomness } from '../../../../control-plane/src/kernel/index.ts';

const live = { tenant: 'acme', environment: 'live' };
const test = { tenant: 'acme', environment: 'test' };
const OPERATOR = 'the-operators-token';
const NOON = Date.UTC(2026, 5, 1, 12);

async function open() {
  const held = new Map<string, string>();
  let writes = 0;
  const clock = { ms: NOON, nowMs: () => clock.ms };
  const store = createTokenStore({
    get: (key) => Promise.resolve(held.get(key)),
    set: (key, value) => {
      writes += 1;
      held.set(key, value);
      return Promise.resolve();
    },
  });
  const reopen = (): Promise<Access> =>
    createAccess({ store, clock, randomness: systemRandomness, fixedAdmin: { token: OPERATOR, scope: live } });
  const access = await reopen();
  const app = createApp({
    routes: accessRoutes({ access, clock, pseudonymOf: (tenant, subject) => (tenant === 'acme' ? `p_${subject.length}` : undefined) }),
    textPages: [],
    authorizer: access,
    logger: silentLogger,
    observer: { requestFinished: () => undefined },
    version: '1',
    pageFolder: undefined,
  });
  const as = (token: string) => ({
    get: (url: string) => request(app).get(url).set('Authorization', `Bearer ${token}`),
    make: (fields: object) => request(app).post('/v1/tokens').set('Authorization', `Bearer ${token}`).send(fields),
    drop: (id: string) => request(app).delete(`/v1/tokens/${id}`).set('Authorization', `Bearer ${token}`),
  });
  return { as, access, reopen, store, clock, writes: () => writes };
}

const made = async (answer: PromiseLike<{ body: unknown }>): Promise<{ id: string; token: string }> =>
  (await answer).body as { id: string; token: string };

describe('a token', () => {
  it('ends when it says, and not a moment before', async () => {
    const { as, clock } = await open();
    const { token } = await made(as(OPERATOR).make({ role: 'engineer', expiresAt: '2026-06-01T13:00:00Z' }));
    clock.ms = NOON + 3_600_000 - 1;
    expect((await as(token).get('/v1/me')).status).toBe(200);
    clock.ms = NOON + 3_600_000;
    expect((await as(token).get('/v1/me')).status).toBe(401);
  });

  it.each(['2026-06-01T12:00:00Z', '2020-01-01', 'tomorrow', 5, null])('cannot end at %s', async (expiresAt) => {
    const { as } = await open();
    const answer = await as(OPERATOR).make({ role: 'engineer', expiresAt });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_body']);
    expect(answer.body.detail).toContain('expiresAt');
  });

  it('tells when it was last used, to a few minutes, without a write at each use', async () => {
    const { as, reopen, clock, writes } = await open();
    const { id, token } = await made(as(OPERATOR).make({ role: 'engineer' }));
    const lastUsed = async (): Promise<unknown> =>
      ((await as(OPERATOR).get('/v1/tokens')).body.items as { id: string; lastUsedAt: unknown }[]).find((one) => one.id === id)?.lastUsedAt;
    expect(await lastUsed()).toBeNull();
    const before = writes();
    for (let index = 0; index < 5; index += 1) await as(token).get('/v1/me');
    expect(await lastUsed()).toBe('2026-06-01T12:00:00.000Z');
    expect(writes()).toBe(before + 1);
    clock.ms += 6 * 60_000;
    await as(token).get('/v1/me');
    expect(await lastUsed()).toBe('2026-06-01T12:06:00.000Z');
    const again = await reopen();
    expect(again.list({ tokenId: 'x', scope: live, role: 'admin' }).find((record) => record.id === id)?.lastUsedAt).toBe(
      '2026-06-01T12:06:00.000Z',
    );
  });

  it('stays revoked, also where it was used in the same moment', async () => {
    const { as, store } = await open();
    const { id, token } = await made(as(OPERATOR).make({ role: 'engineer' }));
    const [, dropped] = await Promise.all([as(token).get('/v1/me'), as(OPERATOR).drop(id)]);
    expect(dropped.status).toBe(204);
    await store.touch(id, new Date().toISOString());
    expect((await as(token).get('/v1/me')).status).toBe(401);
    expect((await store.all()).map((record) => record.id)).not.toContain(id);
    expect((await as(OPERATOR).drop(id)).status).toBe(404);
  });

  it('does exactly what it names, within its role', async () => {
    const { as } = await open();
    const narrow = await made(as(OPERATOR).make({ role: 'engineer', permissions: ['threads:read', 'self:read'] }));
    expect((await as(narrow.token).get('/v1/me')).body.permissions).toEqual(['threads:read', 'self:read']);
    const mute = await made(as(OPERATOR).make({ role: 'admin', permissions: ['threads:read'] }));
    expect((await as(mute.token).get('/v1/me')).status).toBe(403);
    expect((await as(mute.token).get('/v1/tokens')).status).toBe(403);
    expect((await as(OPERATOR).make({ role: 'product', permissions: ['threads:read'] })).body.detail).toBe(
      'role product cannot hold threads:read',
    );
    for (const permissions of [[], ['everything'], 'threads:read']) {
      expect((await as(OPERATOR).make({ role: 'engineer', permissions })).status).toBe(422);
    }
  });

  it('reveals only when it was made to', async () => {
    const { as, access } = await open();
    const mayReveal = async (token: string): Promise<boolean> => {
      const caller = await access.authenticate(`Bearer ${token}`);
      return caller !== undefined && access.may(caller, 'reveal:write');
    };
    expect(await mayReveal(OPERATOR)).toBe(false);
    expect(await mayReveal((await made(as(OPERATOR).make({ role: 'admin' }))).token)).toBe(false);
    expect(await mayReveal((await made(as(OPERATOR).make({ role: 'auditor', permissions: ['reveal:write'] }))).token)).toBe(true);
    expect((await as(OPERATOR).make({ role: 'engineer', permissions: ['reveal:write'] })).status).toBe(403);
  });
});

describe('the maker of a token', () => {
  it('gives nothing that it does not have itself', async () => {
    const { as } = await open();
    const admin = await made(as(OPERATOR).make({ role: 'admin' }));
    expect((await as(admin.token).make({ role: 'auditor', permissions: ['reveal:write'] })).body.detail).toContain('lacks reveal:write');
    const clerk = await made(as(OPERATOR).make({ role: 'admin', permissions: ['tokens:manage', 'samples:write', 'self:read'] }));
    expect((await as(clerk.token).make({ role: 'admin' })).status).toBe(403);
    expect((await as(clerk.token).make({ role: 'engineer' })).status).toBe(403);
    expect((await as(clerk.token).make({ role: 'ingest', permissions: ['samples:write'] })).status).toBe(201);
  });

  it('stays within its tenant and environment, save for the operator', async () => {
    const { as } = await open();
    const there = await made(as(OPERATOR).make({ role: 'admin', environment: test.environment }));
    for (const fields of [{ environment: 'live' }, { tenant: 'other' }]) {
      expect((await as(there.token).make({ role: 'engineer', ...fields })).body.code).toBe('wrong_scope');
    }
    const own = await made(as(there.token).make({ role: 'engineer' }));
    const here = await made(as(OPERATOR).make({ role: 'admin' }));
    expect(((await as(here.token).get('/v1/tokens')).body.items as { id: string }[]).map(({ id }) => id)).toEqual([here.id]);
    expect((await as(here.token).drop(own.id)).status).toBe(404);
    expect((await as(OPERATOR).drop(own.id)).status).toBe(204);
  });

  it('names a user by pseudonym, or as the gateway sees them where the secret is known', async () => {
    const { as } = await open();
    expect((await as(OPERATOR).make({ role: 'user', subject: 'alice' })).body.user).toBe('p_5');
    expect((await as(OPERATOR).make({ role: 'user', user: 'p_1' })).body.user).toBe('p_1');
    for (const fields of [{}, { user: 'p_1', subject: 'alice' }, { subject: 'alice', tenant: 'other' }, { user: 'a b' }]) {
      expect((await as(OPERATOR).make({ role: 'user', ...fields })).status).toBe(422);
    }
    expect((await as(OPERATOR).make({ role: 'engineer', subject: 'alice' })).status).toBe(422);
  });
});

describe('the first start', () => {
  it('makes a new admin token where the only one has ended or cannot do everything', async () => {
    const held = new Map<string, string>();
    const clock = { ms: NOON, nowMs: () => clock.ms };
    const store = createTokenStore({
      get: (key) => Promise.resolve(held.get(key)),
      set: (key, value) => Promise.resolve(void held.set(key, value)),
    });
    const access = await createAccess({ store, clock, randomness: systemRandomness });
    await access.issue({ role: 'admin', scope: live, expiresAtMs: NOON + 1000 });
    await access.issue({ role: 'admin', scope: live, permissions: ['self:read'] });
    expect(await access.firstStart(live)).toBeUndefined();
    clock.ms += 2000;
    const fresh = await access.firstStart(live);
    expect(fresh?.record).toMatchObject({ role: 'admin', isOperator: true });
    expect(await access.firstStart(live)).toBeUndefined();
  });
});
