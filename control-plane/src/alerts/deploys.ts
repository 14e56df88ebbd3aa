// POST and GET /v1/deploys: what pipelines tell of deploys, so that an alert can name the one before it.
import { createHash } from 'node:crypto';
import { ClewError, timeOf, type Clock, type JsonSchema, type Route } from '../kernel/index.ts';
import type { DeployStore } from './ports.ts';
import type { Deploy } from './types.ts';

const MAX_LENGTH = 256;
const DAY_MS = 86_400_000;
const MAX_LISTED = 200;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const TEXT: JsonSchema = { type: 'string', minLength: 1, maxLength: MAX_LENGTH };

export function deployRoutes(deploys: DeployStore, clock: Clock, redact: (text: string) => string): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/v1/deploys',
      permission: 'alerts:write',
      summary: 'A deploy, told by a pipeline; alerts name those just before them',
      body: {
        kind: 'json',
        content: {
          'application/json': {
            type: 'object',
            additionalProperties: false,
            required: ['service'],
            properties: { service: TEXT, version: TEXT, at: { ...TIME, description: 'Now unless given' } },
          },
        },
      },
      success: { status: 202, description: 'It is kept as long as the metadata of requests' },
      errors: ['invalid_body'],
      handle: async ({ caller, body }) => {
        const deploy = readDeploy(body, clock.nowMs(), redact);
        await deploys.add(caller.scope, [deploy]);
        return { status: 202, json: { id: deploy.id } };
      },
    },
    {
      method: 'get',
      path: '/v1/deploys',
      permission: 'alerts:read',
      summary: 'Deploys of the last 30 days, newest first',
      success: { status: 200, description: `At most ${MAX_LISTED}` },
      handle: async ({ caller }) => {
        const nowMs = clock.nowMs();
        const found = await deploys.list(caller.scope, { fromMs: nowMs - 30 * DAY_MS, toMs: nowMs + 1 }, MAX_LISTED);
        const items = found.map(({ atMs, ...rest }) => ({ ...rest, at: new Date(atMs).toISOString() }));
        return { status: 200, json: { items, next: null } };
      },
    },
  ];
}

/** Told twice it is the same one. */
function readDeploy(body: unknown, nowMs: number, redact: (text: string) => string): Deploy {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ClewError('invalid_body', 'expected an object');
  const { service, version, at, ...rest } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) throw new ClewError('invalid_body', 'expected service, version and at, and nothing else');
  const text = (value: unknown, name: string): string => {
    if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH)
      throw new ClewError('invalid_body', `${name}: expected 1 to ${MAX_LENGTH} characters`);
    return redact(value);
  };
  const atMs = at === undefined ? nowMs : typeof at === 'string' ? timeOf(at) : undefined;
  if (atMs === undefined || atMs > nowMs + DAY_MS) throw new ClewError('invalid_body', 'at: expected an RFC 3339 time, not in the future');
  const known = { service: text(service, 'service'), version: version === undefined ? null : text(version, 'version') };
  const digest = createHash('sha256')
    .update(JSON.stringify([known, atMs]))
    .digest('hex');
  return { id: `dp_${digest.slice(0, 20)}`, atMs, ...known };
}
