// The webhook body of Alertmanager (version 4) as alerts. What is not an alert in it is passed over.
import { createHash } from 'node:crypto';
import { ClewError } from '../kernel/index.ts';
import { readSettings } from './settings.ts';
import type { Alert } from './types.ts';

const MAX_ALERTS = 1000;
const MAX_LABELS = 64;

/**
 * Throws `invalid_body` where the body is no webhook of Alertmanager.
 * @param redact for every name and value: rules copy labels from wherever their authors like
 */
export function readWebhook(body: unknown, receivedAtMs: number, redact: (text: string) => string): readonly Alert[] {
  const list = (body as { alerts?: unknown } | null | undefined)?.alerts;
  if (!Array.isArray(list)) throw new ClewError('invalid_body', 'field "alerts" must be a list, as in the webhook of Alertmanager');
  return list.slice(0, MAX_ALERTS).flatMap((entry: unknown) => {
    const alert = readAlert(entry, receivedAtMs, redact);
    return alert ? [alert] : [];
  });
}

function readAlert(entry: unknown, receivedAtMs: number, redact: (text: string) => string): Alert | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { status, labels, annotations, startsAt, endsAt, fingerprint } = entry as Record<string, unknown>;
  const startsAtMs = timeIn(startsAt);
  if (startsAtMs === undefined) return undefined;
  const sent = strings(labels);
  const known = Object.fromEntries(Object.entries(sent).map(([name, value]) => [redact(name), redact(value)]));
  const endsAtMs = timeIn(endsAt) ?? 0;
  const key = typeof fingerprint === 'string' && fingerprint !== '' ? fingerprint : JSON.stringify(Object.entries(sent).sort());
  return {
    id: alertId(key, startsAtMs),
    status: status === 'resolved' ? 'resolved' : 'firing',
    name: known['alertname'] ?? 'alert',
    labels: known,
    startsAtMs,
    // Alertmanager writes the year 1 for "has not ended".
    endsAtMs: status === 'resolved' && endsAtMs > startsAtMs ? endsAtMs : null,
    receivedAtMs,
    heardAtMs: receivedAtMs,
    settings: readSettings({ ...strings(annotations), ...sent }, startsAtMs),
  };
}

const EARLIEST_MS = Date.UTC(1971, 0);
const LATEST_MS = Date.UTC(2200, 0);

/** Undefined for what is no time, and for times that windows around them would put outside of all calendars. */
function timeIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : undefined;
}

/** The same for each delivery of an alert, and another one when it fires again. */
export const alertId = (key: string, startsAtMs: number): string =>
  `al_${createHash('sha256').update(`${key}\0${startsAtMs}`).digest('hex').slice(0, 20)}`;

export function strings(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(pairs.slice(0, MAX_LABELS).map(([name, text]) => [name.slice(0, 128), text.slice(0, 512)]));
}
