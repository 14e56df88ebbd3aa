import { describe, expect, it } from 'vitest';
import { pseudonym, tenantKeys } from '../../../../plugin/src/contract/index.ts';
import { createPeople, type Claims, type PeopleRules } from '../../../../control-plane/src/access/index.ts';

const KEY = 'a secret that gateways share';
const rules: PeopleRules = {
  roleClaim: 'realm_access.roles',
  roles: [
    { value: 'ops', role: 'admin', extra: [] },
    { value: 'privacy', role: 'auditor', extra: ['reveal:write'] },
    { value: '*', role: 'user', extra: [] },
  ],
  tenantClaim: 'https://clew.example/tenant',
  environmentClaim: 'env',
  userClaim: 'sub',
  scope: { tenant: 'default', environment: 'default' },
};
const claims: Claims = { sub: 'alice', env: 'live', 'https://clew.example/tenant': 'acme', realm_access: { roles: ['staff', 'privacy'] } };
const identify = (given: Claims | undefined, changed: Partial<PeopleRules> = {}, hashKey: string | undefined = KEY) =>
  createPeople({
    verifier: { verify: () => Promise.resolve(given) },
    rules: { ...rules, ...changed },
    hashKey: (tenant) => (tenant === 'acme' ? hashKey : undefined),
  }).identify('a.b.c');
const alice = pseudonym(tenantKeys(KEY, 'acme').principal, 'alice');

describe('the claims of a person', () => {
  it('give role, extra permissions, tenant and environment; the id is a pseudonym', async () => {
    const caller = await identify(claims);
    expect(caller).toMatchObject({ role: 'auditor', scope: { tenant: 'acme', environment: 'live' }, tokenId: `person:${alice}` });
    expect(caller?.permissions).toContain('reveal:write');
    expect(caller?.permissions).toContain('audit:read');
    expect(caller?.onlyUser).toBeUndefined();
    expect(JSON.stringify(caller)).not.toContain('alice');
  });

  it('give the first role in the order of the settings, one text or many, and everyone that of *', async () => {
    expect((await identify({ ...claims, realm_access: { roles: ['privacy', 'ops'] } }))?.role).toBe('admin');
    expect((await identify({ ...claims, realm_access: { roles: 'ops' } }))?.role).toBe('admin');
    expect(await identify({ ...claims, realm_access: {} })).toMatchObject({ role: 'user', onlyUser: alice });
  });

  it('give a user the pseudonym of the gateways: trimmed, normalised, of numbers too', async () => {
    const of = async (sub: unknown): Promise<string | undefined> => (await identify({ ...claims, sub, realm_access: {} }))?.onlyUser;
    expect(await of('  alice ')).toBe(alice);
    expect(await of('e\u0301mile')).toBe(await of('\u00e9mile'));
    expect(await of(42)).toBe(await of('42'));
    expect(await of('Alice')).not.toBe(alice);
  });

  it.each<[string, Claims]>([
    ['no user', { ...claims, sub: undefined }],
    ['a blank user', { ...claims, sub: '  ' }],
    ['a user of another kind', { ...claims, sub: { id: 'alice' } }],
    ['a user beyond all length', { ...claims, sub: 'a'.repeat(1025) }],
    ['no tenant', { ...claims, 'https://clew.example/tenant': undefined }],
    ['a tenant that is no name', { ...claims, 'https://clew.example/tenant': '../acme' }],
    ['several tenants', { ...claims, 'https://clew.example/tenant': ['acme', 'other'] }],
    ['a tenant without a known secret', { ...claims, 'https://clew.example/tenant': 'other' }],
    ['no environment', { ...claims, env: '' }],
    ['a path into the prototype', { ...claims, env: undefined, sub: undefined, constructor: undefined }],
  ])('with %s lead nowhere', async (_what, given) => {
    expect(await identify(given)).toBeUndefined();
  });

  it('without a mapped role, or that were not verified, lead nowhere', async () => {
    expect(await identify({ ...claims, realm_access: { roles: ['staff'] } }, { roles: rules.roles.slice(0, 2) })).toBeUndefined();
    expect(await identify({ ...claims, realm_access: { roles: [['ops']] } }, { roles: rules.roles.slice(0, 2) })).toBeUndefined();
    expect(await identify(undefined)).toBeUndefined();
    expect(await identify({ ...claims }, { roleClaim: 'toString', roles: rules.roles.slice(0, 2) })).toBeUndefined();
  });

  it('use the settings where no claim is configured', async () => {
    const caller = await createPeople({
      verifier: { verify: () => Promise.resolve({ sub: 'alice' }) },
      rules: { ...rules, tenantClaim: undefined, environmentClaim: undefined },
      hashKey: () => KEY,
    }).identify('a.b.c');
    expect(caller?.scope).toEqual(rules.scope);
  });
});
