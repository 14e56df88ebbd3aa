// POST /v1/reveal. Nobody may by role alone; who may says why, is told of in the audit log before the answer, and not often.
import {
  actorOf,
  ClewError,
  createBuckets,
  type AuditEntry,
  type AuditTrail,
  type Caller,
  type Clock,
  type Route,
} from '../kernel/index.ts';
import type { Vault } from './vault.ts';

export interface RevealParts {
  readonly vault: Pick<Vault, 'open'>;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** Of one caller. */
  readonly perHour: number;
  /** Takes out of a reason what patterns find: it stays in the audit log for good. */
  readonly redact: (text: string) => string;
}

interface Asked {
  readonly requestId: string;
  readonly types: readonly string[] | undefined;
  readonly tokens: readonly string[] | undefined;
  readonly reason: string;
}

const HOUR_S = 3_600;
const TOLD_REFUSALS = 20;
const LIST = { type: 'array', minItems: 1, maxItems: 256, items: { type: 'string', maxLength: 80 } };

export function revealRoutes({ vault, audit, clock, perHour, redact }: RevealParts): Route[] {
  const buckets = createBuckets({ perSecond: perHour / HOUR_S, burst: perHour, nowMs: () => clock.nowMs() });
  /** Of one caller who may not reveal: the log stays for good, so nobody fills it by asking again and again. */
  const refusals = createBuckets({ perSecond: TOLD_REFUSALS / HOUR_S, burst: TOLD_REFUSALS, nowMs: () => clock.nowMs() });
  return [
    {
      method: 'post',
      path: '/v1/reveal',
      permission: 'reveal:write',
      summary: 'Original values of one request, where the policy is reversible; needs a reason and leaves an audit entry',
      body: {
        kind: 'json',
        content: {
          'application/json': {
            type: 'object',
            additionalProperties: false,
            required: ['requestId', 'reason'],
            properties: {
              requestId: { type: 'string', maxLength: 128 },
              types: { ...LIST, description: 'Only values of these types' },
              tokens: { ...LIST, description: 'Only what these tokens stand for, as they stand in the text' },
              reason: { type: 'string', minLength: 8, maxLength: 500, description: 'Kept in the audit log, patterns redacted' },
            },
          },
        },
      },
      success: {
        status: 200,
        description: 'The values, each token once',
        schema: {
          type: 'object',
          properties: {
            requestId: { type: 'string' },
            items: {
              type: 'array',
              items: { type: 'object', properties: { token: { type: 'string' }, type: { type: 'string' }, value: { type: 'string' } } },
            },
          },
        },
      },
      errors: ['malformed_json', 'invalid_body', 'not_found', 'rate_limited', 'unavailable'],
      async refused(caller) {
        if (refusals.take(keyOf(caller)) > 0) return;
        const details = { request: null, why: 'forbidden', role: caller.role };
        await audit.append({ scope: caller.scope, kind: 'reveal_refused', actor: actorOf(caller), details });
      },
      handle: async ({ caller, body }) => {
        const asked = readAsked(body);
        const tell = (kind: 'reveal' | 'reveal_refused', details: AuditEntry['details']): Promise<void> =>
          audit.append({ scope: caller.scope, kind, actor: actorOf(caller), details: { request: asked.requestId, ...details } });
        const waitMs = buckets.take(keyOf(caller));
        if (waitMs > 0) {
          await tell('reveal_refused', { why: 'rate_limited' });
          const retryAfterSeconds = Math.min(HOUR_S, Math.ceil(waitMs / 1_000));
          const minutes = Math.ceil(retryAfterSeconds / 60);
          throw new ClewError('rate_limited', `at most ${perHour} reveals an hour (CLEW_REVEALS_PER_HOUR); the next in ${minutes} min`, {
            extra: { retryAfterSeconds },
          });
        }
        const wanted = ({ token, type }: { token: string; type: string }): boolean =>
          (asked.types?.includes(type) ?? true) && (asked.tokens?.includes(token) ?? true);
        const items = await vault.open(caller.scope, asked.requestId, wanted);
        if (items === undefined || items.length === 0) {
          await tell('reveal_refused', { why: 'nothing_kept' });
          throw new ClewError('not_found', 'no sealed value is kept of this request that matches');
        }
        // Durable before the answer leaves; without the entry there is none.
        const types = [...new Set(items.map(({ type }) => type))].sort();
        await tell('reveal', { types, values: items.length, reason: redact(asked.reason) });
        return { status: 200, json: { requestId: asked.requestId, items } };
      },
    },
  ];
}

const keyOf = ({ tokenId, scope }: Caller): string => JSON.stringify([tokenId, scope.tenant, scope.environment]);

function readAsked(body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body', 'a JSON object');
  const { requestId, types, tokens, reason, ...rest } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) throw invalid('the body', 'no fields but requestId, types, tokens, reason');
  if (typeof requestId !== 'string' || requestId === '' || requestId.length > 128) throw invalid('requestId', 'the id of a request');
  if (typeof reason !== 'string' || reason.trim().length < 8 || reason.length > 500)
    throw invalid('reason', '8 to 500 characters that say why');
  return { requestId, types: listIn('types', types), tokens: listIn('tokens', tokens), reason: reason.trim() };
}

function listIn(field: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isSound =
    Array.isArray(value) && value.length > 0 && value.length <= 256 && value.every((one) => typeof one === 'string' && one.length <= 80);
  if (!isSound) throw invalid(field, 'a list of 1 to 256 names');
  return value as string[];
}

const invalid = (field: string, expected: string): ClewError => new ClewError('invalid_body', `${field}: expected ${expected}`);
