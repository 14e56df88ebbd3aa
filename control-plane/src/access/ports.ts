// What the room needs of the store.
import type { Scope } from '../kernel/index.ts';
import type { Role } from './permissions.ts';

/** A token as it is kept: never the secret itself. */
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
  /** The first token of an installation: it may make tokens of other tenants. */
  readonly isOperator: boolean;
}

export interface TokenStore {
  /** All tokens, oldest first. There are few: each stands for a machine or a person. */
  all(): Promise<readonly TokenRecord[]>;
  /** Durable when it resolves. */
  put(record: TokenRecord): Promise<void>;
  /** False when there was none of that id. */
  remove(id: string): Promise<boolean>;
}
