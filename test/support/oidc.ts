// A real OpenID Connect provider on this machine, with people, an audience and keys that can be exchanged. People sign in
// by the authorization code flow with PKCE; whoever they say they are is believed.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

export const AUDIENCE = 'https://clew.example';
export const CLIENT = 'clew-page';
const REDIRECT = 'https://page.example/back';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export async function signingKey(kid: string, alg: 'RS256' | 'ES256' = 'RS256'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, jwk: { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' }, privateKey };
}

export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OidcServer {
  readonly issuer: string;
  /** Requests for the key set so far. */
  readonly keyRequests: () => number;
  /** An access token for our audience and an ID token, as a page would get them. */
  signIn(person: string): Promise<{ readonly accessToken: string; readonly idToken: string }>;
  /** Goes on with these keys only. */
  rotate(keys: readonly SigningKey[]): void;
  /** Nothing listens until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** `people`: extra claims of each. */
export async function startOidc(people: People, first: readonly SigningKey[], redirects: readonly string[] = []): Promise<OidcServer> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  let keyRequests = 0;
  let server = await listen(0, (request, response) => handle(request, response));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const serve = (keys: readonly SigningKey[]): void => {
    const provider = new Provider(issuer, configurationOf(people, keys, redirects));
    const callback = provider.callback();
    handle = (request, response) => {
      if (request.url?.startsWith('/jwks') === true) keyRequests += 1;
      if (request.url?.startsWith('/interaction/') === true) void finish(provider, request, response);
      else void callback(request, response);
    };
  };
  serve(first);
  const down = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    issuer,
    keyRequests: () => keyRequests,
    signIn: (person) => signIn(issuer, person),
    rotate: serve,
    down,
    async up() {
      server = await listen(port, (request, response) => handle(request, response));
    },
    close: down,
  };
}

/** A token that the provider never made, by any key and of any content. */
export function forge(key: SigningKey | Uint8Array, claims: JWTPayload, header: Readonly<Record<string, string>> = {}): Promise<string> {
  const isSecret = key instanceof Uint8Array;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: isSecret ? 'HS256' : key.alg, ...(isSecret ? {} : { kid: key.kid }), ...header })
    .sign(isSecret ? key : key.privateKey);
}

function listen(port: number, handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handle);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function configurationOf(people: People, keys: readonly SigningKey[], redirects: readonly string[]): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [REDIRECT, ...redirects],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: (_context, id) =>
      id in people ? { accountId: id, claims: () => Promise.resolve({ sub: id, ...people[id] }) } : undefined,
    extraTokenClaims: (_context, token) => ('accountId' in token ? { ...people[token.accountId] } : {}),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    // Everyone has agreed to everything.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: CLIENT, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid');
      grant.addResourceScope(AUDIENCE, 'read');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'read', audience: AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
        useGrantedResource: () => true,
      },
    },
    ttl: { AccessToken: 600, IdToken: 600, Session: 600, Interaction: 600, Grant: 600 },
  };
}

/** In place of a login page. */
async function finish(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  await provider.interactionFinished(request, response, { login: { accountId: String(params['login_hint']) } });
}

async function signIn(issuer: string, person: string): Promise<{ accessToken: string; idToken: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid read',
    resource: AUDIENCE,
    login_hint: person,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = await follow(`${issuer}/auth?${query.toString()}`);
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
      resource: AUDIENCE,
    }),
  });
  const json = (await answer.json()) as { access_token?: string; id_token?: string };
  if (json.access_token === undefined || json.id_token === undefined)
    throw new Error(`The provider gave no tokens: ${JSON.stringify(json)}`);
  return { accessToken: json.access_token, idToken: json.id_token };
}

/** From redirect to redirect, with cookies as a browser, until the code comes back. */
async function follow(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hops = 0; hops < 10; hops += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The provider answers ${response.status}: ${(await response.text()).slice(0, 400)}`);
    url = new URL(location, url).href;
    const code = new URL(url).searchParams.get('code');
    if (code !== null) return code;
    if (url.startsWith(REDIRECT)) throw new Error(`The provider refuses: ${url}`);
  }
  throw new Error('The provider redirects without end.');
}
