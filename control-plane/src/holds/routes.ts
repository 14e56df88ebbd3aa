// GET and POST /v1/holds, POST /v1/holds/:id/lift.
import {
  actorOf,
  ClewError,
  randomHex,
  subjectDigest,
  type AuditEntry,
  type Caller,
  type Clock,
  type JsonSchema,
  type Randomness,
  type Route,
  type Scope,
} from '../kernel/index.ts';
import type { Hold, HoldKind, HoldStore } from './ports.ts';

export interface HoldParts {
  readonly store: HoldStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Takes out of a reason what patterns find: it is listed, and stays in the audit log. */
  readonly redact: (text: string) => string;
  /** The pseudonym that an id stands for; one that is a pseudonym already stands for itself. */
  readonly principalOf: (scope: Scope, user: string) => string;
}

const REASON: JsonSchema = {
  type: 'string',
  minLength: 8,
  maxLength: 500,
  description: 'Why, as "case 4711"; patterns are redacted, and it stays in the audit log',
};
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const HOLD: JsonSchema = {
  type: 'object',
  required: ['id', 'kind', 'subject', 'reason', 'placedAt', 'placedBy', 'liftedAt', 'liftedBy', 'liftReason'],
  properties: {
    id: { type: 'string' },
    kind: { enum: ['user', 'thread', 'scope'] },
    subject: { type: ['string', 'null'], description: 'Pseudonym or thread; null: all of the tenant and environment' },
    reason: { type: 'string' },
    placedAt: TIME,
    placedBy: { type: 'string' },
    liftedAt: { type: ['string', 'null'], format: 'date-time', description: 'Null while it is in force' },
    liftedBy: { type: ['string', 'null'] },
    liftReason: { type: ['string', 'null'] },
  },
};

export function holdRoutes(parts: HoldParts): Route[] {
  return [listRoute(parts), placeRoute(parts), liftRoute(parts)];
}

function listRoute({ store }: HoldParts): Route {
  return {
    method: 'get',
    path: '/v1/holds',
    permission: 'retention:read',
    summary: 'Legal holds of the tenant and environment, newest first',
    query: [{ name: 'state', description: 'active: those in force alone', schema: { enum: ['active', 'all'] } }],
    success: {
      status: 200,
      description: 'All of them, lifted ones too unless said otherwise',
      schema: { type: 'object', properties: { items: { type: 'array', items: HOLD }, next: { type: 'null' } } },
    },
    handle: async ({ caller, query }) => {
      const holds = await store.list(caller.scope, query['state'] === 'active');
      return { status: 200, json: { items: holds.map(view), next: null } };
    },
  };
}

function placeRoute({ store, clock, randomness, redact, principalOf }: HoldParts): Route {
  return {
    method: 'post',
    path: '/v1/holds',
    permission: 'holds:write',
    summary: 'Hold a user, a thread, or all of the tenant and environment: no purge and no erasure until it is lifted',
    body: {
      kind: 'json',
      content: {
        'application/json': {
          type: 'object',
          additionalProperties: false,
          required: ['kind', 'reason'],
          properties: {
            kind: { enum: ['user', 'thread', 'scope'] },
            id: {
              type: 'string',
              maxLength: 1024,
              description: 'Of the thread; of the user a pseudonym, or the id that the gateways see. Left out for scope.',
            },
            reason: REASON,
          },
        },
      },
    },
    success: { status: 201, description: 'The hold, in force', schema: HOLD },
    errors: ['malformed_json', 'invalid_body', 'not_found', 'unavailable'],
    handle: async ({ caller, body }) => {
      const { scope } = caller;
      const { kind, id, reason } = readAsked(body);
      const hold: Hold = {
        id: `hold_${randomHex(randomness, 8)}`,
        kind,
        subject: kind === 'user' ? principalOf(scope, id ?? '') : (id ?? null),
        reason: redact(reason),
        placedAtMs: clock.nowMs(),
        placedBy: actorOf(caller),
        liftedAtMs: null,
        liftedBy: null,
        liftReason: null,
      };
      const details = { hold: hold.id, of: kind, subject: digestOf(scope, hold), reason: hold.reason };
      if (!(await store.place(scope, hold, entryOf('hold_placed', caller, details)))) {
        throw new ClewError('not_found', 'there is no such thread in this tenant and environment');
      }
      return { status: 201, json: view(hold) };
    },
  };
}

function liftRoute({ store, clock, redact }: HoldParts): Route {
  return {
    method: 'post',
    path: '/v1/holds/:id/lift',
    permission: 'holds:write',
    summary: 'Lift a legal hold: what it alone held is purged by the policy again, and may be erased',
    body: {
      kind: 'json',
      content: {
        'application/json': { type: 'object', additionalProperties: false, required: ['reason'], properties: { reason: REASON } },
      },
    },
    success: { status: 204, description: 'Lifted' },
    errors: ['malformed_json', 'invalid_body', 'not_found', 'unavailable'],
    handle: async ({ caller, body, params }) => {
      const id = params['id'] ?? '';
      const reason = redact(reasonIn(body, ['reason']));
      const by = { atMs: clock.nowMs(), actor: actorOf(caller), reason };
      const entry = entryOf('hold_lifted', caller, { hold: id, reason });
      if (!(await store.lift(caller.scope, id, by, entry))) throw new ClewError('not_found', 'no hold of that id is in force');
      return { status: 204 };
    },
  };
}

const entryOf = (kind: 'hold_placed' | 'hold_lifted', caller: Caller, details: AuditEntry['details']): AuditEntry => ({
  scope: caller.scope,
  kind,
  actor: actorOf(caller),
  details,
});

/** Entries of the log stay for good, so they name a person to whoever knows the pseudonym alone. */
const digestOf = (scope: Scope, { kind, subject }: Hold): string | null =>
  kind === 'user' && subject !== null ? subjectDigest(scope, subject) : subject;

function view(hold: Hold): Readonly<Record<string, unknown>> {
  const { placedAtMs, liftedAtMs, ...rest } = hold;
  const placedAt = new Date(placedAtMs).toISOString();
  return { ...rest, placedAt, liftedAt: liftedAtMs === null ? null : new Date(liftedAtMs).toISOString() };
}

function readAsked(body: unknown): { readonly kind: HoldKind; readonly id: string | undefined; readonly reason: string } {
  const reason = reasonIn(body, ['kind', 'id', 'reason']);
  const { kind, id } = body as Readonly<Record<string, unknown>>;
  if (kind !== 'user' && kind !== 'thread' && kind !== 'scope') throw invalid('kind', 'user, thread or scope');
  if (kind === 'scope') {
    if (id !== undefined) throw invalid('id', 'to be left out: everything of the tenant and environment is held');
    return { kind, id: undefined, reason };
  }
  if (typeof id !== 'string' || !/^[^\p{Cc}]{1,1024}$/u.test(id)) throw invalid('id', `the ${kind} that is to be held`);
  return { kind, id: id.trim(), reason };
}

function reasonIn(body: unknown, fields: readonly string[]): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body', 'a JSON object');
  const { reason } = body as { reason?: unknown };
  if (Object.keys(body).some((field) => !fields.includes(field))) throw invalid('the body', `no fields but ${fields.join(', ')}`);
  if (typeof reason !== 'string' || reason.trim().length < 8 || reason.length > 500) {
    throw invalid('reason', '8 to 500 characters that say why');
  }
  return reason.trim();
}

const invalid = (field: string, expected: string): ClewError => new ClewError('invalid_body', `${field}: expected ${expected}`);
