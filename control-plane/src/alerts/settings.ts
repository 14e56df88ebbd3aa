// What a rule may say about how its alerts are looked at: labels or annotations of the operator, so words to be checked.
import { METRICS, type AlertSettings } from './types.ts';

/** Of a rule of Prometheus: what its alerts are about, how long before its start an incident began, and what to compare with. */
const SETTING_NAMES = { metric: 'clew_metric', window: 'clew_window', baseline: 'clew_baseline' } as const;

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, w: 604_800_000 };
const MOST_MS = 31 * 86_400_000;

/** `90s`, `1h30m`, as Prometheus writes durations; undefined for anything else, for nothing, and for more than 31 days. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d{1,6}[wdhms])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([wdhms])/g)];
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
  return total > 0 && total <= MOST_MS ? total : undefined;
}

export const NO_SETTINGS: AlertSettings = { metric: null, fromMs: null, toMs: null, baseline: null };

/** What cannot be read is passed over: an alert is worth more than its fine print. */
export function readSettings(said: Readonly<Record<string, string>>, startsAtMs: number): AlertSettings {
  const lead = durationMs(said[SETTING_NAMES.window] ?? '');
  const length = durationMs(said[SETTING_NAMES.baseline] ?? '');
  const fromMs = lead === undefined ? null : startsAtMs - lead;
  const begin = fromMs ?? startsAtMs;
  return {
    metric: METRICS.find((metric) => metric === said[SETTING_NAMES.metric]) ?? null,
    fromMs,
    toMs: null,
    baseline: length === undefined ? null : { fromMs: begin - length, toMs: begin },
  };
}
