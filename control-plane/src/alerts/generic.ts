// POST /v1/alerts: alerts of tools that are no Alertmanager, in a form of our own. Unlike Alertmanager's, which passes over
// what it does not know, whoever writes this form wants to hear of mistakes.
import { ClewError, timeOf, type JsonSchema } from '../kernel/index.ts';
import { METRICS, type Alert, type AlertMetric, type TimeRange } from './types.ts';
import { alertId, strings } from './webhook.ts';

const MAX_ALERTS = 100;
const MAX_LENGTH = 256;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const RANGE = (required: readonly string[]): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties: { from: TIME, to: TIME },
});

const ALERT: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'startsAt'],
  properties: {
    id: { type: 'string', maxLength: MAX_LENGTH, description: 'The same in each post about this alert; its name and labels unless given' },
    name: { type: 'string', maxLength: MAX_LENGTH },
    status: { enum: ['firing', 'resolved'], description: 'firing unless given' },
    startsAt: TIME,
    endsAt: { ...TIME, description: 'Of a resolved one; now unless given' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    metric: { enum: METRICS, description: 'What it is about; read off its name unless given' },
    window: { ...RANGE(['from']), description: 'The time of the incident; from its start to its end unless given' },
    baseline: { ...RANGE(['from', 'to']), description: 'What it is compared with; six times as long before it unless given' },
  },
};
export const GENERIC_SCHEMA: JsonSchema = { oneOf: [ALERT, { type: 'array', maxItems: MAX_ALERTS, items: ALERT }] };

/** Throws `invalid_body`, naming the place and what is expected there. */
export function readGeneric(body: unknown, nowMs: number, redact: (text: string) => string): readonly Alert[] {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (list.length > MAX_ALERTS) throw refuse('body', `at most ${MAX_ALERTS} alerts`);
  return list.map((entry, at) => readOne(entry, Array.isArray(body) ? `${at}.` : '', nowMs, redact));
}

const refuse = (place: string, expected: string): ClewError => new ClewError('invalid_body', `${place}: expected ${expected}`);

function readOne(entry: unknown, place: string, nowMs: number, redact: (text: string) => string): Alert {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw refuse(place === '' ? 'body' : place, 'an object');
  const given = entry as Readonly<Record<string, unknown>>;
  const known = Object.keys(ALERT['properties'] as object);
  const stray = Object.keys(given).findIndex((name) => !known.includes(name));
  if (stray !== -1) throw refuse(`${place}field ${stray + 1}`, `one of ${known.join(', ')}`);
  const { name, status = 'firing', metric } = given;
  if (typeof name !== 'string' || name === '' || name.length > MAX_LENGTH) throw refuse(`${place}name`, `1 to ${MAX_LENGTH} characters`);
  if (status !== 'firing' && status !== 'resolved') throw refuse(`${place}status`, 'firing or resolved');
  if (metric !== undefined && !METRICS.includes(metric as AlertMetric)) throw refuse(`${place}metric`, `one of ${METRICS.join(', ')}`);
  const startsAtMs = time(given['startsAt'], `${place}startsAt`);
  const endsAtMs = given['endsAt'] === undefined ? nowMs : time(given['endsAt'], `${place}endsAt`);
  const labels = strings(given['labels']);
  const { id } = given;
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > MAX_LENGTH))
    throw refuse(`${place}id`, `1 to ${MAX_LENGTH} characters`);
  const window = given['window'] === undefined ? undefined : range(given['window'], `${place}window`, false);
  const baseline = given['baseline'] === undefined ? null : range(given['baseline'], `${place}baseline`, true);
  return {
    id: alertId(id ?? JSON.stringify([name, Object.entries(labels).sort()]), startsAtMs),
    status,
    name: redact(name),
    labels: Object.fromEntries(Object.entries(labels).map(([label, value]) => [redact(label), redact(value)])),
    startsAtMs,
    endsAtMs: status === 'resolved' ? Math.max(startsAtMs, endsAtMs) : null,
    receivedAtMs: nowMs,
    heardAtMs: nowMs,
    settings: {
      metric: (metric as AlertMetric | undefined) ?? null,
      fromMs: window?.fromMs ?? null,
      toMs: window === undefined || !Number.isFinite(window.toMs) ? null : window.toMs,
      baseline,
    },
  };
}

function time(value: unknown, place: string): number {
  const ms = typeof value === 'string' ? timeOf(value) : undefined;
  if (ms === undefined) throw refuse(place, 'an RFC 3339 time');
  return ms;
}

/** Without an end: until the alert's. */
function range(value: unknown, place: string, needsEnd: boolean): TimeRange {
  if (typeof value !== 'object' || value === null) throw refuse(place, 'an object with from and to');
  const { from, to } = value as { readonly from?: unknown; readonly to?: unknown };
  const fromMs = time(from, `${place}.from`);
  const toMs = to === undefined && !needsEnd ? Number.POSITIVE_INFINITY : time(to, `${place}.to`);
  if (toMs <= fromMs) throw refuse(place, 'to after from');
  return { fromMs, toMs };
}
