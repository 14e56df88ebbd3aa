import type { Scope } from '../kernel/index.ts';

/** A thread that began on the day, of a known person, with a topic. */
export interface DayThread {
  readonly principal: string;
  readonly topicId: string;
  /** The coarser topic that it lies in; null or absent where there is none. */
  readonly parentId?: string | null;
  /** It failed, was abandoned, or went on only after a correction. */
  readonly unhappy: boolean;
  /** It went on only after its user corrected an answer or asked again. */
  readonly corrected: boolean;
  readonly turns: number;
}

export interface ReleasedFigure {
  readonly topicId: string;
  /** Words that enough people used; may be empty. */
  readonly label: string;
  /** People, with noise. */
  readonly users: number;
  /** Of those, with a thread that went badly, with noise; never more than `users`. */
  readonly unhappy: number;
  /** Of those, with a thread that needed a correction, with noise; null on days that were drawn before this was counted. */
  readonly corrected: number | null;
  /** Turns of those who were not unhappy, each at most `MAX_TURNS`, with noise; null as above. */
  readonly turns: number | null;
}

export interface ReleasedDay {
  /** UTC, as 2026-01-31. */
  readonly day: string;
  readonly figures: readonly ReleasedFigure[];
}

export interface ReleaseStore {
  threadsOf(scope: Scope, range: { readonly fromMs: number; readonly toMs: number }): Promise<readonly DayThread[]>;
  /** Those of the days that were drawn. */
  days(scope: Scope, days: readonly string[]): Promise<readonly ReleasedDay[]>;
  /**
   * Keeps a day for good, whole and together with what it cost. False where the day was drawn before, or where the tenant's
   * costs in its month with `atMost` more would exceed `budget`: then nothing is kept, and the figures must not be shown.
   */
  keep(
    scope: Scope,
    day: ReleasedDay,
    cost: { readonly epsilon: number; readonly atMost: number; readonly budget: number },
  ): Promise<boolean>;
  /** What the tenant, all its environments, has spent on days of the month (2026-01). */
  spent(tenant: string, month: string): Promise<number>;
}

/** The words of a topic's label that at least so many people used. */
export type PublicLabel = (scope: Scope, topicId: string, minUsers: number) => Promise<string>;
