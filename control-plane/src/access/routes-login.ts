// GET /v1/login and its callback, GET /v1/session, POST /v1/logout: people on the page, with a cookie in place of a token.
import { ClewError, type ApiRequest, type Route } from '../kernel/index.ts';
import type { Permission } from './permissions.ts';
import type { Login } from './login.ts';
import type { Sessions } from './sessions.ts';

/** Names of the cookies, and how they are set. */
export interface Cookies {
  readonly session: string;
  readonly login: string;
  /** Over https alone: with the prefix __Host- no other host can set them. */
  readonly isSecure: boolean;
}

export interface LoginRouteParts {
  readonly sessions: Sessions;
  readonly cookies: Cookies;
  /** Undefined: nobody signs in here by a provider. */
  readonly login: Login | undefined;
}

export const cookiesOf = (isSecure: boolean): Cookies =>
  isSecure ? { session: '__Host-clew', login: '__Host-clew-login', isSecure } : { session: 'clew-session', login: 'clew-login', isSecure };

/** The value of a cookie in a Cookie header; undefined where it is not there, or there more than once. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').flatMap((pair) => {
    const split = pair.indexOf('=');
    return pair.slice(0, split).trim() === name ? [pair.slice(split + 1).trim()] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

const LOGIN_SECONDS = 600;
const TEXT = { type: 'string', maxLength: 4096, minLength: 0 } as const;

export function loginRoutes(parts: LoginRouteParts): Route[] {
  return [beginRoute(parts), callbackRoute(parts), sessionRoute(parts), logoutRoute(parts)];
}

function beginRoute({ login, cookies }: LoginRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/login',
    permission: null,
    isAttempt: true,
    summary: 'Sign in on the page: sends the browser to the identity provider',
    query: [{ name: 'return', description: 'Address of the page to come back to, as /?view=audit', schema: TEXT }],
    success: { status: 302, description: 'To the provider' },
    errors: ['not_found', 'too_many_attempts', 'unavailable'],
    handle: async ({ query }) => {
      if (login === undefined) throw new ClewError('not_found', 'no identity provider is set for the page; see CLEW_OIDC_CLIENT_ID');
      const { url, binding } = await login.begin(query['return']);
      // Lax: it has to come along when the provider sends the browser back.
      const cookie = set(cookies.login, binding, { cookies, sameSite: 'Lax', seconds: LOGIN_SECONDS });
      return { status: 302, headers: { Location: url, 'Set-Cookie': [cookie] } };
    },
  };
}

function callbackRoute({ login, cookies }: LoginRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/login/callback',
    permission: null,
    isAttempt: true,
    // Providers add parameters of their own.
    takesOtherQuery: true,
    summary: 'Where the identity provider sends the browser back to; begins a session',
    query: ['code', 'state', 'iss', 'error'].map((name) => ({ name, description: 'From the provider', schema: TEXT })),
    success: { status: 302, description: 'To the page, signed in or with the reason why not' },
    errors: ['not_found', 'too_many_attempts'],
    handle: async ({ query, header }) => {
      if (login === undefined) throw new ClewError('not_found', 'no identity provider is set for the page');
      const binding = cookieIn(header('cookie'), cookies.login);
      const code = query['error'] === undefined ? query['code'] : undefined;
      const result = await login.finish({ state: query['state'], code, issuer: query['iss'], binding });
      const spent = set(cookies.login, '', { cookies, sameSite: 'Lax', seconds: 0 });
      if (!result.ok) return { status: 302, headers: { Location: `/#login=${result.why}`, 'Set-Cookie': [spent] } };
      // Strict: no other site makes the browser send it.
      const session = set(cookies.session, result.sessionId, { cookies, sameSite: 'Strict' });
      return { status: 302, headers: { Location: result.returnTo, 'Set-Cookie': [spent, session] } };
    },
  };
}

function sessionRoute({ login, sessions, cookies }: LoginRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/session',
    permission: null,
    summary: 'Whether the page offers to sign in by a provider, and the session of this browser',
    success: {
      status: 200,
      description: 'csrf: what acts of the session send as X-Clew-Csrf; null where there is no session',
      schema: {
        type: 'object',
        properties: {
          login: { type: 'boolean' },
          csrf: { type: ['string', 'null'] },
          endsAt: { type: ['string', 'null'], format: 'date-time' },
        },
      },
    },
    handle: (request) => {
      const session = isFromHere(request) ? sessions.find(cookieIn(request.header('cookie'), cookies.session) ?? '') : undefined;
      const endsAt = session === undefined ? null : new Date(session.endsAtMs).toISOString();
      return Promise.resolve({ status: 200, json: { login: login !== undefined, csrf: session?.csrf ?? null, endsAt } });
    },
  };
}

/** Browsers say which site asks; who says nothing is no browser, and has no cookie to be misused. */
const isFromHere = ({ header }: ApiRequest): boolean => ['same-origin', 'none', undefined].includes(header('sec-fetch-site'));

function logoutRoute({ sessions, cookies }: LoginRouteParts): Route {
  return {
    method: 'post',
    path: '/v1/logout',
    permission: 'self:read' satisfies Permission,
    summary: 'End the session of this browser; nothing happens to tokens',
    success: { status: 204, description: 'Signed out here; the provider may still know the browser' },
    handle: ({ header }) => {
      const id = cookieIn(header('cookie'), cookies.session);
      if (id !== undefined) sessions.end(id);
      const spent = set(cookies.session, '', { cookies, sameSite: 'Strict', seconds: 0 });
      return Promise.resolve({ status: 204, headers: { 'Set-Cookie': [spent] } });
    },
  };
}

function set(
  name: string,
  value: string,
  { cookies, sameSite, seconds }: { readonly cookies: Cookies; readonly sameSite: 'Lax' | 'Strict'; readonly seconds?: number },
): string {
  const age = seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}${cookies.isSecure ? '; Secure' : ''}${age}`;
}
