// Signing in on the page at a real OpenID Connect provider: what the browser holds, what it may do, and what is refused.
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { ADMIN_TOKEN, bearer, startPlane, type TestPlane } from '../support/control-plane.ts';
import { listening, type Listening } from '../support/listening.ts';
import { AUDIENCE, CLIENT, signingKey, startOidc, type OidcServer } from '../support/oidc.ts';

const PEOPLE = { erin: { roles: ['engineers'] }, adam: { roles: ['admins'] }, alice: { roles: ['staff'] }, mallory: { roles: [] } };
const SESSION = 'clew-session';
let oidc: OidcServer;
let test: TestPlane;
let server: Listening;
let url: string;
let nowMs = Date.now();

beforeAll(async () => {
  // The address must be known to the provider before anything listens there.
  let handle: RequestListener = (_request, response) => void response.end();
  server = await listening((request, response) => handle(request, response));
  url = server.url;
  oidc = await startOidc(PEOPLE, [await signingKey('first')], [`${url}/v1/login/callback`]);
  test = await startPlane({
    env: {
      CLEW_OIDC_ISSUER: oidc.issuer,
      CLEW_OIDC_AUDIENCE: AUDIENCE,
      CLEW_OIDC_ROLES: 'admins=admin, engineers=engineer, staff=user',
      CLEW_OIDC_CLIENT_ID: CLIENT,
      CLEW_OIDC_SCOPES: 'openid read',
      // The hint stands in place of a form at the provider.
      CLEW_OIDC_LOGIN_PARAMETERS: `resource=${encodeURIComponent(AUDIENCE)}&login_hint=adam`,
      CLEW_PUBLIC_URL: url,
      CLEW_SESSION_MINUTES: '90',
      CLEW_HASH_KEY: 'a secret that gateways share',
    },
    overrides: { clock: { nowMs: () => nowMs }, oidcTimes: { cooldownMs: 0, retryMs: 0, timeoutMs: 2_000 } },
  });
  handle = test.app as typeof handle;
});
afterAll(async () => {
  await server.close();
  await test.close();
  await oidc.close();
});

/** A browser, as far as redirects and cookies go; one jar for each host. */
class Jar {
  readonly cookies = new Map<string, string>();
  async go(address: string): Promise<Response> {
    const ours = address.startsWith(url);
    const prefix = ours ? 'page ' : 'provider ';
    const mine = [...this.cookies]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => `${name.slice(prefix.length)}=${value}`);
    const response = await fetch(address, { redirect: 'manual', headers: { cookie: mine.join('; ') } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(prefix + name);
      else this.cookies.set(prefix + name, value);
    }
    return response;
  }
  /** Follows redirects until one leads to the page; answers that one and where it leads. */
  async until(start: string, isEnd: (location: string) => boolean): Promise<{ readonly response: Response; readonly location: string }> {
    let address = start;
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await this.go(address);
      const location = response.headers.get('location');
      if (location === null) throw new Error(`No redirect from ${new URL(address).pathname}: ${response.status}`);
      address = new URL(location, address).href;
      if (isEnd(address)) return { response, location: address };
    }
    throw new Error('Redirects without end');
  }
  get session(): string {
    return `${SESSION}=${this.cookies.get(`page ${SESSION}`) ?? ''}`;
  }
}

const isCallback = (address: string): boolean => address.startsWith(`${url}/v1/login/callback`);
/** Up to the provider's answer, which the test then brings back itself. */
async function atProvider(person: string, from = '/v1/login'): Promise<{ readonly jar: Jar; readonly callback: string }> {
  const jar = new Jar();
  const begun = await jar.go(url + from);
  const address = new URL(begun.headers.get('location') ?? '');
  address.searchParams.set('login_hint', person);
  return { jar, callback: (await jar.until(address.href, isCallback)).location };
}
async function signIn(person: string, from?: string): Promise<{ readonly jar: Jar; readonly response: Response }> {
  const { jar, callback } = await atProvider(person, from);
  return { jar, response: await jar.go(callback) };
}
const ask = (jar: Jar, route: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Response> =>
  fetch(url + route, { ...init, headers: { ...init.headers, cookie: jar.session } });
const csrfOf = async (jar: Jar): Promise<string> => ((await (await ask(jar, '/v1/session')).json()) as { csrf: string }).csrf;
const audit = async (kind: string): Promise<readonly { actor: string; details: Record<string, unknown> }[]> =>
  ((await (await fetch(`${url}/v1/audit?kind=${kind}`, { headers: bearer() })).json()) as { items: never[] }).items;

describe('signing in', () => {
  it('goes by code and PKCE, and leaves the browser with a cookie that no script and no other site uses', async () => {
    const jar = new Jar();
    const begun = await jar.go(`${url}/v1/login`);
    const asked = new URL(begun.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', client_id: CLIENT, code_challenge_method: 'S256' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name), name).toMatch(/^[\w-]{43}$/);
    expect(begun.headers.getSetCookie()[0]).toMatch(/^clew-login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);

    const { response, jar: signed } = await signIn('erin', `/v1/login?return=${encodeURIComponent('/?view=audit')}`);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/?view=audit']);
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^clew-login=; .*Max-Age=0$/),
      expect.stringMatching(/^clew-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(await (await ask(signed, '/v1/me')).json()).toMatchObject({ role: 'engineer', tenant: 'default', operator: false });
    expect((await audit('login')).some(({ actor, details }) => actor.startsWith('person:') && details['role'] === 'engineer')).toBe(true);
  });

  it('shows who it is for own history alone, and sees nothing more than a token of that role', async () => {
    const { jar } = await signIn('alice');
    expect(await (await ask(jar, '/v1/me')).json()).toMatchObject({ role: 'user', user: expect.stringMatching(/^p_/) as string });
    expect((await ask(jar, '/v1/audit')).status).toBe(403);
  });

  it('ends where no role is for the person, and says so in the log', async () => {
    const { jar, response } = await signIn('mallory');
    expect(response.headers.get('location')).toBe('/#login=no_role');
    expect((await ask(jar, '/v1/me')).status).toBe(401);
    expect((await audit('login_refused'))[0]?.details).toEqual({ why: 'no_role' });
  });

  it('takes an answer once, from the browser that asked, of the provider that was asked, in time', async () => {
    const why = async (jar: Jar, callback: string): Promise<string | null> => (await jar.go(callback)).headers.get('location');
    const twice = await atProvider('erin');
    expect(await why(twice.jar, twice.callback)).toBe('/');
    expect(await why(twice.jar, twice.callback)).toBe('/#login=expired');
    const stolen = await atProvider('erin');
    expect(await why(new Jar(), stolen.callback)).toBe('/#login=expired');
    // Taken out by the attempt: the first browser cannot use it any more either.
    expect(await why(stolen.jar, stolen.callback)).toBe('/#login=expired');
    const foreign = await atProvider('erin');
    expect(await why(foreign.jar, foreign.callback.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Felsewhere.example'))).toBe('/#login=expired');
    const wrong = await atProvider('erin');
    expect(await why(wrong.jar, wrong.callback.replace(/code=[^&]+/, 'code=made-up'))).toBe('/#login=refused');
    // A code of another sign-in: its verifier is not ours, and its nonce neither.
    const [one, other] = [await atProvider('erin'), await atProvider('adam')];
    const code = new URL(other.callback).searchParams.get('code') ?? '';
    expect(await why(one.jar, one.callback.replace(/code=[^&]+/, `code=${code}`))).toBe('/#login=refused');
    const late = await atProvider('erin');
    nowMs += 601_000;
    expect(await why(late.jar, late.callback)).toBe('/#login=expired');
    nowMs -= 601_000;
  });

  it('leads back to the page alone', async () => {
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', '/v1/threads', '/?x=\r\nSet-Cookie: a=b']) {
      const { response } = await signIn('erin', `/v1/login?return=${encodeURIComponent(to)}`);
      expect(response.headers.get('location'), to).toBe('/');
    }
  });

  it('goes on when the provider changes its keys, and says so when it is away', async () => {
    oidc.rotate([await signingKey('second')]);
    const { jar } = await signIn('erin');
    expect((await ask(jar, '/v1/me')).status).toBe(200);
    const begun = await atProvider('erin');
    await oidc.down();
    expect((await begun.jar.go(begun.callback)).headers.get('location')).toBe('/#login=unavailable');
    await oidc.up();
  });
});

describe('a session', () => {
  it('acts only with its secret, and for pages of this server', async () => {
    const { jar } = await signIn('adam');
    const csrf = await csrfOf(jar);
    const make = (headers: Record<string, string>): Promise<Response> =>
      ask(jar, '/v1/tokens', { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: '{"role":"engineer"}' });
    expect((await make({})).status).toBe(403);
    expect((await make({ 'X-Clew-Csrf': csrf.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) })).status).toBe(403);
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await make({ 'X-Clew-Csrf': csrf, 'Sec-Fetch-Site': site })).status, site).toBe(403);
      expect((await ask(jar, '/v1/me', { headers: { 'Sec-Fetch-Site': site } })).status, site).toBe(403);
    }
    const elsewhere = await (await ask(jar, '/v1/session', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).json();
    expect(elsewhere).toMatchObject({ login: true, csrf: null });
    expect((await make({ 'X-Clew-Csrf': csrf, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201);
    // Another's secret is worth nothing here.
    const other = await csrfOf((await signIn('adam')).jar);
    expect((await make({ 'X-Clew-Csrf': other })).status).toBe(403);
    // A token that is sent counts, not the cookie beside it.
    expect((await make({ Authorization: 'Bearer wrong', 'X-Clew-Csrf': csrf })).status).toBe(401);
  });

  it('ends with the log-out, with its time, after an hour without use, and with the erasure of its person', async () => {
    const statusOf = async (jar: Jar): Promise<number> => (await ask(jar, '/v1/me')).status;
    const { jar } = await signIn('erin');
    expect((await ask(jar, '/v1/logout', { method: 'POST' })).status).toBe(403);
    const out = await ask(jar, '/v1/logout', { method: 'POST', headers: { 'X-Clew-Csrf': await csrfOf(jar) } });
    expect([out.status, out.headers.getSetCookie()[0]]).toEqual([204, expect.stringMatching(/^clew-session=; .*Max-Age=0$/)]);
    expect(await statusOf(jar)).toBe(401);

    const [idle, busy] = [(await signIn('erin')).jar, (await signIn('erin')).jar];
    for (let minute = 0; minute <= 70; minute += 10) {
      expect(await statusOf(busy), `minute ${minute}`).toBe(200);
      nowMs += 600_000;
    }
    expect(await statusOf(idle)).toBe(401);
    nowMs += 600_000;
    expect(await statusOf(busy)).toBe(401);

    // What the provider signs is of the real time.
    nowMs = Date.now();
    const alice = (await signIn('alice')).jar;
    const { user } = (await (await ask(alice, '/v1/me')).json()) as { user: string };
    const erased = await fetch(`${url}/v1/users/${user}`, { method: 'DELETE', headers: bearer() });
    expect(await erased.json()).toMatchObject({ residual: 0, removed: { sessions: expect.any(Number) as number } });
    expect(await statusOf(alice)).toBe(401);
  });

  it('is offered on the page, shows the rooms of its role, and is left by the button', async () => {
    const browser = await openBrowser();
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${url}/?view=tokens`);
      await page.getByRole('link', { name: 'Sign in with your organisation' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tokens' }).waitFor();
      expect(await page.evaluate<string>('document.cookie')).toBe('');
      await page.getByRole('button', { name: 'New token …' }).click();
      await page.getByLabel('What it is for').fill('by session');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.locator('.secret code').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.reload();
      await page.getByText('by session').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Token').waitFor();
      await page.reload();
      await page.getByLabel('Token').waitFor();
      expect((await context.cookies(url)).map(({ name }) => name)).not.toContain(SESSION);
      await page.goto('about:blank');
      await page.goto(`${url}/#login=no_role`);
      await page.getByText('no role here is for you').waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe('trying to sign in', () => {
  it('is slowed down for one address, and leaves tokens alone', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 80; attempt += 1)
      statuses.push((await fetch(`${url}/v1/login/callback?state=x&code=y`, { redirect: 'manual' })).status);
    expect(statuses).toContain(429);
    expect((await fetch(`${url}/v1/me`, { headers: bearer(ADMIN_TOKEN) })).status).toBe(200);
  });
});
