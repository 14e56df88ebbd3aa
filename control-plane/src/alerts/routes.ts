// POST /v1/alerts/alertmanager, POST /v1/alerts, GET /v1/alerts, GET /v1/alerts/:id, POST and GET /v1/deploys.
import type { Redactor } from '#redact';
import { ClewError, type ApiReply, type Clock, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import { deployRoutes } from './deploys.ts';
import { GENERIC_SCHEMA, readGeneric } from './generic.ts';
import type { AlertDesk, AlertPost, AlertStore, DeployStore, ListedAlert, PostQueue, TopicNames } from './ports.ts';
import { showAlert, showExplanation, showFinding, topicsIn, type Labels } from './show.ts';
import { tell } from './tell.ts';
import type { Alert } from './types.ts';
import type { AlertWatch } from './watch.ts';
import { readWebhook } from './webhook.ts';

export interface AlertRouteParts {
  readonly alerts: AlertStore;
  readonly desk: AlertDesk;
  readonly posts: PostQueue;
  readonly deploys: DeployStore;
  readonly watch: AlertWatch;
  readonly topics: TopicNames;
  readonly clock: Clock;
  /** Pattern redaction by the policy in force. */
  readonly redactor: () => Redactor;
}

const PAGE = 50;
const TAKEN = { status: 202, description: 'How many alerts were taken' } as const;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };

export function alertRoutes(parts: AlertRouteParts): readonly Route[] {
  const { alerts, clock, watch } = parts;
  const redact = (text: string): string => {
    const { text: redacted, findings } = parts.redactor().redact(text);
    // The address of a machine that is watched is what its alert is about, and nobody's own.
    return findings.every(({ type }) => type === 'IP_ADDRESS') ? text : redacted;
  };
  const take = async (scope: Scope, taken: readonly Alert[]): Promise<ApiReply> => {
    await alerts.save(scope, taken);
    watch.notify();
    return { status: 202, json: { accepted: taken.length } };
  };
  return [
    {
      method: 'post',
      path: '/v1/alerts/alertmanager',
      permission: 'alerts:write',
      summary: 'Webhook receiver for Alertmanager; the same alert may be sent any number of times',
      body: {
        kind: 'json',
        content: { 'application/json': { type: 'object', required: ['alerts'], properties: { alerts: { type: 'array' } } } },
      },
      success: TAKEN,
      errors: ['invalid_body'],
      handle: ({ caller, body }) => take(caller.scope, readWebhook(body, clock.nowMs(), redact)),
    },
    {
      method: 'post',
      path: '/v1/alerts',
      permission: 'alerts:write',
      summary: 'Alerts of other tools: one, or a list; window and baseline may be named',
      body: { kind: 'json', content: { 'application/json': GENERIC_SCHEMA } },
      success: TAKEN,
      errors: ['invalid_body'],
      handle: ({ caller, body }) => take(caller.scope, readGeneric(body, clock.nowMs(), redact)),
    },
    listRoute(parts),
    oneRoute(parts),
    ...deployRoutes(parts.deploys, clock, redact),
  ];
}

function listRoute({ alerts, topics }: AlertRouteParts): Route {
  return {
    method: 'get',
    path: '/v1/alerts',
    permission: 'alerts:read',
    summary: 'Alerts, newest first, each with its likeliest cause',
    query: [
      { name: 'status', description: 'firing or resolved', schema: { type: 'string', enum: ['firing', 'resolved'] } },
      { name: 'cursor', description: 'From `next` of the page before', schema: { type: 'string', maxLength: 512 } },
    ],
    success: {
      status: 200,
      description:
        'A page of alerts. `findings`: how many segments stand out, null where nobody has looked yet; `first`: the likeliest cause',
    },
    handle: async ({ caller: { scope }, query }) => {
      const status = query['status'] as Alert['status'] | undefined;
      const page = await alerts.list(scope, { limit: PAGE, cursor: query['cursor'], status });
      const labels = await topics.named(scope, topicsIn(page.items.flatMap(({ explanation }) => explanation?.findings ?? [])));
      return { status: 200, json: { items: page.items.map((item) => showListed(item, labels)), next: page.next } };
    },
  };
}

function showListed({ alert, explanation }: ListedAlert, labels: Labels) {
  const findings = explanation?.findings.flatMap((one) => showFinding(one, labels) ?? []);
  return {
    ...showAlert(alert),
    metric: explanation?.metric ?? null,
    requests: explanation?.requests ?? null,
    findings: findings?.length ?? null,
    first: findings?.[0] ?? null,
    changes: explanation?.changes.length ?? null,
  };
}

function oneRoute(parts: AlertRouteParts): Route {
  const share = { type: 'object', properties: { incident: { type: 'number' }, baseline: { type: 'number' } } };
  const range = { type: 'object', properties: { from: TIME, to: TIME } };
  return {
    method: 'get',
    path: '/v1/alerts/:id',
    permission: 'alerts:read',
    summary: 'One alert with what stands out in its time against the time before, and what changed just before',
    success: {
      status: 200,
      description:
        'The alert and its stored explanation, which is made anew every few minutes while it fires and once more when it has ended. `findings`: the likeliest cause first; `threads` show it, those that fare worst by the metric first',
      schema: {
        type: 'object',
        properties: {
          explainedAt: TIME,
          metric: { type: 'string' },
          window: range,
          baseline: range,
          dayBefore: { ...range, type: ['object', 'null'] },
          requests: { type: 'integer' },
          baselineRequests: { type: 'integer' },
          summary: { type: 'string', description: 'What was found, in a few lines' },
          level: {
            type: ['object', 'null'],
            properties: { incident: { type: ['number', 'null'] }, baseline: { type: ['number', 'null'] } },
            description: 'The metric over all requests, `requests` by the hour',
          },
          isCapped: { type: 'boolean', description: 'Only the newest requests of a time were looked at' },
          findings: {
            type: 'array',
            items: { type: 'object', properties: { share, lift: { type: 'number' }, pValue: { type: 'number' } } },
          },
          changes: { type: 'array', items: { type: 'object' } },
          posts: { type: 'array', items: { type: 'object' } },
        },
      },
    },
    errors: ['not_found'],
    handle: async ({ caller: { scope }, params }) => {
      const { alerts, desk, posts, watch, topics } = parts;
      const alert = await alerts.find(scope, params['id'] ?? '');
      if (!alert) throw new ClewError('not_found');
      // Whoever comes before the watch has looked waits for it.
      if ((await desk.explanation(scope, alert.id)) === undefined) await watch.explainNow(scope, alert);
      const known = await desk.explanation(scope, alert.id);
      if (known === undefined) throw new ClewError('not_found');
      const labels = await topics.named(scope, topicsIn(known.explanation.findings));
      return {
        status: 200,
        json: {
          ...showAlert(alert),
          summary: tell(known.explanation, labels),
          ...showExplanation(known.explanation, labels, known.threads),
          posts: (await posts.of(scope, alert.id)).map(showPost),
        },
      };
    },
  };
}

const showPost = ({ id, host, state, reason, attempts, createdAtMs, settledAtMs }: AlertPost) => ({
  id,
  host,
  state,
  reason,
  attempts,
  createdAt: new Date(createdAtMs).toISOString(),
  settledAt: settledAtMs === null ? null : new Date(settledAtMs).toISOString(),
});
