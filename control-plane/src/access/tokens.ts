import { createHash, timingSafeEqual } from 'node:crypto';
import { randomHex, type Caller, type Clock, type Randomness, type Scope } from '../kernel/index.ts';
import { roleMay, type Role } from './permissions.ts';
import type { TokenRecord, TokenStore } from './ports.ts';

export interface NewToken {
  readonly role: Role;
  readonly scope: Scope;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly isOperator?: boolean;
}

export interface IssuedToken {
  readonly record: TokenRecord;
  /** The only time the secret is seen. */
  readonly token: string;
}

/** Judges bearer tokens. Holds all records in memory: each request asks. */
export interface Access {
  authenticate(header: string | undefined): Promise<Caller | undefined>;
  may(caller: Caller, permission: string): boolean;
  issue(token: NewToken): Promise<IssuedToken>;
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
}

/** Id under which the admin token of the settings appears. */
const FIXED_ID = 'configured';
const FORM = /^clew_([0-9a-f]{12})_[0-9a-f]{48}$/;
const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

export async function createAccess(parts: AccessParts): Promise<Access> {
  const records = new Map<string, TokenRecord>();
  for (const record of await parts.store.all()) records.set(record.id, record);
  const fixed = parts.fixedAdmin && { digest: sha256(parts.fixedAdmin.token), scope: parts.fixedAdmin.scope };
  const isOperator = (caller: Caller): boolean => caller.tokenId === FIXED_ID || records.get(caller.tokenId)?.isOperator === true;
  const isVisible = (caller: Caller, record: TokenRecord): boolean => isOperator(caller) || record.scope.tenant === caller.scope.tenant;

  async function issue(token: NewToken): Promise<IssuedToken> {
    const id = randomHex(parts.randomness, 6);
    const secret = `clew_${id}_${randomHex(parts.randomness, 24)}`;
    const record: TokenRecord = {
      id,
      sha256: sha256(secret).toString('hex'),
      role: token.role,
      scope: token.scope,
      user: token.user ?? null,
      name: token.name ?? null,
      createdAt: new Date(parts.clock.nowMs()).toISOString(),
      isOperator: token.isOperator ?? false,
    };
    await parts.store.put(record);
    records.set(id, record);
    return { record, token: secret };
  }

  return {
    authenticate(header) {
      const token = /^Bearer +([\x21-\x7e]{1,256})$/i.exec(header ?? '')?.[1];
      if (token === undefined) return Promise.resolve(undefined);
      const digest = sha256(token);
      if (fixed && timingSafeEqual(digest, fixed.digest)) {
        return Promise.resolve({ tokenId: FIXED_ID, scope: fixed.scope, role: 'admin' });
      }
      const record = records.get(FORM.exec(token)?.[1] ?? '');
      if (!record || !timingSafeEqual(digest, Buffer.from(record.sha256, 'hex'))) return Promise.resolve(undefined);
      return Promise.resolve(callerOf(record));
    },
    may: (caller, permission) => roleMay(caller.role, permission),
    issue,
    list: (caller) => [...records.values()].filter((record) => isVisible(caller, record)),
    async revoke(caller, id) {
      const record = records.get(id);
      if (!record || !isVisible(caller, record)) return false;
      await parts.store.remove(id);
      records.delete(id);
      return true;
    },
    isOperator,
    async firstStart(scope) {
      if (fixed || [...records.values()].some(({ role }) => role === 'admin')) return undefined;
      return issue({ role: 'admin', scope, name: 'first start', isOperator: true });
    },
  };
}

/** A user token that names nobody shows nobody: never everything. */
function callerOf(record: TokenRecord): Caller {
  const caller = { tokenId: record.id, scope: record.scope, role: record.role };
  return record.role === 'user' ? { ...caller, onlyUser: record.user ?? '' } : caller;
}
