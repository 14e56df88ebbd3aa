import type { Scope } from '../kernel/index.ts';

/**
 * What stands beside requests and ages by itself, and the days of the policy that say how long it is kept; in the order in which
 * it goes. Comments go before the feedback they came with, reasons of repairs before the repairs.
 */
export const BESIDE = {
  comments: 'textDays',
  reasons: 'textDays',
  feedback: 'metadataDays',
  alerts: 'metadataDays',
  deploys: 'metadataDays',
  topicChanges: 'metadataDays',
  verdicts: 'metadataDays',
  repairMoves: 'metadataDays',
  contradictions: 'metadataDays',
  repairs: 'metadataDays',
  holds: 'metadataDays',
} as const;
export type BesideClass = keyof typeof BESIDE;

/** How many of each class were removed by their own age; what went with its request is not counted twice. */
export interface PurgeCounts extends Readonly<Record<BesideClass, number>> {
  readonly texts: number;
  readonly vectors: number;
  readonly requests: number;
  readonly runs: number;
  /** Sealed original values. */
  readonly vault: number;
}

export const NOTHING_PURGED: PurgeCounts = {
  ...{ texts: 0, vectors: 0, requests: 0, runs: 0, vault: 0 },
  ...(Object.fromEntries(Object.keys(BESIDE).map((name) => [name, 0])) as Record<BesideClass, number>),
};

/** Removing what has been kept long enough, class by class. Each call removes at most `limit` and answers how many. What a legal hold keeps stays. */
export interface Purgeable {
  /** Where something is stored, or was removed and is not told of yet. */
  scopes(): Promise<readonly Scope[]>;
  /** Prompts and answers go, also from the text index; the rest of the request stays. */
  purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Prompt and answer vectors go. */
  purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Whole requests go, and threads that have none left. The identity of their runs stays, without principal and salts. */
  purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** Sealed original values go, and data keys that no value is left of. */
  purgeVault(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** The identity of runs goes: composition, digests, run id. */
  purgeRuns(scope: Scope, beforeMs: number, limit: number): Promise<number>;
  /** One class of what stands beside requests goes: of comments and reasons the words, of others the rows. Past holds only. */
  purgeBeside(scope: Scope, name: BesideClass, beforeMs: number, limit: number): Promise<number>;
  /** Asked between batches: resolves when the next does not make those wait who write along with it. */
  room(): Promise<void>;
  /**
   * Resolves when nothing of what was removed stands in the bytes of the files: not in the text index, in unused parts of pages,
   * or in the log. The next pass goes on where it was stopped.
   */
  settle(isStopped?: () => boolean): Promise<void>;
  /**
   * Writes into the audit log what was removed since the last telling, also by a process that died before it could tell; no
   * entry where nothing was. `seen` is what this pass counted: more where vectors stand elsewhere. Answers what it told.
   */
  tell(scope: Scope, seen: PurgeCounts): Promise<PurgeCounts>;
}

/** What a purge of vectors leaves, whatever their age: all of these people and of these threads. */
export interface SparedVectors {
  readonly users: readonly string[];
  readonly threads: readonly string[];
}

/** Vectors in a store of their own. */
export interface AgedVectors {
  /** Ids of vectors older than the time, the oldest first: at most `limit`, and at most 1,000. */
  aged(scope: Scope, atMs: number, limit: number, spared?: SparedVectors): Promise<readonly string[]>;
  /** Those that are gone already are passed over. */
  removeThese(scope: Scope, ids: readonly string[]): Promise<void>;
  /** How many of them are there. */
  standing(scope: Scope, ids: readonly string[]): Promise<number>;
}

/** Counts what goes elsewhere, where no transaction takes the count and the removal together. */
export interface OutsideTally {
  /** Vectors that a purge was about to remove and has not counted. */
  begun(scope: Scope): readonly string[];
  /** Durable when it returns: these are about to go. */
  begin(scope: Scope, ids: readonly string[]): void;
  /** So many of those that were begun are gone: counted, and told with the rest. */
  end(scope: Scope, removed: number): void;
}

/** What legal holds keep of a scope's vectors. */
export interface HeldVectors {
  held(scope: Scope): Promise<SparedVectors & { readonly isAll: boolean }>;
}

/** Classes of data that age, by the field of the policy that says how long each is kept. */
export const RETAINED = {
  text: 'textDays',
  embedding: 'embeddingDays',
  metadata: 'metadataDays',
  identity: 'identityDays',
  vault: 'vaultDays',
} as const;
export type RetainedClass = keyof typeof RETAINED;

/** Epoch milliseconds: older than these goes at the next purge, and within a week. */
export type AgeLimits = Readonly<Record<RetainedClass, { readonly nextMs: number; readonly weekMs: number }>>;

export interface AgedClass {
  readonly stored: number;
  /** Epoch milliseconds of the oldest; null where nothing is stored. */
  readonly oldestMs: number | null;
  /** How many go at the next purge, and within a week; legal holds are heeded. */
  readonly next: number;
  readonly week: number;
  /** How many would go at the next purge, were they not held. */
  readonly held: number;
  /** What one of the newest requests has of it, indexes apart; null where none is stored. */
  readonly bytesPerRequest: number | null;
}

export interface RetentionReader {
  aged(scope: Scope, limits: AgeLimits): Promise<Readonly<Record<RetainedClass, AgedClass>>>;
}
