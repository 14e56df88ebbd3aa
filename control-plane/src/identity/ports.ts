import type { AuditEntry, Scope } from '../kernel/index.ts';
import type { Judgement, Verdict } from '#contract';
import type { RunRecord, SignedBy } from './types.ts';

/** A run as it is kept. The record holds no salts. */
export interface StoredRun extends RunRecord {
  /** Run id: 32 hex digits. */
  readonly id: string;
  readonly requestId: string;
  /** Null once the request's metadata is purged: identity is kept longer, without anything that points to a person. */
  readonly threadId: string | null;
  readonly traceId: string | null;
  readonly atMs: number;
  /** As judged when it came in. Undeclared for runs that were stored before there were manifests. */
  readonly judgement: Judgement;
  /** Null for runs that were stored before there was a log. */
  readonly signed: SignedBy | null;
  /** Place in the log. */
  readonly logIndex: number | null;
}

export interface RunFilter {
  /** Model that answered, or that was asked for where none is known. */
  readonly model?: string | undefined;
  readonly verdict?: Verdict | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Reading runs: every stored request that carries a run id. */
export interface RunReader {
  /** Newest first. The cursor is opaque and stays valid while data arrives. Throws `invalid_query` for a cursor of others. */
  list(
    scope: Scope,
    filter: RunFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly StoredRun[]; readonly next: string | null }>;
  /** The first run that was stored under the id: nobody can put another in its place later. */
  find(scope: Scope, runId: string): Promise<StoredRun | undefined>;
  /** The run of the same kind (turn, step, auxiliary) before it in its thread; undefined for the first, and where the request is purged. */
  before(scope: Scope, runId: string): Promise<StoredRun | undefined>;
  /** Redacted texts, null where none is held (any more). */
  textsOf(scope: Scope, runId: string): Promise<RunTexts>;
}

/** Newest user message and answer. */
export interface RunTexts {
  readonly prompt: string | null;
  readonly answer: string | null;
}

/** A gateway's public key and when it counts. */
export interface GatewayKey {
  /** Lower-case hex SHA-256 of the SPKI DER. */
  readonly id: string;
  readonly name: string;
  /** PEM. */
  readonly publicKey: string;
  /** Runs observed from then on. */
  readonly fromMs: number;
  /** Runs observed before then; null: without end. Rotation: the old key ends when the new one begins. */
  readonly untilMs: number | null;
  /** Nothing that comes in from then on. */
  readonly revokedAtMs: number | null;
}

/** Registered keys, within a scope. Durable when a promise resolves, with the entry of the audit log where one is given. */
export interface GatewayKeyStore {
  list(scope: Scope): Promise<readonly GatewayKey[]>;
  /** In memory: asked for every run. */
  find(scope: Scope, keyId: string): GatewayKey | undefined;
  /** Answers false where a key of that id is there. */
  add(scope: Scope, key: GatewayKey, audit?: AuditEntry): Promise<boolean>;
  /** Sets the end or the revocation; neither is ever moved later. Answers false where there is no such key. */
  end(scope: Scope, keyId: string, at: { readonly untilMs?: number; readonly revokedAtMs?: number }, audit?: AuditEntry): Promise<boolean>;
}

/** Numbers that are missing between others of one gateway epoch. */
export interface CounterGap {
  readonly epoch: string;
  /** First and last missing number. */
  readonly from: number;
  readonly to: number;
  /** When the run after the gap came in: younger gaps may be on their way. */
  readonly seenAtMs: number;
}

export interface EpochSummary {
  readonly epoch: string;
  readonly runs: number;
  /** Largest number seen. */
  readonly last: number;
  /** Numbers that came with more than one run: a copied process, or made up. */
  readonly repeated: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** What the gateways' counters say. */
export interface CounterReader {
  epochs(scope: Scope, limit: number): Promise<readonly EpochSummary[]>;
  /** Newest first. The first number of an epoch is 0. */
  gaps(scope: Scope, limit: number): Promise<{ readonly items: readonly CounterGap[]; readonly missing: number }>;
}
