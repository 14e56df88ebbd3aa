// /v1/gateway-epochs: what gateways state of all their runs, signed.
import type { DsseEnvelope } from '#contract';
import { ClewError, type Clock, type JsonSchema, type Route } from '../kernel/index.ts';
import { takeEpoch } from './epochs.ts';
import type { KeyTrust } from './key-trust.ts';
import type { EpochStore, GatewayKeyStore } from './ports.ts';
import { TIME } from './views.ts';

const ENVELOPE: JsonSchema = {
  type: 'object',
  required: ['payload', 'payloadType', 'signatures'],
  description: 'DSSE envelope with an in-toto Statement of type https://clew.dev/attestations/epoch/v1',
};
/** Of a payload with as many lost ranges as there may be. */
const MAX_PAYLOAD = 200_000;
const SHOWN = 100;

interface EpochRoutesParts {
  readonly epochs: EpochStore;
  readonly gatewayKeys: GatewayKeyStore;
  readonly trust: KeyTrust;
  readonly clock: Clock;
}

export function epochRoutes({ epochs, gatewayKeys: keys, trust, clock }: EpochRoutesParts): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/gateway-epochs',
      permission: 'samples:write',
      summary: 'A gateway states, under its key, how many runs its process had so far, which it lost, and whether it ended in order',
      body: {
        kind: 'json',
        content: { 'application/json': { type: 'object', required: ['envelope'], properties: { envelope: ENVELOPE } } },
      },
      success: {
        status: 200,
        description: 'taken: kept in place of the one before. older: another said all that. Else why the statement does not count.',
        schema: { type: 'object', properties: { taken: { type: 'boolean' }, result: { type: 'string' } } },
      },
      errors: ['invalid_body'],
      handle: async ({ caller, body }) => {
        const result = await takeEpoch(readEnvelope(body), caller.scope, { store: epochs, keys, trust, clock });
        return { status: 200, json: { taken: result === 'taken', result } };
      },
    },
    {
      method: 'get',
      path: '/v1/gateway-epochs',
      permission: 'runs:read',
      summary: 'The newest statement of each gateway process, as it was signed',
      success: {
        status: 200,
        description: `The ${SHOWN} newest`,
        schema: {
          type: 'object',
          properties: {
            items: {
              type: 'array',
              items: { type: 'object', properties: { id: { type: 'string', description: 'Epoch' }, at: TIME, envelope: ENVELOPE } },
            },
            next: { type: 'null' },
          },
        },
      },
      handle: async ({ caller }) => {
        const items = (await epochs.list(caller.scope, SHOWN)).map(({ epoch, receivedMs, envelope }) => ({
          id: epoch,
          at: new Date(receivedMs).toISOString(),
          envelope,
        }));
        return { status: 200, json: { items, next: null } };
      },
    },
  ];
}

function readEnvelope(body: unknown): DsseEnvelope {
  const { envelope } = (isObject(body) ? body : {}) as { envelope?: unknown };
  const { payload, payloadType, signatures } = isObject(envelope) ? envelope : {};
  const [signature, ...more] = Array.isArray(signatures) ? (signatures as unknown[]) : [];
  const { keyid, sig } = isObject(signature) ? signature : {};
  const texts = [payload, payloadType, keyid, sig];
  if (!texts.every((text) => typeof text === 'string' && text.length <= MAX_PAYLOAD) || more.length > 0)
    throw new ClewError('invalid_body', 'envelope: expected a DSSE envelope with one signature');
  return { payload: String(payload), payloadType: String(payloadType), signatures: [{ keyid: String(keyid), sig: String(sig) }] };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
