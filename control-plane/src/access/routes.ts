import { ClewError, timeOf, type ApiRequest, type Caller, type Clock, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import { isPermission, isRole, ON_REQUEST, PERMISSIONS, permissionsOf, ROLES, type Permission } from './permissions.ts';
import type { TokenRecord } from './ports.ts';
import type { Access, NewToken } from './tokens.ts';

const SLUG = '^[a-z0-9][a-z0-9._-]{0,62}$';
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const NAMES: JsonSchema = { type: 'array', items: { enum: PERMISSIONS } };
const TOKEN_FIELDS: JsonSchema = {
  id: { type: 'string' },
  role: { enum: Object.keys(ROLES) },
  permissions: { ...NAMES, description: 'What it may do' },
  tenant: { type: 'string' },
  environment: { type: 'string' },
  user: { type: ['string', 'null'] },
  name: { type: ['string', 'null'] },
  createdAt: TIME,
  expiresAt: { type: ['string', 'null'], format: 'date-time' },
  lastUsedAt: { type: ['string', 'null'], format: 'date-time', description: 'To about five minutes; null: never used' },
};
const TOKEN: JsonSchema = { type: 'object', properties: TOKEN_FIELDS };
const OF_THE_CALLER = 'Absent: that of the caller. Others need the first admin token.';
const NEW_TOKEN: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['role'],
  properties: {
    role: { enum: Object.keys(ROLES) },
    tenant: { type: 'string', pattern: SLUG, description: OF_THE_CALLER },
    environment: { type: 'string', pattern: SLUG, description: OF_THE_CALLER },
    user: { type: 'string', maxLength: 128, description: 'Pseudonym of the principal; role user needs it or `subject`, others refuse it.' },
    subject: {
      type: 'string',
      maxLength: 1024,
      description: 'The user as the gateways see them, in place of the pseudonym; needs CLEW_HASH_KEY. Not kept.',
    },
    name: { type: 'string', maxLength: 64 },
    permissions: { ...NAMES, description: 'Exactly what it may do, within the role. reveal:write must be named to be had.' },
    expiresAt: { ...TIME, description: 'Absent: until it is revoked.' },
  },
};
const permission = 'tokens:manage' satisfies Permission;

export interface AccessRouteParts {
  readonly access: Access;
  readonly clock: Clock;
  /** The pseudonym that the gateways of the tenant give a person; undefined where their secret is not known here. */
  readonly pseudonymOf: (tenant: string, subject: string) => string | undefined;
}

export const accessRoutes = (parts: AccessRouteParts): Route[] => [meRoute(parts.access), rolesRoute(), ...tokenRoutes(parts)];

function meRoute(access: Access): Route {
  return {
    method: 'get',
    path: '/v1/me',
    permission: 'self:read' satisfies Permission,
    summary: 'Who the token stands for and what it may do',
    success: {
      status: 200,
      description: 'The caller',
      schema: {
        type: 'object',
        properties: {
          id: { type: 'string', description: 'Id of the token, or of the person' },
          role: { enum: Object.keys(ROLES) },
          permissions: NAMES,
          tenant: { type: 'string' },
          environment: { type: 'string' },
          operator: { type: 'boolean', description: "The token of the first start, which alone changes what is the whole server's" },
          user: { type: ['string', 'null'], description: 'The one principal whose data is shown; null: not limited to one' },
        },
      },
    },
    handle: ({ caller }) => Promise.resolve({ status: 200, json: { ...me(caller), operator: access.isOperator(caller) } }),
  };
}

function rolesRoute(): Route {
  return {
    method: 'get',
    path: '/v1/roles',
    permission,
    summary: 'Roles, what each may do, and what tokens of it may be given by name beyond that',
    success: {
      status: 200,
      description: 'All roles',
      schema: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: { type: 'object', properties: { id: { enum: Object.keys(ROLES) }, permissions: NAMES, onRequest: NAMES } },
          },
          next: { type: 'null' },
        },
      },
    },
    handle: () => Promise.resolve({ status: 200, json: { items: roles(), next: null } }),
  };
}

function tokenRoutes(parts: AccessRouteParts): Route[] {
  const { access } = parts;
  return [
    {
      method: 'get',
      path: '/v1/tokens',
      permission,
      summary: 'Tokens of the tenant and environment, without their secrets',
      success: {
        status: 200,
        description: 'All tokens',
        schema: { type: 'object', properties: { items: { type: 'array', items: TOKEN }, next: { type: 'null' } } },
      },
      handle: ({ caller }) => Promise.resolve({ status: 200, json: { items: access.list(caller).map(view), next: null } }),
    },
    {
      method: 'post',
      path: '/v1/tokens',
      permission,
      summary: 'Make a token; its secret is shown this once',
      body: { kind: 'json', content: { 'application/json': NEW_TOKEN } },
      success: {
        status: 201,
        description: 'The token',
        schema: { type: 'object', properties: { ...TOKEN_FIELDS, token: { type: 'string' } } },
      },
      errors: ['malformed_json', 'invalid_body', 'wrong_scope', 'body_too_large'],
      handle: async (request) => {
        const { record, token } = await access.issue(readNewToken(request, parts), request.caller);
        return { status: 201, json: { ...view(record), token } };
      },
    },
    {
      method: 'delete',
      path: '/v1/tokens/:id',
      permission,
      summary: 'Revoke a token, at once',
      success: { status: 204, description: 'Revoked' },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        if (params['id'] === caller.tokenId) throw new ClewError('forbidden', 'a token cannot revoke itself');
        if (!(await access.revoke(caller, params['id'] ?? ''))) throw new ClewError('not_found');
        return { status: 204 };
      },
    },
  ];
}

function roles(): readonly object[] {
  return Object.entries(ROLES).map(([id, permissions]) => ({
    id,
    permissions,
    onRequest: Object.entries(ON_REQUEST).flatMap(([permission, holders]) => (holders.includes(id) ? [permission] : [])),
  }));
}

function readNewToken({ body, caller }: ApiRequest, { clock, pseudonymOf }: AccessRouteParts): NewToken {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body', 'a JSON object');
  const { role, user, subject, name, tenant, environment, permissions, expiresAt, ...rest } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) throw invalid('the body', `no fields but ${Object.keys(NEW_TOKEN['properties'] as object).join(', ')}`);
  if (!isRole(role)) throw invalid('role', `one of ${Object.keys(ROLES).join(', ')}`);
  const slug = new RegExp(SLUG);
  const scope: Scope = {
    tenant: textOf('tenant', tenant, slug) ?? caller.scope.tenant,
    environment: textOf('environment', environment, slug) ?? caller.scope.environment,
  };
  const named = textOf('subject', subject, /^[^\p{Cc}]{1,1024}$/u)?.trim();
  const principal = textOf('user', user, /^\S{1,128}$/) ?? (named === undefined ? undefined : pseudonymOf(scope.tenant, named));
  if (named !== undefined && principal === undefined) throw invalid('subject', 'to be left out while CLEW_HASH_KEY is not set; give user');
  if (user !== undefined && named !== undefined) throw invalid('user', 'to be left out where subject is given');
  if ((role === 'user') !== (principal !== undefined)) throw invalid('user', 'a pseudonym for role user, and nothing for other roles');
  return {
    role,
    scope,
    user: principal,
    name: textOf('name', name, /^[^\p{Cc}]{1,64}$/u),
    permissions: permissionsIn(permissions),
    expiresAtMs: expiryOf(expiresAt, clock.nowMs()),
  };
}

function permissionsIn(value: unknown): readonly Permission[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPermission)) {
    throw invalid('permissions', `a list of ${PERMISSIONS.join(', ')}`);
  }
  return [...new Set(value)];
}

function expiryOf(value: unknown, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' ? timeOf(value) : undefined;
  if (ms === undefined || ms <= nowMs) throw invalid('expiresAt', 'a time to come, like 2027-01-31T12:00:00Z');
  return ms;
}

function textOf(field: string, value: unknown, form: RegExp): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !form.test(value)) throw invalid(field, `text of the form ${form.source}`);
  return value;
}

const invalid = (field: string, expected: string): ClewError => new ClewError('invalid_body', `${field}: expected ${expected}`);

function me(caller: Caller): Readonly<Record<string, unknown>> {
  const { tokenId, scope, role, onlyUser } = caller;
  return {
    id: tokenId,
    role,
    permissions: caller.permissions ?? permissionsOf(role),
    tenant: scope.tenant,
    environment: scope.environment,
    user: onlyUser ?? null,
  };
}

function view(record: TokenRecord): Readonly<Record<string, unknown>> {
  const { id, role, scope, user, name, createdAt } = record;
  return {
    id,
    role,
    permissions: record.permissions ?? permissionsOf(role),
    tenant: scope.tenant,
    environment: scope.environment,
    user,
    name,
    createdAt,
    expiresAt: record.expiresAt ?? null,
    lastUsedAt: record.lastUsedAt ?? null,
  };
}
