import type { Scope } from '../kernel/index.ts';

/** A data key as it is stored: worthless without the master key that is named. */
export interface WrappedKey {
  /** Id of the master key. */
  readonly master: string;
  readonly wrapped: Uint8Array;
}

/** An original value, encrypted under the data key of its subject. */
export interface SealedValue {
  /** What stands in the value's place in the texts of the request. */
  readonly token: string;
  readonly type: string;
  readonly sealed: Uint8Array;
}

/** What the store takes along with a request, in its transaction. */
export interface Deposit {
  readonly key: WrappedKey;
  /** False where the key was read from the store: if it is gone by then, the subject was erased, and the values are left out. */
  readonly isNewKey: boolean;
  readonly values: readonly SealedValue[];
  /** Asked in the transaction: true where the subject was erased since, and the key must not come back. */
  isRevoked(): boolean;
}

export interface VaultStore {
  key(scope: Scope, principal: string): Promise<WrappedKey | undefined>;
  /** Whose request it is, and its sealed values; undefined where there is no such request or nothing of it is kept. */
  values(scope: Scope, requestId: string): Promise<{ readonly principal: string; readonly values: readonly SealedValue[] } | undefined>;
  /** Some data keys that are wrapped by other master keys than this. */
  wrappedByOthers(
    master: string,
    limit: number,
  ): Promise<readonly { readonly scope: Scope; readonly principal: string; readonly key: WrappedKey }[]>;
  /** Replaces a wrapping, where it still is the one given. Durable when it resolves. */
  rewrap(scope: Scope, principal: string, before: WrappedKey, after: WrappedKey): Promise<void>;
}

/**
 * Keys that wrap data keys: in a file, in the environment, or in a key management service behind this interface. `context`
 * is authenticated: a wrapping moved to another subject does not open.
 */
export interface MasterKeys {
  /** Id of the key that wraps. */
  readonly current: string;
  wrap(dataKey: Uint8Array, context: string): Promise<Uint8Array>;
  /** Rejects where the key of that id is not there or does not open the wrapping. */
  unwrap(id: string, wrapped: Uint8Array, context: string): Promise<Uint8Array>;
}
