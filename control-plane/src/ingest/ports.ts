// What the pipeline needs from outside. Each promise is checked by test/contract against every adapter.
import type { Sample } from '#contract';
import type { DomainEvent, Scope } from '../kernel/index.ts';
import type { RunIdentity } from '../identity/index.ts';
import type { Placement, TurnInput } from '../threads/index.ts';
import type { Deposit } from '../vault/index.ts';

/** An accepted sample on its way: encrypted, since names are not redacted yet. */
export interface JournalEntry {
  readonly scope: Scope;
  /** Sample id, unique within the scope; a second append of it is ignored and reported as a duplicate. */
  readonly id: string;
  readonly receivedAtMs: number;
  /** Ciphertext; the adapter never sees clear text. */
  readonly sealed: Uint8Array;
  /** Name of the journal key that opens it. */
  readonly keyId: string;
  /** Not claimed before, epoch milliseconds; absent: at once. A restart makes it due. */
  readonly dueAtMs?: number | undefined;
}

export interface JournalRow extends JournalEntry {
  /** Grows with every append: the order of processing. */
  readonly seq: number;
  readonly attempts: number;
}

export interface AppendResult {
  readonly appended: number;
  /** Ids that were there already, waiting or stored. Not an error: senders retry. */
  readonly duplicates: readonly string[];
}

/** The durable queue between "202 Accepted" and the store. */
export interface Journal {
  /** Resolves only after the entries would survive loss of power (fsync). All or none. Calls may be merged into one commit. */
  append(entries: readonly JournalEntry[]): Promise<AppendResult>;
  /**
   * Puts the entry in the place of a row that waits and is not claimed, under the entry's own id; as durable as `append`.
   * Answers false, and changes nothing, where there is no such row (any more) or the entry's id is there already.
   */
  replace(id: string, entry: JournalEntry): Promise<boolean>;
  /**
   * The oldest waiting rows that are due, in order; a row is not claimed twice by one process. After a restart all are due
   * again. Rows that were in hand when a process died come in smaller groups, and only while nothing else is in hand: one of
   * them may be the cause. One that was alone in hand is due after a pause that grows.
   */
  claim(limit: number, nowMs: number): Promise<readonly JournalRow[]>;
  /** Puts rows back with one more attempt, due at the given time. */
  retry(seqs: readonly number[], dueAtMs: number): Promise<void>;
  /** Takes rows out of the way for good after too many attempts; they stay, sealed, for `clew doctor`, and are counted. */
  bury(seqs: readonly number[], reason: string): Promise<void>;
  /** Deletes what was buried before the time, so that sealed text does not stay for ever; answers how many. */
  forgetBuried(beforeMs: number): Promise<number>;
  /** Rows of the scope behind `afterSeq`, in order, claimed and buried ones too. */
  rows(scope: Scope, afterSeq: number, limit: number): Promise<readonly JournalRow[]>;
  /** Takes rows out, whatever becomes of those in hand, with no trace left in the file; answers how many. */
  discard(seqs: readonly number[]): Promise<number>;
  /** Waiting (not buried) and buried rows. */
  depth(): Promise<{ readonly waiting: number; readonly buried: number; readonly oldestMs: number | null }>;
  /** Key names that waiting or buried rows still need. All others can be shredded. */
  keysInUse(): Promise<readonly string[]>;
}

/** A request as it is kept: redacted, embedded, placed. */
export interface StoredTurn {
  readonly scope: Scope;
  /** The sample with prompt and answer redacted of names as well. */
  readonly sample: Sample;
  readonly turn: TurnInput;
  /** Pseudonym, or null where none was known. */
  readonly principal: string | null;
  readonly placement: Placement;
  /** Ids of the models that made the vectors and found the names. */
  readonly embeddingModel: string | null;
  readonly costUsd: number | null;
  /** Goes into the log in the transaction that stores the turn; absent for requests without a run id. */
  readonly identity?: RunIdentity | undefined;
  readonly topic?: { readonly id: string; readonly label: string } | undefined;
  /** Id of the topic of a fixed list that it was put to; it then has no vectors. */
  readonly fixedTopic?: string | undefined;
  /** Sealed original values of the request, stored with it. */
  readonly deposit?: Deposit | undefined;
}

/** Where processed requests go. */
export interface TurnSink {
  /**
   * Stores turns, removes their journal rows and stores the events, in one transaction: after a crash either all of it
   * happened or none. Turns whose id is stored already are left as they are.
   */
  commit(turns: readonly StoredTurn[], finished: readonly number[], events: readonly DomainEvent[]): Promise<void>;
}

/** Vectors of one model under the walls of tenant and environment. */
export interface VectorItem {
  readonly scope: Scope;
  /** Request id. */
  readonly id: string;
  readonly principal: string | null;
  readonly threadId: string;
  readonly kind: 'prompt' | 'answer';
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly model: string;
  /** Unit length. */
  readonly vector: Float32Array;
}

export interface VectorQuery {
  readonly scope: Scope;
  readonly model: string;
  readonly vector: Float32Array;
  readonly limit: number;
  readonly principal?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** The thread in which a request stands now. */
export interface VectorMove {
  /** Request id. */
  readonly id: string;
  readonly threadId: string;
}

export interface VectorHit {
  readonly id: string;
  readonly threadId: string;
  /** Cosine, −1…1. */
  readonly score: number;
}

export interface Vectors {
  /** Idempotent by (scope, id, kind) within a model; models stand side by side. Resolves when the vectors are durable and found by `nearest`. */
  upsert(items: readonly VectorItem[]): Promise<void>;
  /** Best first; one hit a request (its better kind). Never another scope or model. */
  nearest(query: VectorQuery): Promise<readonly VectorHit[]>;
  /** Makes the vectors of these requests, of every model and kind, name these threads; those that are not there are passed over. Idempotent. */
  reassign(scope: Scope, moves: readonly VectorMove[]): Promise<void>;
  /** Removes every vector of a principal; answers how many. */
  removePrincipal(scope: Scope, principal: string, untilMs?: number): Promise<number>;
  /** Removes vectors older than the time, at most `limit`; answers how many. */
  removeBefore(scope: Scope, atMs: number, limit: number): Promise<number>;
  /** Removes every vector of a model, in all scopes. */
  removeModel(model: string): Promise<void>;
  count(scope: Scope): Promise<number>;
}

/** Text to unit vectors, in a worker. */
export interface Embedder {
  /** Names the model and its build; stands on every vector. */
  readonly modelId: string;
  readonly dimensions: number;
  /** Same order as the texts. Texts longer than the model's window are cut, see docs. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Finds names, addresses and places, in a worker. Text never leaves memory. */
export interface NameFinder {
  readonly modelId: string;
  /** Findings of each text in UTF-16 units, ordered, not overlapping. */
  find(texts: readonly string[]): Promise<readonly (readonly { readonly start: number; readonly end: number; readonly type: string }[])[]>;
}

export type Stage = 'unseal' | 'patterns' | 'names' | 'embed' | 'link' | 'store';

/** What the room counts. Implementations bound the cardinality of what senders chose (model names). */
export interface IngestMeter {
  accepted(count: number): void;
  duplicates(count: number): void;
  unknownFields(count: number): void;
  /** Items refused at the door, by error code. */
  rejected(code: string, count: number): void;
  /** Accepted samples that were not stored: mode_off, buried. */
  dropped(reason: string, count: number): void;
  retried(count: number): void;
  stage(stage: Stage, seconds: number, items: number): void;
  stored(turn: StoredTurn): void;
}

/** Key material of the journal on disk. */
export interface JournalKeyStore {
  /** Names of all keys. */
  list(): Promise<readonly string[]>;
  /** Undefined when there is no key of that name. */
  read(id: string): Promise<Uint8Array | undefined>;
  /** Resolves when the key would survive loss of power: rows sealed with it are worthless without it. */
  write(id: string, key: Uint8Array): Promise<void>;
  /** Overwrites and removes the key; fine when it is gone already. */
  shred(id: string): Promise<void>;
}

/** Events that were stored and not announced yet. One reader: what was taken and not acknowledged is taken again. */
export interface EventOutbox {
  /** The oldest that are due, in the order they were stored; `attempts`: how often each was put off. */
  take(limit: number): Promise<readonly { readonly seq: number; readonly attempts: number; readonly event: DomainEvent }[]>;
  /** Gives them out again, no earlier than that time. Durable when it resolves. */
  defer(seqs: readonly number[], dueAtMs: number): Promise<void>;
  /** Removes them: every handler has seen them. */
  ack(seqs: readonly number[]): Promise<void>;
}
