import type { Scope } from '../kernel/index.ts';
import type { SimulatedRequest } from './simulate.ts';

/** Where the policy's text comes from. */
export interface PolicySource {
  /** Shown in faults. */
  readonly name: string;
  /** Rejects when it cannot be read. */
  read(): Promise<string>;
  /** Replaces it, whole or not at all; absent where it cannot be written. Rejects with `unavailable`. */
  write?(text: string): Promise<void>;
  /** Calls back after each change; answers how to stop. Changes that follow closely may come as one. */
  watch(changed: () => void): () => void;
}

/** Signs what gateways are served, so that they can tell it from what others answer. */
export interface PolicySigner {
  /** `digest`: canonicalDigest of the policy. A value of POLICY_SIGNATURE_HEADER, with a number that is higher for each other policy. Throws `unavailable`. */
  sign(digest: string): string;
}

export interface PolicyVersion {
  /** From 1, without gaps. */
  readonly version: number;
  readonly digest: string;
  readonly atMs: number;
  /** Id of a token, or "file". */
  readonly actor: string;
  readonly reason: string;
}

export interface PolicyVersions {
  /** Durable when it resolves; answers its number. */
  add(version: Omit<PolicyVersion, 'version'> & { readonly text: string }): Promise<number>;
  /** The newest first. */
  list(limit: number): Promise<readonly PolicyVersion[]>;
  find(version: number): Promise<(PolicyVersion & { readonly text: string }) | undefined>;
}

export interface StoredTraffic {
  /** Requests that began in the range, oldest first, in portions; between two portions others get the processor. */
  samples(scope: Scope, range: { readonly fromMs: number; readonly toMs: number }): AsyncIterable<readonly SimulatedRequest[]>;
}
