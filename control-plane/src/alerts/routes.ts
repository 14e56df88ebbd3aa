// POST /v1/alerts/alertmanager, GET /v1/alerts, GET /v1/alerts/:id.
import type { Redactor } from '#redact';
import { ClewError, type Clock, type Route } from '../kernel/index.ts';
import { correlate } from './correlate.ts';
import { metricOf } from './metric.ts';
import type { AlertStore, AlertTraffic } from './ports.ts';
import type { Alert } from './types.ts';
import { readWebhook } from './webhook.ts';

/** The incident is compared with so many times its own length before it, an hour at least. */
const BASELINE_LENGTHS = 6;
const LEAST_BASELINE_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Of each time the newest so many requests are looked at. */
const MAX_ROWS = 30_000;

export function alertRoutes(ports: {
  readonly alerts: AlertStore;
  readonly traffic: AlertTraffic;
  readonly clock: Clock;
  /** Pattern redaction by the policy in force. */
  readonly redactor: () => Redactor;
}): readonly Route[] {
  const { alerts, traffic, clock } = ports;
  const redact = (text: string): string => {
    const { text: redacted, findings } = ports.redactor().redact(text);
    // The address of a machine that is watched is what its alert is about, and nobody's own.
    return findings.every(({ type }) => type === 'IP_ADDRESS') ? text : redacted;
  };
  return [
    {
      method: 'post',
      path: '/v1/alerts/alertmanager',
      permission: 'alerts:write',
      summary: 'Webhook receiver for Alertmanager',
      body: {
        kind: 'json',
        content: { 'application/json': { type: 'object', required: ['alerts'], properties: { alerts: { type: 'array' } } } },
      },
      success: { status: 202, description: 'How many alerts were taken' },
      errors: ['invalid_body'],
      handle: async ({ caller, body }) => {
        const taken = readWebhook(body, clock.nowMs(), redact);
        await alerts.save(caller.scope, taken);
        return { status: 202, json: { accepted: taken.length } };
      },
    },
    {
      method: 'get',
      path: '/v1/alerts',
      permission: 'alerts:read',
      summary: 'Alerts, newest first',
      success: { status: 200, description: 'A page of alerts' },
      handle: async ({ caller }) => ({ status: 200, json: { items: (await alerts.list(caller.scope, 200)).map(show), next: null } }),
    },
    {
      method: 'get',
      path: '/v1/alerts/:id',
      permission: 'alerts:read',
      summary: 'One alert with what stands out in its time against the time before',
      success: { status: 200, description: 'The alert and its findings' },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const alert = await alerts.find(caller.scope, params['id'] ?? '');
        if (!alert) throw new ClewError('not_found');
        const range = timesOf(alert, clock.nowMs());
        const limit = MAX_ROWS;
        const incident = await traffic.rows(caller.scope, { ...range.incident, limit });
        const before = await traffic.rows(caller.scope, { ...range.before, limit });
        const dayBefore = await traffic.rows(caller.scope, { ...range.dayBefore, limit });
        const metric = metricOf(alert);
        return {
          status: 200,
          json: {
            ...show(alert),
            metric,
            requests: incident.length,
            baselineRequests: before.length,
            baseline: { from: new Date(range.before.fromMs).toISOString(), to: new Date(range.before.toMs).toISOString() },
            findings: correlate({ incident, before, dayBefore }, metric),
          },
        };
      },
    },
  ];
}

function timesOf({ startsAtMs, endsAtMs }: Alert, nowMs: number) {
  const toMs = Math.max(startsAtMs + 1, endsAtMs ?? nowMs);
  const baselineMs = Math.max(LEAST_BASELINE_MS, BASELINE_LENGTHS * (toMs - startsAtMs));
  return {
    incident: { fromMs: startsAtMs, toMs },
    before: { fromMs: startsAtMs - baselineMs, toMs: startsAtMs },
    // An incident of a day or more has no same time of the day before that is not part of itself.
    dayBefore: toMs - startsAtMs >= DAY_MS ? { fromMs: 0, toMs: 0 } : { fromMs: startsAtMs - DAY_MS, toMs: toMs - DAY_MS },
  };
}

function show(alert: Alert): Record<string, unknown> {
  const { startsAtMs, endsAtMs, receivedAtMs, ...rest } = alert;
  return {
    ...rest,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
    receivedAt: new Date(receivedAtMs).toISOString(),
  };
}
