// What the log needs of a store. A log is one tenant's in one environment.
import type { Scope } from '../../kernel/index.ts';
import type { TileLevel } from './tiles.ts';
import type { TileReader } from './prove.ts';

export interface LogState {
  /** Leaves that are in the log for good. */
  readonly size: number;
  /** The newest that was published: a signed note; null before the first. */
  readonly checkpoint: string | null;
  /** When a checkpoint of that size was first published; null where that is not known. */
  readonly publishedMs?: number | null;
}

/**
 * Leaves are added by whoever stores runs, in the transaction that stores them: sequence numbers are gapless, in the order
 * of the transactions, and a leaf that was added stays at its place whatever happens afterwards.
 */
export interface LogStore {
  /** Logs with at least one leaf. */
  scopes(): Promise<readonly Scope[]>;
  state(scope: Scope): Promise<LogState>;
  reader(scope: Scope): TileReader;
  /** Hashes of a tile, or leaves for level "entries": as many as there are; undefined where there is none. */
  tile(scope: Scope, level: TileLevel, number: number): Promise<Uint8Array | undefined>;
  /**
   * Publishes a checkpoint; durable when it resolves. Answers false, and changes nothing, where a larger one is there: an
   * older state is never published after a newer one.
   */
  publish(scope: Scope, size: number, checkpoint: string): Promise<boolean>;
  /** Where the first run of that id stands in the log, with what is proven of it; undefined where it is not there. */
  find(scope: Scope, runId: string): Promise<{ readonly index: number; readonly envelope: string } | undefined>;
}

/**
 * The largest checkpoint that was ever signed, kept apart from the store: a store that is put back from a backup is behind
 * it, and signing on from there would be a second history.
 */
export interface CheckpointGuard {
  /** Undefined before the first. */
  read(scope: Scope): Promise<string | undefined>;
  /** Resolves when it would survive loss of power. */
  write(scope: Scope, checkpoint: string): Promise<void>;
}

/**
 * What a witness says against a checkpoint. larger_log: it saw more of this log than there is. other_history: what it saw is
 * no beginning of this log. Either says that this log is not what it was: put back from a backup, or held by two servers.
 */
export type WitnessRefusal = 'larger_log' | 'other_history';

export class WitnessRefused extends Error {
  override readonly name = 'WitnessRefused';
  readonly refusal: WitnessRefusal;
  /** Leaves that the witness says it saw, where it does. */
  readonly seen: number | undefined;

  constructor(refusal: WitnessRefusal, seen: number | undefined) {
    super(refusal === 'larger_log' ? 'The witness saw a larger log of this name' : 'The witness saw another history of this log');
    this.refusal = refusal;
    this.seen = seen;
  }
}

/** A witness, by its client. */
export interface Witness {
  readonly name: string;
  /** C2SP vkey of kind cosignature/v1; absent where its signatures cannot be read. */
  readonly vkey?: string;
  /** Lines of cosignature, to be put below the note. Rejects where it does not answer; with WitnessRefused where it saw another log. */
  cosign(request: WitnessRequest): Promise<readonly string[]>;
}

export interface WitnessRequest {
  readonly origin: string;
  /** A signed note. */
  readonly checkpoint: string;
  readonly size: number;
  /** From the size that the witness has to the one it is asked for. */
  readonly prove: (oldSize: number) => Promise<readonly Uint8Array[]>;
}
