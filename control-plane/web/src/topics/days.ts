const DAY_MS = 86_400_000;
const SHOWN = 28;

/** The days (UTC) that exact figures are of, the oldest first. */
export const lastDays = (nowMs: number): readonly string[] =>
  Array.from({ length: SHOWN }, (_, at) => new Date(nowMs - (SHOWN - 1 - at) * DAY_MS).toISOString().slice(0, 10));

export const turnsText = (turns: number | null | undefined): string => (turns == null ? '–' : turns.toFixed(1));
