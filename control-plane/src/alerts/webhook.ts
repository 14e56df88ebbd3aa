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
  const startsAtMs = Date.parse(String(startsAt));
  if (!Number.isFinite(startsAtMs)) return undefined;
  const sent = strings(labels);
  const known = Object.fromEntries(Object.entries(sent).map(([name, value]) => [redact(name), redact(value)]));
  const endsAtMs = Date.parse(String(endsAt));
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

/** The same for each delivery of an alert, and another one when it fires again. */
export const alertId = (key: string, startsAtMs: number): string =>
  `al_${createHash('sha256').update(`${key}\0${startsAtMs}`).digest('hex').slice(0, 20)}`;

export function strings(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(pairs.slice(0, MAX_LABELS).map(([name, text]) => [name.slice(0, 128), text.slice(0, 512)]));
}
