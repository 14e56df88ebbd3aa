// How right the inferred linker is, measured on traffic that proves its threads, and its calibration: as the HTTP API answers.
import { getSigned, postSigned, type Query } from './http.ts';

/** A share with its 95% interval; null where there is nothing to judge. */
export interface Rate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Figures {
  /** Judged decisions where there was something to choose from. */
  readonly n: number;
  readonly trueJoin: number;
  readonly falseJoin: number;
  readonly missedJoin: number;
  readonly trueNew: number;
  readonly falseNew: number;
  /** Of those missed: the true thread was not among the candidates. */
  readonly beyondReach: number;
  readonly precision: Rate;
  readonly recall: Rate;
  /** Absent where it is of one kind of evidence. */
  readonly people?: number;
}

export interface Day {
  readonly day: string;
  readonly n: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

/** Decisions by the confidence that was stated with them. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly stated: number | null;
  readonly right: number | null;
}

export interface Accuracy {
  readonly from: string;
  readonly to: string;
  readonly all: Figures;
  readonly byEvidence: Readonly<Record<'declared' | 'history', Figures>>;
  /** Decisions that people repaired, or confirmed by repairing around them. */
  readonly corrections: Figures;
  readonly days: readonly Day[];
  readonly reliability: readonly Bin[];
  /** Expected calibration error. */
  readonly ece: number | null;
  readonly calibration: { readonly version: number | null; readonly since: string | null };
}

export interface Tuning {
  readonly joinFrom: number;
  readonly confidence: { readonly slope: number; readonly offset: number };
  readonly time: Readonly<Record<string, number>>;
}

export interface TuningOutcome {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly bCubed: { readonly precision: number | null; readonly recall: number | null; readonly f1: number | null };
  readonly ece: number | null;
  readonly joins: number;
  readonly falseJoins: number;
}

interface Sampled {
  readonly n: number;
  readonly from: string;
  readonly to: string;
}

export interface Preview {
  readonly learnedFrom: Sampled;
  readonly heldOut: Sampled;
  /** Both on the held-out, newest part. */
  readonly before: TuningOutcome;
  readonly after: TuningOutcome;
}

export interface Calibration {
  readonly id: string;
  readonly version: number;
  readonly action: 'apply' | 'revert';
  readonly at: string;
  readonly by: string;
  /** Null: as shipped. */
  readonly tuning: Tuning | null;
  readonly preview: Preview | null;
  readonly active: boolean;
  readonly revertedTo: number | null;
}

export interface Calibrations {
  readonly items: readonly Calibration[];
  readonly active: Calibration | null;
}

export interface Proposal {
  readonly state: 'proposed' | 'unchanged' | 'too_little';
  readonly explanation: string;
  readonly needs: { readonly judged: number; readonly joins: number; readonly beginnings: number };
  readonly has: { readonly judged: number; readonly joins: number; readonly beginnings: number; readonly corrections: number };
  readonly tuning: Tuning | null;
  readonly current: Tuning;
  readonly preview: Preview | null;
}

export const readAccuracy = (query: Query, signal?: AbortSignal): Promise<Accuracy> => getSigned('/v1/accuracy', query, signal);
export const listCalibrations = (signal?: AbortSignal): Promise<Calibrations> => getSigned('/v1/calibrations', {}, signal);
export const readProposal = (signal?: AbortSignal): Promise<Proposal> => getSigned('/v1/calibrations/proposal', {}, signal);
export const calibrate = (action: 'apply' | 'revert'): Promise<Calibration> => postSigned('/v1/calibrations', { action });
