// POST /v1/policies/plan, POST /v1/policies/simulate, POST /v1/policies, GET /v1/policies/versions[/:version], POST /v1/policies/rollback.
import { ClewError, type Caller, type Clock, type JsonSchema, type Route, type Scope } from '../kernel/index.ts';
import type { LivePolicy } from './live.ts';
import { planOf } from './plan.ts';
import type { PolicyVersion, PolicyVersions, StoredTraffic } from './ports.ts';
import { PolicyError, readPolicy, type LoadedPolicy, type PatternCheck } from './read.ts';
import { DEFAULT_DAYS } from './retention-days.ts';
import { createSimulation } from './simulate.ts';
import type { PolicyRoom } from './versions.ts';

export interface ChangeParts {
  readonly live: LivePolicy;
  readonly room: PolicyRoom;
  readonly versions: PolicyVersions;
  readonly traffic: StoredTraffic;
  readonly checkPattern: PatternCheck;
  readonly clock: Clock;
  /** The policy is the whole installation's: only its operator changes it. */
  readonly isOperator: (caller: Caller) => boolean;
}

const DAY_MS = 86_400_000;
const MAX_TEXT = 1024 * 1024;
const TEXT: JsonSchema = { type: 'string', maxLength: MAX_TEXT, description: 'A policy file, YAML' };
const REASON: JsonSchema = { type: 'string', minLength: 3, maxLength: 500, description: 'Why; kept with the version. No personal data.' };
const json = (properties: JsonSchema, required: readonly string[]) =>
  ({ kind: 'json', content: { 'application/json': { type: 'object', additionalProperties: false, required, properties } } }) as const;
const VERSION: JsonSchema = {
  type: 'object',
  properties: { version: { type: 'integer' }, digest: { type: 'string' } },
};

export function changeRoutes(parts: ChangeParts): Route[] {
  return [planRoute(parts), simulateRoute(parts), ...takingRoutes(parts), versionsRoute(parts), versionRoute(parts)];
}

function planRoute({ live, checkPattern }: ChangeParts): Route {
  return {
    method: 'post',
    path: '/v1/policies/plan',
    permission: 'policies:read',
    summary: 'What a policy would change, field by field; nothing is taken',
    body: json({ policy: TEXT }, ['policy']),
    success: {
      status: 200,
      description: 'Fields that differ from the policy in force; `loosens` where more is kept, longer, or less is taken out',
      schema: {
        type: 'object',
        properties: {
          digest: { type: 'string' },
          inForce: { type: 'string', description: 'Digest of the policy in force; apply with it as ifDigest' },
          changes: { type: 'array', items: { type: 'object', required: ['field', 'decides', 'loosens'] } },
        },
      },
    },
    errors: ['invalid_body', 'policy_invalid'],
    handle: ({ body }) => {
      const next = read(body, checkPattern);
      const { policy, digest } = live.current();
      const changes = planOf(policy, next.policy);
      return Promise.resolve({ status: 200, json: { digest: next.digest, inForce: digest, changes } });
    },
  };
}

function simulateRoute({ live, traffic, checkPattern, clock }: ChangeParts): Route {
  return {
    method: 'post',
    path: '/v1/policies/simulate',
    permission: 'reports:read',
    summary:
      'What a policy would keep, drop and store of the traffic of the last days, beside the policy in force; roles engineer and admin',
    body: json({ policy: TEXT, days: { type: 'integer', minimum: 1, maximum: 366, description: '7 unless given' } }, ['policy']),
    success: {
      status: 200,
      description:
        'Expected figures of all traffic: each stored request counts for 1 / its probability of being kept. Budgets a minute and rescued requests are left out',
      schema: { type: 'object', required: ['from', 'to', 'stored', 'seen', 'now', 'then', 'goesAtOnce'] },
    },
    errors: ['invalid_body', 'policy_invalid'],
    handle: async ({ caller, body }) => {
      const next = read(body, checkPattern);
      const days = daysOf(body);
      const toMs = clock.nowMs() + 1;
      const range = { fromMs: toMs - days * DAY_MS, toMs };
      return { status: 200, json: await simulate(traffic, caller.scope, { range, days, now: live.current(), next }) };
    },
  };
}

async function simulate(
  traffic: StoredTraffic,
  scope: Scope,
  { range, days, now, next }: { range: { fromMs: number; toMs: number }; days: number; now: LoadedPolicy; next: LoadedPolicy },
) {
  const [before, after] = [createSimulation(now.policy), createSimulation(next.policy)];
  const [text, vectors] = [meanOfStored(), meanOfStored()];
  let [stored, seen] = [0, 0];
  for await (const requests of traffic.samples(scope, range)) {
    for (const request of requests) {
      stored += 1;
      seen += request.weight;
      text.add(request.bytes.text);
      vectors.add(request.bytes.vectors);
      before.add(request);
      after.add(request);
    }
  }
  const usual = { text: text.mean(), vectors: vectors.mean() };
  return {
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    digest: next.digest,
    stored,
    seen,
    now: before.result(days, usual),
    then: after.result(days, usual),
    goesAtOnce: shorter(now, next),
  };
}

/** Mean of what is there; 0 where nothing is. */
function meanOfStored() {
  let [total, count] = [0, 0];
  return {
    add(bytes: number): void {
      total += bytes;
      if (bytes > 0) count += 1;
    },
    mean: (): number => (count === 0 ? 0 : total / count),
  };
}

/** Classes of which the next purge would take what is kept now: days before and after. */
function shorter(now: LoadedPolicy, next: LoadedPolicy): Readonly<Record<string, readonly [number, number]>> {
  const [was, will] = [
    { ...DEFAULT_DAYS, ...now.policy.retention },
    { ...DEFAULT_DAYS, ...next.policy.retention },
  ];
  const keys = Object.keys(DEFAULT_DAYS) as (keyof typeof DEFAULT_DAYS)[];
  return Object.fromEntries(keys.filter((key) => will[key] < was[key]).map((key) => [key, [was[key], will[key]] as const]));
}

function takingRoutes({ room, isOperator }: ChangeParts): Route[] {
  const permission = 'policies:write';
  const success = { status: 200, description: 'The version that is in force now', schema: VERSION };
  const operator = (caller: Caller): void => {
    if (!isOperator(caller)) throw new ClewError('forbidden', 'the policy is that of the whole server; use the token of the first start');
  };
  return [
    {
      method: 'post',
      path: '/v1/policies',
      permission,
      summary: 'Take a policy: written, in force at once, kept as a version; for the operator',
      body: json({ policy: TEXT, reason: REASON, ifDigest: { type: 'string', maxLength: 64 } }, ['policy', 'reason']),
      success,
      errors: ['invalid_body', 'policy_invalid', 'conflict', 'unavailable'],
      handle: async ({ caller, body }) => {
        const application = { text: textOf(body), reason: reasonOf(body), actor: caller.tokenId };
        const { ifDigest } = body as { ifDigest?: unknown };
        operator(caller);
        return { status: 200, json: await room.apply({ ...application, ifDigest: typeof ifDigest === 'string' ? ifDigest : undefined }) };
      },
    },
    {
      method: 'post',
      path: '/v1/policies/rollback',
      permission,
      summary: 'Take an older version again, as a new one; for the operator',
      body: json({ version: { type: 'integer', minimum: 1 }, reason: REASON }, ['version', 'reason']),
      success,
      errors: ['invalid_body', 'not_found', 'policy_invalid', 'unavailable'],
      handle: async ({ caller, body }) => {
        const { version } = (body ?? {}) as { version?: unknown };
        if (typeof version !== 'number' || !Number.isSafeInteger(version)) {
          throw new ClewError('invalid_body', '/version: expected a whole number');
        }
        const by = { actor: caller.tokenId, reason: reasonOf(body) };
        operator(caller);
        return { status: 200, json: await room.rollback(version, by) };
      },
    },
  ];
}

const shown = <T extends PolicyVersion>({ atMs, ...rest }: T) => ({ id: String(rest.version), ...rest, at: new Date(atMs).toISOString() });

function versionsRoute({ versions }: ChangeParts): Route {
  return {
    method: 'get',
    path: '/v1/policies/versions',
    permission: 'policies:read',
    summary: 'Policies that were in force, the newest first',
    success: {
      status: 200,
      description: 'Number, digest, when, who and why; the newest 200',
      schema: { type: 'object', required: ['items', 'next'] },
    },
    handle: async () => {
      return { status: 200, json: { items: (await versions.list(200)).map(shown), next: null } };
    },
  };
}

function versionRoute({ versions }: ChangeParts): Route {
  return {
    method: 'get',
    path: '/v1/policies/versions/:version',
    permission: 'policies:read',
    summary: 'A policy that was in force, as its file stood',
    success: {
      status: 200,
      description: 'Number, digest, when, who, why, and the YAML',
      schema: { type: 'object', required: ['id', 'version', 'digest', 'at', 'actor', 'reason', 'text'] },
    },
    errors: ['not_found'],
    handle: async ({ params }) => {
      const asked = params['version'] ?? '';
      const found = /^[1-9]\d{0,8}$/.test(asked) ? await versions.find(Number(asked)) : undefined;
      if (!found) throw new ClewError('not_found', 'there is no version of that number');
      return { status: 200, json: shown(found) };
    },
  };
}

function read(body: unknown, checkPattern: PatternCheck): LoadedPolicy {
  const reading = readPolicy(textOf(body), 'policy', checkPattern, true);
  if (!reading.ok) throw new PolicyError(reading.faults);
  return reading.loaded;
}

function textOf(body: unknown): string {
  const { policy } = (body ?? {}) as { policy?: unknown };
  if (typeof policy !== 'string' || policy.length > MAX_TEXT)
    throw new ClewError('invalid_body', '/policy: expected the text of a policy file');
  return policy;
}

function reasonOf(body: unknown): string {
  const { reason } = (body ?? {}) as { reason?: unknown };
  if (typeof reason !== 'string' || reason.trim().length < 3 || reason.length > 500) {
    throw new ClewError('invalid_body', '/reason: expected 3 to 500 characters that say why');
  }
  return reason.trim();
}

function daysOf(body: unknown): number {
  const { days = 7 } = body as { days?: unknown };
  if (!Number.isSafeInteger(days) || (days as number) < 1 || (days as number) > 366) {
    throw new ClewError('invalid_body', '/days: expected a whole number from 1 to 366');
  }
  return days as number;
}
