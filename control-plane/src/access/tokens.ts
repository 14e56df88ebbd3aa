import { createHash, timingSafeEqual } from 'node:crypto';
import {
  actorOf,
  ClewError,
  randomHex,
  type AuditEntry,
  type AuditTrail,
  type Caller,
  type Clock,
  type Randomness,
  type Scope,
} from '../kernel/index.ts';
import { createLogins, loginOf } from './logins.ts';
import type { People } from './people.ts';
import { permissionsOf, roleMayHold, type Permission, type Role } from './permissions.ts';
import type { TokenRecord, TokenStore } from './ports.ts';

export interface NewToken {
  readonly role: Role;
  readonly scope: Scope;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly isOperator?: boolean;
  /** Exactly what it may do; absent: what its role may. */
  readonly permissions?: readonly Permission[] | undefined;
  /** Epoch milliseconds; absent: until it is revoked. */
  readonly expiresAtMs?: number | undefined;
}

export interface IssuedToken {
  readonly record: TokenRecord;
  /** The only time the secret is seen. */
  readonly token: string;
}

/** Judges bearer tokens. Holds all records in memory: each request asks. */
export interface Access {
  /** Rejects with `unavailable` when a person's token cannot be judged. */
  authenticate(header: string | undefined): Promise<Caller | undefined>;
  may(caller: Caller, permission: string): boolean;
  /** Throws wrong_scope or forbidden where the maker would give away what it does not have itself. */
  issue(token: NewToken, maker?: Caller): Promise<IssuedToken>;
  /** Tokens of the caller's tenant and environment; all for the operator. */
  list(caller: Caller): readonly TokenRecord[];
  /** False when the caller can see no token of that id. */
  revoke(caller: Caller, id: string): Promise<boolean>;
  isOperator(caller: Caller): boolean;
  /** Makes the first admin token where no admin exists; undefined where one does. */
  firstStart(scope: Scope): Promise<IssuedToken | undefined>;
}

export interface AccessParts {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Admin token from the settings: valid beside the stored ones, never stored. */
  readonly fixedAdmin?: { readonly token: string; readonly scope: Scope } | undefined;
  /** Where an identity provider is configured. */
  readonly people?: People | undefined;
  /** Told of people who come, and of the configured token's first use; the store writes what concerns stored tokens. */
  readonly audit?: AuditTrail | undefined;
}

/** Id under which the admin token of the settings appears. */
const FIXED_ID = 'configured';
const FORM = /^clew_([0-9a-f]{12})_[0-9a-f]{48}$/;
const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/;
/** Tokens of people are long; ours and the configured one are not. */
const BEARER = /^Bearer +([\x21-\x7e]{1,8192})$/i;
/** The last use is written this seldom: it tells a token in use from a forgotten one, and costs a write each time. */
const TOUCH_MS = 5 * 60_000;
const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
const isSame = (a: Scope, b: Scope): boolean => a.tenant === b.tenant && a.environment === b.environment;

export async function createAccess(parts: AccessParts): Promise<Access> {
  const { store, clock, people } = parts;
  const records = new Map<string, TokenRecord>();
  for (const record of await store.all()) records.set(record.id, record);
  const fixed = parts.fixedAdmin && { digest: sha256(parts.fixedAdmin.token), scope: parts.fixedAdmin.scope };
  const isOperator = (caller: Caller): boolean => caller.tokenId === FIXED_ID || records.get(caller.tokenId)?.isOperator === true;
  const isVisible = (caller: Caller, record: TokenRecord): boolean => isOperator(caller) || isSame(record.scope, caller.scope);
  const isOver = ({ expiresAt }: TokenRecord): boolean => typeof expiresAt === 'string' && !(Date.parse(expiresAt) > clock.nowMs());
  const logins = createLogins(parts.audit, clock);
  const may = (caller: Caller, permission: string): boolean => (caller.permissions ?? permissionsOf(caller.role)).includes(permission);

  async function issue(token: NewToken, maker?: Caller): Promise<IssuedToken> {
    for (const permission of token.permissions ?? []) {
      if (!roleMayHold(token.role, permission)) throw new ClewError('forbidden', `role ${token.role} cannot hold ${permission}`);
    }
    if (maker !== undefined && !isOperator(maker)) refuseGift(token, maker, may);
    const id = randomHex(parts.randomness, 6);
    const secret = `clew_${id}_${randomHex(parts.randomness, 24)}`;
    const record: TokenRecord = {
      id,
      sha256: sha256(secret).toString('hex'),
      role: token.role,
      scope: token.scope,
      user: token.user ?? null,
      name: token.name ?? null,
      createdAt: new Date(clock.nowMs()).toISOString(),
      isOperator: token.isOperator ?? false,
      permissions: token.permissions ?? null,
      expiresAt: token.expiresAtMs === undefined ? null : new Date(token.expiresAtMs).toISOString(),
      lastUsedAt: null,
    };
    await store.put(record, entryOf('token_created', record, maker));
    records.set(id, record);
    return { record, token: secret };
  }

  /** Best effort: a use that is not noted harms nobody, a request that fails for it would. */
  function touch(record: TokenRecord): void {
    const nowMs = clock.nowMs();
    if (typeof record.lastUsedAt === 'string' && nowMs - Date.parse(record.lastUsedAt) < TOUCH_MS) return;
    const lastUsedAt = new Date(nowMs).toISOString();
    records.set(record.id, { ...record, lastUsedAt });
    const isFirst = typeof record.lastUsedAt !== 'string';
    store.touch(record.id, lastUsedAt, isFirst ? loginOf(callerOf(record)) : undefined).catch(() => undefined);
  }

  return {
    async authenticate(header) {
      const token = BEARER.exec(header ?? '')?.[1];
      if (token === undefined) return undefined;
      const digest = sha256(token);
      if (fixed && timingSafeEqual(digest, fixed.digest)) return logins.seen({ tokenId: FIXED_ID, scope: fixed.scope, role: 'admin' });
      const record = records.get(FORM.exec(token)?.[1] ?? '');
      if (!record) return people && JWT.test(token) ? logins.seen(await people.identify(token)) : undefined;
      if (!timingSafeEqual(digest, Buffer.from(record.sha256, 'hex')) || isOver(record)) return undefined;
      touch(record);
      return callerOf(record);
    },
    may,
    issue,
    list: (caller) => [...records.values()].filter((record) => isVisible(caller, record)),
    async revoke(caller, id) {
      const record = records.get(id);
      if (!record || !isVisible(caller, record)) return false;
      // Out of memory first: while the disk is asked, the token is already worth nothing.
      records.delete(id);
      await store.remove(id, entryOf('token_revoked', record, caller));
      return true;
    },
    isOperator,
    async firstStart(scope) {
      if (fixed || [...records.values()].some((record) => record.role === 'admin' && !record.permissions && !isOver(record)))
        return undefined;
      return issue({ role: 'admin', scope, name: 'first start', isOperator: true });
    },
  };
}

/** In the log of the token's own scope: what can be reached there. */
function entryOf(kind: 'token_created' | 'token_revoked', record: TokenRecord, maker: Caller | undefined): AuditEntry {
  const { id, role, scope, permissions, expiresAt } = record;
  const actor = maker === undefined || maker.tokenId === '' ? 'system' : actorOf(maker);
  const details =
    kind === 'token_revoked' ? { token: id } : { token: id, role, permissions: permissions ?? null, expiresAt: expiresAt ?? null };
  return { scope, kind, actor, details };
}

/** Nobody gives what they do not have. */
function refuseGift(token: NewToken, maker: Caller, may: Access['may']): void {
  if (!isSame(token.scope, maker.scope)) {
    throw new ClewError('wrong_scope', 'only the first admin token makes tokens of other tenants and environments');
  }
  const missing = (token.permissions ?? permissionsOf(token.role)).find((permission) => !may(maker, permission));
  if (missing !== undefined) throw new ClewError('forbidden', `the token that asks lacks ${missing} itself`);
}

/** A user token that names nobody shows nobody: never everything. */
function callerOf(record: TokenRecord): Caller {
  return {
    tokenId: record.id,
    scope: record.scope,
    role: record.role,
    ...(record.permissions ? { permissions: record.permissions } : {}),
    ...(record.role === 'user' ? { onlyUser: record.user ?? '' } : {}),
  };
}
