// What the room needs of the store and of the linker.
import type { AuditEntry, Scope } from '../kernel/index.ts';
import type { Adjustment, Repair, RepairKind, RepairMove, Standing } from './types.ts';

/** Requests of one principal from some moment on, and how those stand that they go on from. */
export interface Line {
  /** Oldest first. */
  readonly rows: readonly Standing[];
  /** Of the time before: the newest turn or step of all, and of each thread asked for. */
  readonly newestBefore: Standing | undefined;
  readonly newestBeforeOf: ReadonlyMap<string, Standing>;
  /** Threads of all requests that rows go on from, and of those asked for; ids that are gone are missing. */
  readonly threadOf: ReadonlyMap<string, string>;
}

export interface NewRepair {
  readonly id: string;
  readonly kind: RepairKind;
  readonly principal: string;
  /** Digest of what was asked. */
  readonly asked: string;
  readonly into: string;
  readonly reason: string | null;
  readonly atMs: number;
  readonly by: string;
}

export interface UndoneRepair {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string | null;
}

/** How a repair's own requests stood before it. */
export interface Undoable {
  readonly repair: Repair;
  readonly moved: readonly (Omit<RepairMove, 'after'> & { readonly standsIn: string | undefined; readonly at: number })[];
  readonly adjusted: readonly (Omit<Adjustment, 'after'> & { readonly standsIn: string | undefined })[];
  /** Requests of its thread that came since and go on from what it moved, with the thread that the latter came from. */
  readonly followers: readonly { readonly request: Standing; readonly into: string }[];
  /** All others of its thread. */
  readonly others: readonly Standing[];
}

export interface RepairFilter {
  readonly threadId?: string | undefined;
  readonly user?: string | undefined;
  readonly state?: 'applied' | 'undone' | undefined;
}

export interface RepairStore {
  /** Whose it is: null where nobody knows, or several people share it. Undefined: there is none. */
  ownerOf(scope: Scope, threadId: string): Promise<{ readonly principal: string | null } | undefined>;
  threadOfRequest(scope: Scope, requestId: string): Promise<string | undefined>;
  /** Requests of a thread, oldest first; at most `limit`. */
  members(scope: Scope, threadId: string, limit: number): Promise<readonly Standing[]>;
  line(scope: Scope, principal: string, fromAt: number, threads: readonly string[], alsoIds: readonly string[]): Promise<Line>;
  /**
   * Moves and adjusts requests, their vectors and their threads, keeps the repair (or that it was undone), and stores an
   * event for each thread that was left and the entry of the audit log: all or nothing, durable when it resolves. False, and nothing changed, where a
   * request does not stand (any more) where the move takes it from.
   */
  commit(
    scope: Scope,
    repair: NewRepair,
    moves: readonly RepairMove[],
    adjustments: readonly Adjustment[],
    audit?: AuditEntry,
  ): Promise<boolean>;
  undo(
    scope: Scope,
    undone: UndoneRepair,
    moves: readonly RepairMove[],
    adjustments: readonly Adjustment[],
    audit?: AuditEntry,
  ): Promise<boolean>;
  /** The newest repair of which this was asked, if it stands whole. */
  standing(scope: Scope, asked: string): Promise<Repair | undefined>;
  undoable(scope: Scope, id: string): Promise<Undoable | undefined>;
  /** Ids of later repairs, not undone, that moved any of these requests. */
  laterOn(scope: Scope, id: string): Promise<readonly string[]>;
  /**
   * Where the requests of a thread went that a person merged away, through all merges that stand. With `onlyUser` threads of that
   * principal alone, found with the same work whether an id is another's or nobody's.
   */
  mergedInto(scope: Scope, threadId: string, onlyUser?: string): Promise<string | undefined>;
  get(scope: Scope, id: string): Promise<Repair | undefined>;
  /** Newest first. */
  list(
    scope: Scope,
    filter: RepairFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly Repair[]; readonly next: string | null }>;
}

/** The linker while requests come in. */
export interface LinkerGate {
  /** Runs the work while no request is between its placement and the store. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** What is remembered of the principal is read from the store again before the next placement. */
  forget(scope: Scope, principal: string): void;
}

/** Takes out what must not be kept of a text by people, as of prompts. */
export interface ReasonRedactor {
  redact(text: string, subject: string): Promise<string>;
}
