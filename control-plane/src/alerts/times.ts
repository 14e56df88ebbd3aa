// Which times an alert is about, and which it is compared with.
import type { Alert, TimeRange } from './types.ts';

/** The incident is compared with so many times its own length before it, an hour at least. */
const BASELINE_LENGTHS = 6;
const LEAST_BASELINE_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** An alert that fires on without anybody saying so any more is taken to have ended; Alertmanager repeats every four hours. */
export const SILENT_MS = DAY_MS;

export interface AlertTimes {
  readonly incident: TimeRange;
  readonly before: TimeRange;
  /** Null: an incident of a day or more has no same time of the day before that is not part of itself. */
  readonly dayBefore: TimeRange | null;
}

export function timesOf({ startsAtMs, endsAtMs, heardAtMs, settings }: Alert, nowMs: number): AlertTimes {
  const fromMs = settings.fromMs ?? startsAtMs;
  const toMs = Math.max(fromMs + 1, settings.toMs ?? endsAtMs ?? Math.min(nowMs, heardAtMs + SILENT_MS));
  const baselineMs = Math.max(LEAST_BASELINE_MS, BASELINE_LENGTHS * (toMs - fromMs));
  return {
    incident: { fromMs, toMs },
    before: settings.baseline ?? { fromMs: fromMs - baselineMs, toMs: fromMs },
    // Who names a baseline means that one.
    dayBefore: settings.baseline !== null || toMs - fromMs >= DAY_MS ? null : { fromMs: fromMs - DAY_MS, toMs: toMs - DAY_MS },
  };
}
