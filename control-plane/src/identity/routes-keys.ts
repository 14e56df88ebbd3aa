// /v1/gateway-keys: public keys of gateways that sign their own records.
import { keyIdOf, publicKeyPem, readPublicKey } from '#contract';
import { actorOf, ClewError, timeOf, type Clock, type JsonSchema, type Route } from '../kernel/index.ts';
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
};

export function gatewayKeyRoutes(keys: GatewayKeyStore, clock: Clock): Route[] {
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
      permission: 'tokens:manage',
      summary: "Registers a gateway's Ed25519 public key. Rotation: register the new one, then end the old one.",
      body: {
        kind: 'json',
        content: {
          'application/json': {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'publicKey'],
            properties: { name: { type: 'string', maxLength: 128 }, publicKey: { type: 'string', description: 'PEM' }, from: TIME },
          },
        },
      },
      success: { status: 201, description: 'The key', schema: { type: 'object', properties: FIELDS } },
      errors: ['invalid_body'],
      handle: async ({ caller, body }) => {
        const key = readKey(body, clock.nowMs());
        await keys.add(caller.scope, key, {
          scope: caller.scope,
          kind: 'gateway_key_added',
          actor: actorOf(caller),
          details: { key: key.id },
        });
        return { status: 201, json: view(keys.find(caller.scope, key.id) ?? key) };
      },
    },
    {
      method: 'delete',
      path: '/v1/gateway-keys/:id',
      permission: 'tokens:manage',
      summary: 'Revokes a key: nothing that comes in from now on is taken from it. What was logged before stays valid.',
      success: { status: 200, description: 'The key', schema: { type: 'object', properties: FIELDS } },
      errors: ['not_found'],
      handle: async ({ caller, params }) => {
        const id = params['id'] ?? '';
        const revokedAtMs = clock.nowMs();
        await keys.end(
          caller.scope,
          id,
          { revokedAtMs },
          {
            scope: caller.scope,
            kind: 'gateway_key_revoked',
            actor: actorOf(caller),
            details: { key: id },
          },
        );
        const key = keys.find(caller.scope, id);
        if (!key) throw new ClewError('not_found');
        return { status: 200, json: view(key) };
      },
    },
  ];
}

function readKey(body: unknown, nowMs: number): GatewayKey {
  const { name, publicKey: pem, from } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '' || name.length > 128)
    throw new ClewError('invalid_body', 'name: expected 1 to 128 characters');
  const publicKey = typeof pem === 'string' && pem.length < 4_096 ? readPublicKey(pem) : undefined;
  if (!publicKey) throw new ClewError('invalid_body', 'publicKey: expected an Ed25519 public key as PEM (SPKI)');
  const fromMs = from === undefined ? nowMs : typeof from === 'string' ? timeOf(from) : undefined;
  if (fromMs === undefined) throw new ClewError('invalid_body', 'from: expected an RFC 3339 time');
  return { id: keyIdOf(publicKey), name, publicKey: publicKeyPem(publicKey), fromMs, untilMs: null, revokedAtMs: null };
}

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function view({ id, name, publicKey, fromMs, untilMs, revokedAtMs }: GatewayKey): object {
  return { id, name, publicKey, from: time(fromMs), until: time(untilMs), revokedAt: time(revokedAtMs) };
}
