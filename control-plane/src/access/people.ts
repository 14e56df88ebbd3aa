// People come with a token of their identity provider. What its claims say becomes a role, a tenant, an environment and,
// as a pseudonym, a user: the same that the gateway gives that person, so that "own history" means the same everywhere.
import { pseudonym, tenantKeys } from '#contract';
import type { Caller, Scope } from '../kernel/index.ts';
import { isRole, permissionsOf, type Permission, type Role } from './permissions.ts';
import type { Claims, TokenVerifier } from './ports.ts';

/** What one value of the role claim stands for. */
export interface RoleRule {
  /** The value; `*` is everyone who could sign in. */
  readonly value: string;
  readonly role: Role;
  /** Beyond those of the role: permissions that are given by name only. */
  readonly extra: readonly Permission[];
}

export interface PeopleRules {
  /** Name of a claim, or a dotted path to it; a text or a list of texts. */
  readonly roleClaim: string;
  /** The first that matches counts. */
  readonly roles: readonly RoleRule[];
  /** Absent: everyone belongs to the tenant of `scope`. */
  readonly tenantClaim?: string | undefined;
  readonly environmentClaim?: string | undefined;
  /** The claim that the gateways take for the user. */
  readonly userClaim: string;
  readonly scope: Scope;
}

export interface PeopleParts {
  readonly verifier: TokenVerifier;
  readonly rules: PeopleRules;
  /** The secret that the gateways of the tenant share; undefined where it is not known. */
  readonly hashKey: (tenant: string) => string | undefined;
}

export interface People {
  /** Undefined for tokens that prove nothing, and for people without a role. Rejects with `unavailable`. */
  identify(token: string): Promise<Caller | undefined>;
  /** The same of claims that were verified; undefined where they give no role, place or name. */
  callerOf(claims: Claims): Caller | undefined;
}

const SLUG = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** As the gateways take it. */
const MAX_IDENTIFIER = 1024;

export function createPeople({ verifier, rules, hashKey }: PeopleParts): People {
  const keys = new Map<string, Buffer>();
  const keyOf = (tenant: string): Buffer | undefined => {
    const secret = hashKey(tenant);
    if (secret === undefined) return undefined;
    const key = keys.get(tenant) ?? tenantKeys(secret, tenant).principal;
    keys.set(tenant, key);
    return key;
  };
  const callerOf: People['callerOf'] = (claims) => {
    const rule = ruleOf(claims, rules);
    const scope = scopeOf(claims, rules);
    const person = textAt(claims, rules.userClaim)?.trim() ?? '';
    if (rule === undefined || scope === undefined || person === '' || person.length > MAX_IDENTIFIER) return undefined;
    const key = keyOf(scope.tenant);
    if (key === undefined) return undefined;
    const user = pseudonym(key, person);
    return {
      tokenId: `person:${user}`,
      scope,
      role: rule.role,
      ...(rule.extra.length === 0 ? {} : { permissions: [...permissionsOf(rule.role), ...rule.extra] }),
      ...(rule.role === 'user' ? { onlyUser: user } : {}),
    };
  };
  return {
    callerOf,
    async identify(token) {
      const claims = await verifier.verify(token);
      return claims === undefined ? undefined : callerOf(claims);
    },
  };
}

function ruleOf(claims: Claims, { roleClaim, roles }: PeopleRules): RoleRule | undefined {
  const found = at(claims, roleClaim);
  const held = new Set<unknown>(Array.isArray(found) ? found : [found]);
  return roles.find(({ value, role }) => isRole(role) && (value === '*' || held.has(value)));
}

/** A claim that is configured but not there, or is no name of a tenant, leads nowhere: never to a default. */
function scopeOf(claims: Claims, { tenantClaim, environmentClaim, scope }: PeopleRules): Scope | undefined {
  const tenant = tenantClaim === undefined ? scope.tenant : textAt(claims, tenantClaim);
  const environment = environmentClaim === undefined ? scope.environment : textAt(claims, environmentClaim);
  if (tenant === undefined || environment === undefined || !SLUG.test(tenant) || !SLUG.test(environment)) return undefined;
  return { tenant, environment };
}

/** Texts and whole numbers, as the gateways read them. */
function textAt(claims: Claims, path: string): string | undefined {
  const found = at(claims, path);
  return typeof found === 'string' || (typeof found === 'number' && Number.isFinite(found)) ? String(found) : undefined;
}

/** At a dotted path; a name that itself holds dots is tried first, as URLs are common claim names. */
function at(claims: Claims, path: string): unknown {
  return own(claims, path) ?? path.split('.').reduce<unknown>(own, claims);
}

function own(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key) ? (holder as Claims)[key] : undefined;
}
