import type { AuditEntry, Scope } from '../kernel/index.ts';
import type { DsseEnvelope, EpochPredicate, Judgement, LostRange, Verdict } from '#contract';
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
  /** What its thread says of the run; nulls for the first of a thread, and where the request is purged. */
  inThread(scope: Scope, runId: string): Promise<RunInThread>;
  /** Runs by manifest, verdict and step of time, oldest first. Steps begin at whole multiples of `stepMs`. */
  verdicts(
    scope: Scope,
    window: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
  ): Promise<readonly VerdictCount[]>;
  /** Redacted texts, null where none is held (any more). */
  textsOf(scope: Scope, runId: string): Promise<RunTexts>;
}

export interface RunInThread {
  /** Id of the run that `before` answers. */
  readonly before: string | null;
  /** Earlier messages that the client no longer sends. */
  readonly truncation: { readonly dropped: number; readonly kind: 'truncated' | 'compacted' } | null;
}

export interface VerdictCount {
  /** Null where no manifest covered the runs. */
  readonly manifest: string | null;
  readonly revision: string | null;
  readonly verdict: Verdict;
  /** Beginning of the step. */
  readonly atMs: number;
  readonly runs: number;
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
  /** True: an administrator put it there or confirmed it. */
  readonly vouched: boolean;
  /** Id of the token with which a gateway announced it; null where none did. */
  readonly announcedBy: string | null;
}

/** Registered keys, within a scope. Durable when a promise resolves, with the entry of the audit log where one is given. */
export interface GatewayKeyStore {
  list(scope: Scope): Promise<readonly GatewayKey[]>;
  /** In memory: asked for every run. */
  find(scope: Scope, keyId: string): GatewayKey | undefined;
  /** Answers false where a key of that id is there. */
  add(scope: Scope, key: GatewayKey, audit?: AuditEntry): Promise<boolean>;
  /** An administrator confirms it. Answers false where there is no such key, or it was confirmed before. */
  vouch(scope: Scope, keyId: string, audit?: AuditEntry): Promise<boolean>;
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

/**
 * Why the control plane has a numbered run no more, though it came in. mode_off: the policy forbids to keep anything of it.
 * buried: it could not be processed, not even without its texts. erased: its user was erased while it waited.
 */
export type UnkeptReason = 'mode_off' | 'buried' | 'erased';

/** A numbered run that came in and is not kept. */
export interface UnkeptRun {
  readonly epoch: string;
  readonly counter: number;
  /** The gateway's key, where its signature was taken: for an epoch that a key has signed for, only what that key signed counts. */
  readonly keyId: string | undefined;
  readonly reason: UnkeptReason;
}

/** Keeps account of runs that are not kept, so that nobody takes them for left out. */
export interface UnkeptRuns {
  /** Durable when it resolves; idempotent. */
  note(scope: Scope, runs: readonly UnkeptRun[]): Promise<void>;
}

export interface EpochSummary {
  readonly epoch: string;
  /** The key that signs for it; null where none does. */
  readonly keyId: string | null;
  readonly runs: number;
  /** Largest number seen; −1 where none was. */
  readonly last: number;
  /** Numbers that came with more than one run: a copied process, or made up. */
  readonly repeated: number;
  /** Runs that gave a number of it without its key's signature: they do not count. */
  readonly unproven: number;
  /** Numbers that came in and are not kept, as this server says; in order, apart from each other. */
  readonly unkept: readonly LostRange[];
  /** What the gateway states of it, under that key; null where it states nothing. */
  readonly stated: {
    readonly runs: number;
    /** Calls that it let pass unseen, since settings or policy said so: they have no number. */
    readonly passed: number;
    readonly lost: readonly LostRange[];
    readonly state: 'open' | 'closed';
    readonly atMs: number;
  } | null;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** What the gateways' counters say. */
export interface CounterReader {
  epochs(scope: Scope, limit: number): Promise<readonly EpochSummary[]>;
  /** Newest first. The first number of an epoch is 0. */
  gaps(scope: Scope, limit: number): Promise<{ readonly items: readonly CounterGap[]; readonly missing: number }>;
  /** Signatures of gateways that were not taken, the newest first. */
  refused(scope: Scope): Promise<readonly RefusedSignatures[]>;
}

export interface RefusedSignatures {
  readonly reason: string;
  /** As the senders named it; empty where that was no key id. */
  readonly keyId: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface EpochStatement {
  readonly keyId: string;
  readonly said: EpochPredicate;
  readonly envelope: DsseEnvelope;
  readonly receivedMs: number;
}

export interface StoredEpoch {
  readonly epoch: string;
  readonly receivedMs: number;
  readonly envelope: DsseEnvelope;
}

/** What gateways state of all their runs. */
export interface EpochStore {
  /**
   * Keeps the statement in place of an older one of the epoch, durably. older: it says less than what is there. other_key:
   * another key signs for that epoch.
   */
  take(scope: Scope, statement: EpochStatement): Promise<'taken' | 'older' | 'other_key'>;
  /** Counts a statement that was not taken, among the signatures that were refused. */
  refuse(scope: Scope, reason: string, claimed: string, nowMs: number): Promise<void>;
  /** The newest first. */
  list(scope: Scope, limit: number): Promise<readonly StoredEpoch[]>;
}
