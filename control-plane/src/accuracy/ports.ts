// What the room needs of the store.
import type { AuditEntry, Scope } from '../kernel/index.ts';
import type { Verdict, VerdictKind } from '../threads/index.ts';
import type { Calibration, KeptVerdict, Tally } from './types.ts';

/**
 * Verdicts on guesses. Those of traffic are written by the store itself, in the transaction of the turn that brought the
 * evidence (`Placement.verdicts`).
 */
export interface VerdictStore {
  tallies(scope: Scope, fromMs: number, toMs: number): Promise<readonly Tally[]>;
  /** How many principals were judged in the time, by source. */
  people(scope: Scope, fromMs: number, toMs: number): Promise<Readonly<Record<'traffic' | 'person', number>>>;
  /** The newest, oldest first. Where a person and evidence judged the same request, the person's. */
  newest(scope: Scope, limit: number): Promise<readonly KeptVerdict[]>;
  /** Kinds of the newest verdicts of traffic, oldest first, for each scope that has any. */
  recentKinds(limit: number): Promise<readonly { readonly scope: Scope; readonly kinds: readonly VerdictKind[] }[]>;
  /** Puts these in the place of what followed from the repair before; none: takes them back. Idempotent. */
  setForRepair(scope: Scope, repairId: string, principal: string, verdicts: readonly Verdict[]): Promise<void>;
}

/** Calibrations by version. They only ever grow. */
export interface CalibrationStore {
  /** Newest first. */
  list(scope: Scope): Promise<readonly Calibration[]>;
  /** Adds the next version, with the entry of the audit log on it; answers it. Durable when it resolves. */
  append(scope: Scope, calibration: Omit<Calibration, 'version'>, audit?: (version: number) => AuditEntry): Promise<Calibration>;
  /** What is in force, by scope; scopes that never had one are left out. */
  inForce(): Promise<readonly { readonly scope: Scope; readonly calibration: Calibration }[]>;
}

/** What a repair says now. */
export interface RepairedPlaces {
  /** Principal, threads, and time (epoch seconds) of what a repair moved, while it stands; undefined where it was undone or is not there. */
  places(
    scope: Scope,
    repairId: string,
  ): Promise<
    { readonly principal: string; readonly threads: ReadonlySet<string>; readonly firstAt: number; readonly lastAt: number } | undefined
  >;
}

/** A verdict came in. Implementations bound the number of scopes that they name. */
export interface AccuracyMeter {
  judged(scope: Scope, kind: VerdictKind, evidence: Verdict['evidence']): void;
}
