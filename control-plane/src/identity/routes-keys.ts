// /v1/gateway-keys: public keys of gateways that sign their own records.
//
// A gateway may announce its key with its own token: who holds the token can hand in samples anyway, so the announcement
// gives away nothing but the name under which they are signed; outsiders check bundles against keys that they have from
// the gateway's operator. Such keys are marked as announced, with the token; CLEW_GATEWAY_KEYS=vouched lets only those
// count that an administrator confirms by registering them.
import { isProven, keyIdOf, publicKeyPem, readPublicKey } from '#contract';
import { actorOf, ClewError, timeOf, type AuditEntry, type Caller, type Clock, type JsonSchema, type Route } from '../kernel/index.ts';
import { refusalOf, type KeyTrust } from './key-trust.ts';
import type { GatewayKey, GatewayKeyStore } from './ports.ts';
import { TIME } from './views.ts';

const MAYBE_TIME: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
const FIELDS: JsonSchema = {
  id: { type: 'string', description: 'Lower-case hex SHA-256 of the SPKI DER; keyid of its signatures' },
  name: { type: 'string' },
  publicKey: { type: 'string', description: 'PEM' },
  from: TIME,
  until: MAYBE_TIME,
  revokedAt: MAYBE_TIME,
  vouched: { type: 'boolean', description: 'True: an administrator registered or confirmed it; false: a gateway announced it' },
  announcedBy: { type: ['string', 'null'], description: 'Id of the token that a gateway announced it with' },
  counts: { type: 'boolean', description: 'False: signatures of it are not taken (not confirmed, ended or revoked)' },
};

/** Statements wait in a gateway's spool for days where it was cut off; older ones it may not sign for. */
const LONGEST_BACK_MS = 30 * 24 * 60 * 60_000;
const MOST_ANNOUNCED = 10_000;

export function gatewayKeyRoutes(keys: GatewayKeyStore, clock: Clock, trust: KeyTrust): Route[] {
  const view = (key: GatewayKey): object => viewOf(key, trust, clock.nowMs());
  return [
    {
      method: 'get',
      path: '/v1/gateway-keys',
      permission: 'runs:read',
      summary: 'Public keys of gateways, ended and revoked ones included: what was signed while they counted stays proven',
      success: {
        status: 200,
        description: 'All keys',
        schema: {
          type: 'object',
          properties: { items: { type: 'array', items: { type: 'object', properties: FIELDS } }, next: { type: 'null' } },
        },
      },
      handle: async ({ caller }) => ({ status: 200, json: { items: (await keys.list(caller.scope)).map(view), next: null } }),
    },
    {
      method: 'post',
      path: '/v1/gateway-keys',
      permission: 'samples:write',
      summary:
        "Makes a gateway's Ed25519 public key known. An administrator vouches for it; a gateway announces its own, with proof that it holds the private one. Rotation: the new one first, then end the old one.",
      body: {
        kind: 'json',
        content: {
          'application/json': {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'publicKey'],
            properties: {
              name: { type: 'string', maxLength: 128 },
              publicKey: { type: 'string', description: 'PEM' },
              from: TIME,
              proof: {
                type: 'string',
                description: 'Base64 of the signature of the key itself; needed without the right to manage tokens',
              },
            },
          },
        },
      },
      success: { status: 201, description: 'The key', schema: { type: 'object', properties: FIELDS } },
      errors: ['invalid_body', 'overloaded'],
      handle: async ({ caller, body }) => {
        const { scope } = caller;
        const key = readKey(body, caller, clock.nowMs());
        if (!key.vouched && !keys.find(scope, key.id) && (await keys.list(scope)).length >= MOST_ANNOUNCED)
          throw new ClewError('overloaded', `${MOST_ANNOUNCED} keys are known already`);
        const entry: AuditEntry = { scope, kind: 'gateway_key_added', actor: actorOf(caller), details: { key: key.id } };
        if (!(await keys.add(scope, key, entry)) && key.vouched) await keys.vouch(scope, key.id, entry);
        return { status: 201, json: view(keys.find(caller.scope, key.id) ?? key) };
      },
    },
    {
      method: 'delete',
      path: '/v1/gateway-keys/:id',
      permission: 'tokens:manage',
      summary:
        'Ends a key. Without until it is revoked: nothing that comes in from now on is taken from it. With until it signs for runs before that time only, as in a rotation. What was logged before stays valid.',
      query: [{ name: 'until', description: 'Runs observed before then still count', schema: TIME }],
      success: { status: 200, description: 'The key', schema: { type: 'object', properties: FIELDS } },
      errors: ['not_found'],
      handle: async ({ caller, params, query }) => {
        const id = params['id'] ?? '';
        const untilMs = query['until'] === undefined ? undefined : timeOf(query['until']);
        await keys.end(caller.scope, id, untilMs === undefined ? { revokedAtMs: clock.nowMs() } : { untilMs }, {
          scope: caller.scope,
          kind: 'gateway_key_revoked',
          actor: actorOf(caller),
          details: { key: id },
        });
        const key = keys.find(caller.scope, id);
        if (!key) throw new ClewError('not_found');
        return { status: 200, json: view(key) };
      },
    },
  ];
}

const mayVouch = ({ permissions, role }: Caller): boolean => permissions?.includes('tokens:manage') ?? role === 'admin';

function readKey(body: unknown, caller: Caller, nowMs: number): GatewayKey {
  const { name, publicKey: pem, from, proof } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '' || name.length > 128)
    throw new ClewError('invalid_body', 'name: expected 1 to 128 characters');
  const publicKey = typeof pem === 'string' && pem.length < 4_096 ? readPublicKey(pem) : undefined;
  if (!publicKey) throw new ClewError('invalid_body', 'publicKey: expected an Ed25519 public key as PEM (SPKI)');
  const fromMs = from === undefined ? nowMs : typeof from === 'string' ? timeOf(from) : undefined;
  if (fromMs === undefined) throw new ClewError('invalid_body', 'from: expected an RFC 3339 time');
  const vouched = mayVouch(caller);
  if (!vouched && !(typeof proof === 'string' && isProven({ name, publicKey: String(pem), from: String(from), proof })))
    throw new ClewError('invalid_body', "proof: expected the key's own signature over name, publicKey and from");
  return {
    id: keyIdOf(publicKey),
    name,
    publicKey: publicKeyPem(publicKey),
    // A gateway whose clock was ahead when it made the key would else not count until then.
    fromMs: vouched ? fromMs : Math.min(Math.max(fromMs, nowMs - LONGEST_BACK_MS), nowMs),
    untilMs: null,
    revokedAtMs: null,
    vouched,
    announcedBy: vouched ? null : caller.tokenId,
  };
}

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function viewOf(key: GatewayKey, trust: KeyTrust, nowMs: number): object {
  const { id, name, publicKey, fromMs, untilMs, revokedAtMs, vouched, announcedBy } = key;
  const times = { from: time(fromMs), until: time(untilMs), revokedAt: time(revokedAtMs) };
  // One that begins later counts for what it will sign.
  const counts = refusalOf(key, Math.max(nowMs, fromMs), nowMs, trust) === undefined;
  return { id, name, publicKey, ...times, vouched, announcedBy, counts };
}
