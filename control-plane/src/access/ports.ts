// What the room needs of the store and of the identity provider.
import type { AuditEntry, Scope } from '../kernel/index.ts';
import type { Permission, Role } from './permissions.ts';

/** A token as it is kept: never the secret itself. Absent optional fields are those of older records. */
export interface TokenRecord {
  /** Stands in the token, so that it can be looked up without trying all. */
  readonly id: string;
  /** Lower-case hex SHA-256 of the whole token. */
  readonly sha256: string;
  readonly role: Role;
  readonly scope: Scope;
  /** Pseudonym of the one principal whose data a `user` token shows. */
  readonly user: string | null;
  /** What it is for, in the words of who made it. */
  readonly name: string | null;
  readonly createdAt: string;
  /** The first token of an installation: it may make tokens of other tenants and environments. */
  readonly isOperator: boolean;
  /** Exactly what it may do; null: what its role may. */
  readonly permissions?: readonly Permission[] | null;
  /** RFC 3339; null: until it is revoked. */
  readonly expiresAt?: string | null;
  /** RFC 3339, to a few minutes; null: never used. */
  readonly lastUsedAt?: string | null;
}

export interface TokenStore {
  /** All tokens, oldest first. There are few: each stands for a machine or a person. */
  all(): Promise<readonly TokenRecord[]>;
  /** Durable when it resolves, with the entry of the audit log. */
  put(record: TokenRecord, audit: AuditEntry): Promise<void>;
  /** Notes the time on a token that exists; one that was removed stays removed. */
  touch(id: string, lastUsedAt: string, audit?: AuditEntry): Promise<void>;
  /** False when there was none of that id. */
  remove(id: string, audit: AuditEntry): Promise<boolean>;
}

/** What a token of the identity provider says of its bearer. */
export type Claims = Readonly<Record<string, unknown>>;

export interface TokenVerifier {
  /**
   * The claims of a token whose signature, algorithm, issuer, audience and times are right, else undefined. The token is
   * attacker-controlled. Rejects with `unavailable` when it cannot be judged: the provider's keys are out of reach.
   */
  verify(token: string): Promise<Claims | undefined>;
}

/** Where people sign in on the page. */
export interface LoginProvider {
  readonly issuer: string;
  /** Where the browser goes. Rejects with `unavailable`. */
  authorizationUrl(asked: { readonly state: string; readonly nonce: string; readonly challenge: string }): Promise<string>;
  /**
   * What the provider says of who came back with the code; undefined where it refuses the code, or where its ID token is not
   * one for us and this nonce. Rejects with `unavailable`.
   */
  redeem(code: string, made: { readonly verifier: string; readonly nonce: string }): Promise<Claims | undefined>;
}
