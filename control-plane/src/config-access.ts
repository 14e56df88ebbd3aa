// Settings of who may call, from where and how often.
import { isIP } from 'node:net';
import { isPermission, isRole, ROLES, roleMayHold, type PeopleRules, type RoleRule } from './access/index.ts';
import { SLUG, type Reader } from './config-reader.ts';
import type { Scope } from './kernel/index.ts';

export interface OidcSettings {
  /** Exactly as tokens name it, a slash at its end included. */
  readonly issuer: string;
  readonly audience: string;
  /** Undefined: discovered. */
  readonly jwksUrl: string | undefined;
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  readonly rules: PeopleRules;
  /** Undefined: people bring tokens, and nobody signs in on the page. */
  readonly login: LoginSettings | undefined;
}

export interface LoginSettings {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** Where browsers reach this server, without a slash at its end. */
  readonly publicUrl: string;
  readonly scopes: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly sessionMinutes: number;
}

export interface AccessSettings {
  readonly oidc: OidcSettings | undefined;
  /** The secret that the gateways of a tenant share. */
  readonly hashKeys: { readonly byTenant: Readonly<Record<string, string>>; readonly others: string | undefined };
  /** Origins whose pages may call the API; none: the server's own only. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks of proxies that are believed. */
  readonly trustedProxies: readonly string[];
  /** Requests a second; 0: no limit. */
  readonly ratePerToken: number;
  readonly ratePerAddress: number;
}

export const ACCESS_KEYS = [
  'CLEW_OIDC_ISSUER',
  'CLEW_OIDC_AUDIENCE',
  'CLEW_OIDC_JWKS_URL',
  'CLEW_OIDC_ALGORITHMS',
  'CLEW_OIDC_CLOCK_SKEW_SECONDS',
  'CLEW_OIDC_ROLE_CLAIM',
  'CLEW_OIDC_ROLES',
  'CLEW_OIDC_TENANT_CLAIM',
  'CLEW_OIDC_ENVIRONMENT_CLAIM',
  'CLEW_OIDC_USER_CLAIM',
  'CLEW_OIDC_CLIENT_ID',
  'CLEW_OIDC_CLIENT_SECRET',
  'CLEW_OIDC_SCOPES',
  'CLEW_OIDC_LOGIN_PARAMETERS',
  'CLEW_PUBLIC_URL',
  'CLEW_SESSION_MINUTES',
  'CLEW_HASH_KEY',
  'CLEW_HASH_KEYS',
  'CLEW_CORS_ORIGINS',
  'CLEW_TRUSTED_PROXIES',
  'CLEW_RATE_LIMIT_TOKEN',
  'CLEW_RATE_LIMIT_ADDRESS',
] as const;

/** Asymmetric signatures: with a shared secret, whoever can check a token can also make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const USUAL_ALGORITHMS = 'RS256,PS256,ES256,EdDSA';
const USUAL_ROLES = 'admin=admin,engineer=engineer,auditor=auditor,product=product,user=user';
const LEAST_HASH_KEY = 16;
const CLAIM = /^[\x21-\x7e]{1,256}$/;

export function readAccessSettings(reader: Reader, scope: Scope): AccessSettings {
  const hashKeys = readHashKeys(reader);
  return Object.freeze({
    oidc: readOidc(reader, scope, hashKeys),
    hashKeys,
    corsOrigins: readList(
      reader,
      'CLEW_CORS_ORIGINS',
      isOrigin,
      'origins as https://app.example.com between commas',
      'their pages could not call',
    ),
    trustedProxies: readList(
      reader,
      'CLEW_TRUSTED_PROXIES',
      isNetwork,
      'addresses or networks as 10.0.0.0/8 between commas',
      'all callers behind a proxy would count as one address',
    ),
    ratePerToken: reader.integer('CLEW_RATE_LIMIT_TOKEN', 500, 0, 1_000_000, 'tokens have no limit'),
    ratePerAddress: reader.integer('CLEW_RATE_LIMIT_ADDRESS', 1_000, 0, 1_000_000, 'addresses have no limit'),
  });
}

function readOidc(reader: Reader, scope: Scope, { byTenant, others }: AccessSettings['hashKeys']): OidcSettings | undefined {
  // A slash at the end belongs to the name.
  const issuer = reader.raw('CLEW_OIDC_ISSUER');
  if (issuer === undefined) {
    const stray = ACCESS_KEYS.find((key) => key.startsWith('CLEW_OIDC_') && reader.raw(key) !== undefined);
    if (stray !== undefined) reader.fault('CLEW_OIDC_ISSUER', `to be set, as ${stray} is`, 'nobody could sign in with it');
    return undefined;
  }
  const safe = 'an https:// URL (http:// on this machine only)';
  if (!isSafeUrl(issuer)) reader.fault('CLEW_OIDC_ISSUER', safe, 'people cannot sign in');
  const jwksUrl = reader.raw('CLEW_OIDC_JWKS_URL');
  if (jwksUrl !== undefined && !isSafeUrl(jwksUrl)) reader.fault('CLEW_OIDC_JWKS_URL', safe, 'people cannot sign in');
  const audience = reader.raw('CLEW_OIDC_AUDIENCE');
  if (audience === undefined) {
    reader.fault('CLEW_OIDC_AUDIENCE', 'the name of this service at the provider', 'tokens for other services would be taken');
  }
  if (others === undefined && Object.keys(byTenant).length === 0) {
    reader.fault('CLEW_HASH_KEY', "the gateways' CLEW_HASH_KEY", 'people could not be matched with their own history');
  }
  const claim = (key: string, fallback: string): string =>
    reader.text(key, fallback, CLAIM, 'the name of a claim, or a dotted path to it', 'people cannot sign in') ?? fallback;
  const optional = (key: string): string | undefined => (reader.raw(key) === undefined ? undefined : claim(key, ''));
  return Object.freeze({
    issuer,
    audience: audience ?? '',
    jwksUrl,
    algorithms: readList(
      reader,
      'CLEW_OIDC_ALGORITHMS',
      (item) => ALGORITHMS.includes(item),
      `some of ${ALGORITHMS.join(', ')}`,
      'tokens could not be checked',
      USUAL_ALGORITHMS,
    ),
    clockSkewSeconds: reader.integer('CLEW_OIDC_CLOCK_SKEW_SECONDS', 30, 0, 300, 'tokens would live on after their end'),
    rules: Object.freeze({
      roleClaim: claim('CLEW_OIDC_ROLE_CLAIM', 'roles'),
      roles: readRoles(reader),
      tenantClaim: optional('CLEW_OIDC_TENANT_CLAIM'),
      environmentClaim: optional('CLEW_OIDC_ENVIRONMENT_CLAIM'),
      userClaim: claim('CLEW_OIDC_USER_CLAIM', 'sub'),
      scope,
    }),
    login: readLogin(reader),
  });
}

const REDIRECT_BACK = 'nobody could sign in on the page';

function readLogin(reader: Reader): LoginSettings | undefined {
  const clientId = reader.text('CLEW_OIDC_CLIENT_ID', undefined, CLAIM, 'the id of this service as a client', REDIRECT_BACK);
  if (clientId === undefined) return undefined;
  const publicUrl = reader.raw('CLEW_PUBLIC_URL')?.replace(/\/+$/, '');
  if (publicUrl === undefined || !isSafeUrl(publicUrl) || new URL(publicUrl).origin !== publicUrl) {
    const expected = 'where browsers reach this server, as https://clew.example.com (http:// on this machine only), without a path';
    reader.fault('CLEW_PUBLIC_URL', expected, REDIRECT_BACK);
  }
  const scopes = reader.raw('CLEW_OIDC_SCOPES') ?? 'openid';
  if (!scopes.split(/\s+/).includes('openid')) {
    reader.fault('CLEW_OIDC_SCOPES', 'scopes with spaces between them, openid among them', 'the provider would not say who signed in');
  }
  return Object.freeze({
    clientId,
    clientSecret: reader.raw('CLEW_OIDC_CLIENT_SECRET'),
    publicUrl: publicUrl ?? '',
    scopes,
    parameters: readParameters(reader),
    sessionMinutes: reader.integer('CLEW_SESSION_MINUTES', 480, 1, 10_080, 'sessions would not end'),
  });
}

const RESERVED = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method'];
const OF_TOKENS = ['grant_type', 'code', 'code_verifier', 'client_secret'];

function readParameters(reader: Reader): Readonly<Record<string, string>> {
  const given = [...new URLSearchParams(reader.raw('CLEW_OIDC_LOGIN_PARAMETERS') ?? '')];
  if (given.some(([name]) => name === '' || RESERVED.includes(name) || OF_TOKENS.includes(name))) {
    const expected =
      'further parameters as resource=https%3A%2F%2Fclew.example&prompt=login; none of those that OpenID Connect sets itself';
    reader.fault('CLEW_OIDC_LOGIN_PARAMETERS', expected, 'the provider would refuse people, or mistake whom it answers');
  }
  return Object.freeze(Object.fromEntries(given));
}

/** `staff=engineer, privacy=auditor+reveal:write, *=user` */
function readRoles(reader: Reader): readonly RoleRule[] {
  const rules: RoleRule[] = [];
  for (const item of listOf(reader.raw('CLEW_OIDC_ROLES') ?? USUAL_ROLES)) {
    const split = item.lastIndexOf('=');
    const [role = '', ...extra] = item
      .slice(split + 1)
      .split('+')
      .map((part) => part.trim());
    if (split < 1 || !isRole(role) || !extra.every(isPermission) || !extra.every((one) => isPermission(one) && roleMayHold(role, one))) {
      const expected = `VALUE=ROLE between commas, ROLE one of ${Object.keys(ROLES).join(', ')}, with +reveal:write where that is meant`;
      reader.fault('CLEW_OIDC_ROLES', expected, 'people would get no role or a wrong one');
      return [];
    }
    rules.push({ value: item.slice(0, split).trim(), role, extra });
  }
  return Object.freeze(rules);
}

function readHashKeys(reader: Reader): AccessSettings['hashKeys'] {
  const expected = `at least ${LEAST_HASH_KEY} characters, the same as at the gateways`;
  const consequence = 'people could not be matched with their own history';
  const others = reader.raw('CLEW_HASH_KEY');
  if (others !== undefined && others.length < LEAST_HASH_KEY) reader.fault('CLEW_HASH_KEY', expected, consequence);
  const byTenant: Record<string, string> = {};
  for (const item of listOf(reader.raw('CLEW_HASH_KEYS') ?? '')) {
    const split = item.indexOf('=');
    const [tenant, secret] = [item.slice(0, Math.max(0, split)), item.slice(split + 1)];
    if (!SLUG.test(tenant) || secret.length < LEAST_HASH_KEY) {
      reader.fault('CLEW_HASH_KEYS', `TENANT=SECRET between commas, each secret ${expected}`, consequence);
      break;
    }
    byTenant[tenant] = secret;
  }
  return Object.freeze({ byTenant: Object.freeze(byTenant), others });
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function readList(
  reader: Reader,
  key: string,
  isRight: (item: string) => boolean,
  expected: string,
  consequence: string,
  fallback = '',
): readonly string[] {
  const items = listOf(reader.raw(key) ?? fallback);
  if (!items.every(isRight)) reader.fault(key, expected, consequence);
  return Object.freeze(items);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 6 ? 128 : 32)));
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname));
}
