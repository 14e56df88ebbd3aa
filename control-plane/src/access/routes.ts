import { ClewError, type ApiRequest, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import { isRole, ROLES, type Permission } from './permissions.ts';
import type { TokenRecord } from './ports.ts';
import type { Access, NewToken } from './tokens.ts';

const SLUG = '^[a-z0-9][a-z0-9._-]{0,62}$';
const TOKEN_FIELDS: JsonSchema = {
  id: { type: 'string' },
  role: { enum: Object.keys(ROLES) },
  tenant: { type: 'string' },
  environment: { type: 'string' },
  user: { type: ['string', 'null'] },
  name: { type: ['string', 'null'] },
  createdAt: { type: 'string', format: 'date-time' },
};
const TOKEN: JsonSchema = { type: 'object', properties: TOKEN_FIELDS };
const NEW_TOKEN: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['role'],
  properties: {
    role: { enum: Object.keys(ROLES) },
    tenant: { type: 'string', pattern: SLUG, description: 'Absent: that of the caller. Others need the first admin token.' },
    environment: { type: 'string', pattern: SLUG, description: 'Absent: that of the caller.' },
    user: { type: 'string', maxLength: 128, description: 'Pseudonym of the principal; required for role user, refused for others.' },
    name: { type: 'string', maxLength: 64 },
  },
};
const permission = 'tokens:manage' satisfies Permission;

export function accessRoutes(access: Access): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/tokens',
      permission,
      summary: 'Tokens of the tenant, without their secrets',
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
        const { record, token } = await access.issue(readNewToken(request, access));
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

function readNewToken({ body, caller }: ApiRequest, access: Access): NewToken {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body', 'a JSON object');
  const { role, user, name, tenant, environment, ...rest } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) throw invalid('the body', 'no fields but role, user, name, tenant, environment');
  if (!isRole(role)) throw invalid('role', `one of ${Object.keys(ROLES).join(', ')}`);
  const principal = textOf('user', user, /^\S{1,128}$/);
  if ((role === 'user') !== (principal !== undefined)) throw invalid('user', 'a pseudonym for role user, and nothing for other roles');
  const slug = new RegExp(SLUG);
  const scope: Scope = {
    tenant: textOf('tenant', tenant, slug) ?? caller.scope.tenant,
    environment: textOf('environment', environment, slug) ?? caller.scope.environment,
  };
  if (scope.tenant !== caller.scope.tenant && !access.isOperator(caller)) {
    throw new ClewError('wrong_scope', 'only the first admin token makes tokens of other tenants');
  }
  return { role, scope, user: principal, name: textOf('name', name, /^[^\p{Cc}]{1,64}$/u) };
}

function textOf(field: string, value: unknown, form: RegExp): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !form.test(value)) throw invalid(field, `text of the form ${form.source}`);
  return value;
}

const invalid = (field: string, expected: string): ClewError => new ClewError('invalid_body', `${field}: expected ${expected}`);

function view(record: TokenRecord): Readonly<Record<string, unknown>> {
  const { id, role, scope, user, name, createdAt } = record;
  return { id, role, tenant: scope.tenant, environment: scope.environment, user, name, createdAt };
}
