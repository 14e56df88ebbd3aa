import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../../control-plane/src/config.ts';

const OIDC = { CLEW_OIDC_ISSUER: 'https://id.example/', CLEW_OIDC_AUDIENCE: 'clew', CLEW_HASH_KEY: 'sixteen characters' };
const access = (env: Record<string, string>) => readConfig(env).access;

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.faults.map(({ key }) => key) : ['another error'];
  }
}

describe('settings of access', () => {
  it('let nobody in but by tokens, and no other origin, unless they say so', () => {
    expect(access({})).toEqual({
      oidc: undefined,
      hashKeys: { byTenant: {}, others: undefined },
      corsOrigins: [],
      trustedProxies: [],
      ratePerToken: 500,
      ratePerAddress: 1000,
    });
  });

  it('keep the issuer to the letter, and read roles in their order', () => {
    const { oidc, hashKeys } = access({
      ...OIDC,
      CLEW_HASH_KEYS: 'acme=another secret of acme, beta=and one of beta=beta',
    });
    expect(oidc?.issuer).toBe('https://id.example/');
    expect(oidc?.algorithms).toEqual(['RS256', 'PS256', 'ES256', 'EdDSA']);
    expect(hashKeys.byTenant).toEqual({ acme: 'another secret of acme', beta: 'and one of beta=beta' });
    expect(access({ ...OIDC, CLEW_OIDC_ROLES: 'a=b=engineer, privacy=auditor+reveal:write, *=user' }).oidc?.rules.roles).toEqual([
      { value: 'a=b', role: 'engineer', extra: [] },
      { value: 'privacy', role: 'auditor', extra: ['reveal:write'] },
      { value: '*', role: 'user', extra: [] },
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['CLEW_OIDC_AUDIENCE', { ...OIDC, CLEW_OIDC_AUDIENCE: '' }],
    ['CLEW_HASH_KEY', { ...OIDC, CLEW_HASH_KEY: '' }],
    ['CLEW_HASH_KEY', { CLEW_HASH_KEY: 'short' }],
    ['CLEW_HASH_KEYS', { CLEW_HASH_KEYS: 'acme=short' }],
    ['CLEW_OIDC_ISSUER', { ...OIDC, CLEW_OIDC_ISSUER: 'http://id.example' }],
    ['CLEW_OIDC_ISSUER', { CLEW_OIDC_AUDIENCE: 'clew' }],
    ['CLEW_OIDC_JWKS_URL', { ...OIDC, CLEW_OIDC_JWKS_URL: 'http://id.example/keys' }],
    ['CLEW_OIDC_ALGORITHMS', { ...OIDC, CLEW_OIDC_ALGORITHMS: 'RS256,HS256' }],
    ['CLEW_OIDC_ALGORITHMS', { ...OIDC, CLEW_OIDC_ALGORITHMS: 'none' }],
    ['CLEW_OIDC_CLOCK_SKEW_SECONDS', { ...OIDC, CLEW_OIDC_CLOCK_SKEW_SECONDS: '3600' }],
    ['CLEW_OIDC_ROLES', { ...OIDC, CLEW_OIDC_ROLES: 'staff=boss' }],
    ['CLEW_OIDC_ROLES', { ...OIDC, CLEW_OIDC_ROLES: 'staff=engineer+reveal:write' }],
    ['CLEW_OIDC_ROLES', { ...OIDC, CLEW_OIDC_ROLES: 'engineer' }],
    ['CLEW_CORS_ORIGINS', { CLEW_CORS_ORIGINS: '*' }],
    ['CLEW_CORS_ORIGINS', { CLEW_CORS_ORIGINS: 'https://a.example/' }],
    ['CLEW_TRUSTED_PROXIES', { CLEW_TRUSTED_PROXIES: 'proxy.example' }],
    ['CLEW_TRUSTED_PROXIES', { CLEW_TRUSTED_PROXIES: '0.0.0.0/0' }],
    ['CLEW_RATE_LIMIT_TOKEN', { CLEW_RATE_LIMIT_TOKEN: 'many' }],
  ])('name %s', (key, env) => {
    expect(faultsOf(env)).toEqual([key]);
  });

  it('take plain http on this machine only', () => {
    expect(faultsOf({ ...OIDC, CLEW_OIDC_ISSUER: 'http://127.0.0.1:9000' })).toEqual([]);
    expect(faultsOf({ ...OIDC, CLEW_OIDC_ISSUER: 'http://127.0.0.1.evil.example' })).toEqual(['CLEW_OIDC_ISSUER']);
  });
});
