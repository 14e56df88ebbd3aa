// People sign in at a real OpenID Connect provider and come with its token: who they are here, what they see, what is
// refused, and what happens when keys change and when the provider is down.
import { createPublicKey } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPrincipal, tenantKeys } from '../../plugin/src/principal/index.ts';
import { ADMIN_TOKEN, bearer, sample, startPlane, type TestPlane } from '../support/control-plane.ts';
import { AUDIENCE, forge, signingKey, startOidc, type OidcServer, type SigningKey } from '../support/oidc.ts';

const HASH_KEY = 'a secret that gateways share';
const PEOPLE = {
  alice: { roles: ['staff'] },
  bob: { roles: [] },
  erin: { roles: ['staff', 'engineers'] },
  petra: { roles: 'privacy' },
  mallory: {},
  tom: { roles: ['engineers'], org: 'elsewhere' },
};
const ROLES = 'privacy=auditor+reveal:write, engineers=engineer, staff=user';

let keys: SigningKey[];
let oidc: OidcServer;
let test: TestPlane;

const settings = (issuer: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  CLEW_OIDC_ISSUER: issuer,
  CLEW_OIDC_AUDIENCE: AUDIENCE,
  CLEW_OIDC_ROLES: ROLES,
  CLEW_OIDC_ALGORITHMS: 'RS256,ES256',
  CLEW_HASH_KEY: HASH_KEY,
  ...more,
});
const start = (more: Readonly<Record<string, string>> = {}): Promise<TestPlane> =>
  startPlane({ env: settings(oidc.issuer, more), overrides: { oidcTimes: { cooldownMs: 0, retryMs: 0, timeoutMs: 2_000 } } });

/** As a gateway sees the person, from the same token. */
const atGateway = (token: string): string | undefined =>
  findPrincipal(
    [{ from: 'jwt:sub', trust: 'authenticated' }],
    { headers: {}, claims: decodeJwt(token), consumer: undefined, credential: undefined, body: () => undefined },
    tenantKeys(HASH_KEY, 'default').principal,
  )?.id;

const get = (url: string, token: string, at: TestPlane = test) => request(at.app).get(url).set(bearer(token));
const statusOf = async (token: string, at: TestPlane = test): Promise<number> => (await get('/v1/me', token, at)).status;

beforeAll(async () => {
  keys = [await signingKey('first'), await signingKey('second', 'ES256')];
  oidc = await startOidc(PEOPLE, keys);
  test = await start();
});
afterAll(async () => {
  await test.close();
  await oidc.close();
});

describe('people of an OpenID Connect provider', () => {
  it('get the first role that their claim is mapped to, in the tenant and environment of the settings', async () => {
    const me = async (person: string): Promise<Record<string, unknown>> =>
      (await get('/v1/me', (await oidc.signIn(person)).accessToken)).body as Record<string, unknown>;
    expect(await me('erin')).toMatchObject({ role: 'engineer', tenant: 'default', environment: 'default', user: null });
    expect(await me('alice')).toMatchObject({ role: 'user', user: expect.stringMatching(/^p_/) as string });
    const privacy = await me('petra');
    expect(privacy['role']).toBe('auditor');
    expect(privacy['permissions']).toContain('reveal:write');
    expect((await me('erin'))['permissions']).not.toContain('reveal:write');
  });

  it('stand in the audit log when they come, once, and those of role user by digest alone', async () => {
    const own = await start();
    try {
      for (const person of ['erin', 'alice', 'alice']) await get('/v1/me', (await oidc.signIn(person)).accessToken, own);
      const { accessToken } = await oidc.signIn('alice');
      const log = await get('/v1/audit?kind=login', ADMIN_TOKEN, own);
      const { items } = log.body as { items: { actor: string; details: { role: string } }[] };
      const actors = items.filter(({ actor }) => actor !== 'configured').map(({ actor, details }) => [actor.split(':')[0], details.role]);
      expect(actors.sort()).toEqual([
        ['person', 'engineer'],
        ['user', 'user'],
      ]);
      expect(log.text).not.toContain(atGateway(accessToken));
    } finally {
      await own.close();
    }
  });

  it.each(['bob', 'mallory'])('without a role get nothing: %s', async (person) => {
    expect(await statusOf((await oidc.signIn(person)).accessToken)).toBe(401);
  });

  it('of role user see what the gateway took from them, and nothing of others', async () => {
    const { accessToken } = await oidc.signIn('alice');
    const alice = atGateway(accessToken);
    expect((await get('/v1/me', accessToken)).body.user).toBe(alice);
    const rows = [
      sample({
        id: 'of-alice',
        principal: { id: alice, source: 'jwt:sub', trust: 'authenticated' },
        prompt: { text: 'Where do otters sleep?' },
      }),
      sample({ id: 'of-another', prompt: { text: 'Where do otters eat?' } }),
    ];
    expect((await request(test.app).post('/v1/samples').set(bearer()).send(rows)).body.accepted).toBe(2);
    await test.settled();
    const { body } = await get('/v1/threads', accessToken);
    expect((body.items as { user: string }[]).map(({ user }) => user)).toEqual([alice]);
    const found = (await get('/v1/search?q=otters', accessToken)).body.items as { id: string }[];
    expect(found.map(({ id }) => id)).toEqual(['of-alice']);
    expect((await get('/v1/requests/of-another', accessToken)).status).toBe(404);
    expect((await get('/v1/search?q=otters', (await oidc.signIn('erin')).accessToken)).body.items).toHaveLength(2);
  });

  it('take their tenant from a claim where that is set, and are refused without a usable one', async () => {
    const other = await start({ CLEW_OIDC_TENANT_CLAIM: 'org' });
    try {
      expect((await get('/v1/me', (await oidc.signIn('tom')).accessToken, other)).body).toMatchObject({
        tenant: 'elsewhere',
        role: 'engineer',
      });
      expect(await statusOf((await oidc.signIn('erin')).accessToken, other)).toBe(401);
    } finally {
      await other.close();
    }
  });
});

describe('a token of a person', () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (more: JWTPayload = {}): JWTPayload => ({
    iss: oidc.issuer,
    aud: AUDIENCE,
    sub: 'erin',
    roles: ['engineers'],
    iat: now(),
    exp: now() + 300,
    ...more,
  });
  const [rsa, ec] = [0, 1].map((index) => () => keys[index] as SigningKey) as [() => SigningKey, () => SigningKey];

  it('is taken when everything is right, also with either key, several audiences and a clock a little off', async () => {
    for (const token of [
      forge(rsa(), claims()),
      forge(ec(), claims(), { typ: 'at+jwt' }),
      forge(rsa(), claims({ aud: ['https://elsewhere.example', AUDIENCE] })),
      forge(rsa(), claims({ exp: now() - 10 })),
      forge(rsa(), claims({ nbf: now() + 10 })),
    ]) {
      expect(await statusOf(await token)).toBe(200);
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['has ended', () => forge(rsa(), claims({ exp: now() - 60 }))],
    ['is not valid yet', () => forge(rsa(), claims({ nbf: now() + 60 }))],
    ['never ends', () => forge(rsa(), { ...claims(), exp: undefined } as unknown as JWTPayload)],
    ['is for another audience', () => forge(rsa(), claims({ aud: 'https://elsewhere.example' }))],
    ['is of another issuer', () => forge(rsa(), claims({ iss: 'https://evil.example' }))],
    ['has no subject', () => forge(rsa(), { ...claims(), sub: undefined } as unknown as JWTPayload)],
    ['is signed by a stranger', async () => forge(await signingKey('first'), claims())],
    ['names a key that nobody has', async () => forge(await signingKey('nowhere'), claims())],
    ['is another kind of token', () => forge(rsa(), claims(), { typ: 'logout+jwt' })],
    ['is an ID token for the page', async () => (await oidc.signIn('erin')).idToken],
    [
      'is not signed',
      () => {
        const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
        return Promise.resolve(`${part({ alg: 'none', kid: 'first' })}.${part(claims())}.`);
      },
    ],
    [
      'is signed with the public key as a secret',
      () => {
        const pem = createPublicKey({ key: rsa().jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
        return forge(new TextEncoder().encode(String(pem)), claims(), { kid: 'first' });
      },
    ],
    [
      'was changed on the way',
      async () => {
        const [head = '', body = '', signature = ''] = (await forge(rsa(), claims({ sub: 'alice', roles: ['staff'] }))).split('.');
        const changed = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), roles: ['engineers'] };
        return `${head}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
      },
    ],
  ])('is refused when it %s', async (_what, make) => {
    const answer = await get('/v1/me', await make());
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('is refused under an algorithm that the settings leave out', async () => {
    const narrow = await start({ CLEW_OIDC_ALGORITHMS: 'ES256' });
    try {
      expect(await statusOf(await forge(rsa(), claims()), narrow)).toBe(401);
      expect(await statusOf(await forge(ec(), claims()), narrow)).toBe(200);
    } finally {
      await narrow.close();
    }
  });
});

describe('the keys of the provider', () => {
  it('are fetched once for many tokens, again for a new key, and old ones end', async () => {
    const own = await start();
    try {
      const old = (await oidc.signIn('erin')).accessToken;
      const before = oidc.keyRequests();
      for (let index = 0; index < 5; index += 1) expect(await statusOf(old, own)).toBe(200);
      expect(oidc.keyRequests() - before).toBe(1);
      const fresh = [await signingKey('third'), await signingKey('fourth', 'ES256')];
      oidc.rotate(fresh);
      // Until a token shows that keys have changed, the known ones serve.
      expect(await statusOf(old, own)).toBe(200);
      expect(await statusOf((await oidc.signIn('erin')).accessToken, own)).toBe(200);
      expect(oidc.keyRequests() - before).toBe(2);
      expect(await statusOf(old, own)).toBe(401);
    } finally {
      oidc.rotate(keys);
      await own.close();
    }
  });

  it('are not asked for at every token that names an unknown one', async () => {
    const own = await startPlane({ env: settings(oidc.issuer) });
    try {
      const stranger = await signingKey('unknown');
      const before = oidc.keyRequests();
      const token = await forge(stranger, { iss: oidc.issuer, aud: AUDIENCE, sub: 'erin', exp: Math.floor(Date.now() / 1000) + 60 });
      for (let index = 0; index < 10; index += 1) expect(await statusOf(token, own)).toBe(401);
      expect(oidc.keyRequests() - before).toBe(1);
    } finally {
      await own.close();
    }
  });

  it('serve on while the provider is down; without any, people wait and machines do not', async () => {
    const { accessToken } = await oidc.signIn('erin');
    const knows = await start();
    const fresh = await start();
    try {
      expect(await statusOf(accessToken, knows)).toBe(200);
      await oidc.down();
      expect(await statusOf(accessToken, knows)).toBe(200);
      // An unknown key makes it ask, in vain: the token is refused, and the known keys stay.
      const exp = Math.floor(Date.now() / 1000) + 60;
      expect(await statusOf(await forge(await signingKey('x'), { iss: oidc.issuer, aud: AUDIENCE, sub: 'erin', exp }), knows)).toBe(401);
      expect(await statusOf(accessToken, knows)).toBe(200);
      const waiting = await get('/v1/me', accessToken, fresh);
      expect([waiting.status, waiting.body.code]).toEqual([503, 'unavailable']);
      expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(0);
      expect(await statusOf(ADMIN_TOKEN, fresh)).toBe(200);
      await oidc.up();
      expect(await statusOf(accessToken, fresh)).toBe(200);
    } finally {
      await knows.close();
      await fresh.close();
    }
  });
});
