const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const hour = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });

export const count = (value: number): string => whole.format(value);
export const compact = (value: number): string => (value < 10_000 ? whole.format(value) : short.format(value));
export const percent = (share: number): string => `${Math.round(share * 100)}%`;
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

/** Small sums keep two significant digits: most calls cost a fraction of a cent. */
export function money(usd: number | null): string {
  if (usd === null) return '–';
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '<$0.0001';
  return usd >= 0.1 ? `$${usd.toFixed(2)}` : `$${Number(usd.toPrecision(2))}`;
}

/** A score on a scale of its own: as many digits as tell it apart. */
export const score = (value: number): string => (Number.isInteger(value) ? whole.format(value) : String(Number(value.toPrecision(3))));

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 60) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

export function ago(time: string, nowMs: number): string {
  const seconds = (Date.parse(time) - nowMs) / 1000;
  if (seconds > -10) return 'just now';
  if (seconds > -60) return relative.format(Math.round(seconds), 'second');
  if (seconds > -5400) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -129_600) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

export const dateTime = (time: string): string => clock.format(new Date(time));
export const timeOfDay = (time: string): string => hour.format(new Date(time));
export const day = (time: string): string => date.format(new Date(time));

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** In the largest unit of which there is one, by thousands as disks are sold and `df -H` counts. */
export function bytes(value: number): string {
  let [scaled, power] = [Math.max(0, value), 0];
  // What would be rounded to 1,000 of a unit is one of the next.
  while (scaled >= 999.5 && power < UNITS.length - 1) [scaled, power] = [scaled / 1000, power + 1];
  return `${scaled >= 99.95 || power === 0 ? whole.format(Math.round(scaled)) : scaled.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

/** Pseudonyms are long; their beginning tells people apart. */
export const shortId = (id: string, length = 12): string => (id.length <= length + 2 ? id : `${id.slice(0, length)}…`);
export const words = (code: string): string => code.replaceAll('_', ' ');
