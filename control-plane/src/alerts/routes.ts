// POST /v1/alerts/alertmanager, GET /v1/alerts, GET /v1/alerts/:id.
import type { Redactor } from '#redact';
import { ClewError, type Clock, type Route } from '../kernel/index.ts';
import { correlate } from './correlate.ts';
import type { AlertStore, SegmentCounts } from './ports.ts';
import type { Alert } from './types.ts';
import { readWebhook } from './webhook.ts';

/** The incident is compared with so many times its own length before it, an hour at least. */
const BASELINE_LENGTHS = 6;
const LEAST_BASELINE_MS = 3_600_000;

export function alertRoutes(ports: {
  readonly alerts: AlertStore;
  readonly counts: SegmentCounts;
  readonly clock: Clock;
  /** Pattern redaction by the policy in force. */
  readonly redactor: () => Redactor;
}): readonly Route[] {
  const { alerts, counts, clock } = ports;
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
        const endMs = alert.endsAtMs ?? clock.nowMs();
        const baselineMs = Math.max(LEAST_BASELINE_MS, BASELINE_LENGTHS * (endMs - alert.startsAtMs));
        const incident = await counts.between(caller.scope, alert.startsAtMs, endMs);
        const baseline = await counts.between(caller.scope, alert.startsAtMs - baselineMs, alert.startsAtMs);
        return {
          status: 200,
          json: { ...show(alert), requests: incident.total, baselineRequests: baseline.total, findings: correlate(incident, baseline) },
        };
      },
    },
  ];
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
