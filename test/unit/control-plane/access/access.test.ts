import { describe, expect, it } from 'vitest';
import { createAccess, createTokenStore, PERMISSIONS, roleMay, ROLES, type KeyValues } from '../../../../control-plane/src/access/index.ts';
import { systemRandomness } from '../../../../control-plane/src/kernel/index.ts';

const scope = { tenant: 'acme', environment: 'live' };

function values(): KeyValues & { readonly held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    get: (key) => Promise.resolve(held.get(key)),
    set: (key, value) => {
      held.set(key, value);
      return Promise.resolve();
    },
  };
}

const open = (store: KeyValues, token?: string) =>
  createAccess({
    store: createTokenStore(store),
    clock: { nowMs: () => 0 },
    randomness: systemRandomness,
    fixedAdmin: token === undefined ? undefined : { token, scope },
  });

describe('access', () => {
  it('makes an admin token on the very first start only, and keeps no secret', async () => {
    const store = values();
    const first = await (await open(store)).firstStart(scope);
    expect(first?.token).toMatch(/^clew_[0-9a-f]{12}_[0-9a-f]{48}$/);
    expect([...store.held.values()].join()).not.toContain(first?.token.split('_')[2]);
    const later = await open(store);
    expect(await later.firstStart(scope)).toBeUndefined();
    expect(await later.authenticate(`Bearer ${first?.token ?? ''}`)).toMatchObject({ role: 'admin', scope });
  });

  it('takes the token of the settings, and then makes none', async () => {
    const access = await open(values(), 'configured-token');
    expect(await access.firstStart(scope)).toBeUndefined();
    expect(await access.authenticate('Bearer configured-token')).toMatchObject({ role: 'admin', scope });
    expect(access.list({ tokenId: 'configured', scope, role: 'admin' })).toEqual([]);
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer clew_000000000000_0', 'Bearer configured-tokem', 'Bearer a b'])(
    'takes %s for nobody',
    async (header) => {
      expect(await (await open(values(), 'configured-token')).authenticate(header)).toBeUndefined();
    },
  );

  it('refuses a token whose secret is changed in one place', async () => {
    const access = await open(values());
    const { token } = await access.issue({ role: 'engineer', scope });
    const changed = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
    expect(await access.authenticate(`Bearer ${token}`)).toBeDefined();
    expect(await access.authenticate(`Bearer ${changed}`)).toBeUndefined();
  });

  it('ends a token at once when it is revoked, but not from another tenant', async () => {
    const access = await open(values(), 'configured-token');
    const { token, record } = await access.issue({ role: 'ingest', scope });
    const foreign = await access.issue({ role: 'admin', scope: { tenant: 'other', environment: 'live' } });
    const stranger = await access.authenticate(`Bearer ${foreign.token}`);
    expect(stranger && (await access.revoke(stranger, record.id))).toBe(false);
    const admin = await access.authenticate('Bearer configured-token');
    expect(admin && (await access.revoke(admin, record.id))).toBe(true);
    expect(await access.authenticate(`Bearer ${token}`)).toBeUndefined();
  });

  it('binds a user token to its user', async () => {
    const access = await open(values());
    const { token } = await access.issue({ role: 'user', scope, user: 'p_1' });
    expect(await access.authenticate(`Bearer ${token}`)).toMatchObject({ onlyUser: 'p_1' });
  });

  it('keeps tokens that are made at once', async () => {
    const store = values();
    const access = await open(store);
    await Promise.all(Array.from({ length: 20 }, () => access.issue({ role: 'ingest', scope })));
    expect(await createTokenStore(store).all()).toHaveLength(20);
  });
});

describe('permissions', () => {
  it('gives admin all but what must be named, product no single conversation, ingest no reading', () => {
    expect(PERMISSIONS.filter((permission) => !roleMay('admin', permission))).toEqual(['reveal:write']);
    expect(Object.keys(ROLES).filter((role) => roleMay(role, 'reveal:write'))).toEqual([]);
    for (const permission of ['threads:read', 'search:read', 'runs:read']) expect(roleMay('product', permission)).toBe(false);
    expect(ROLES.ingest.filter((permission) => permission.endsWith(':read'))).toEqual(['self:read', 'policies:read']);
    expect(Object.keys(ROLES).filter((role) => roleMay(role, 'tokens:manage'))).toEqual(['admin']);
    expect(roleMay('constructor', 'threads:read')).toBe(false);
  });
});
