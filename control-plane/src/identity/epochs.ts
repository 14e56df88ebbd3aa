// Takes what gateways state of all their runs. Everything in a statement comes from the sender.
import { keyIdOf, openEnvelope, PAYLOAD_TYPE, readEpoch, readPublicKey, type DsseEnvelope } from '#contract';
import type { Clock, Scope } from '../kernel/index.ts';
import { refusalOf, type KeyTrust } from './key-trust.ts';
import type { EpochStore, GatewayKeyStore } from './ports.ts';
import type { Refusal } from './types.ts';

interface EpochTakerParts {
  readonly store: EpochStore;
  readonly keys: Pick<GatewayKeyStore, 'find'>;
  readonly trust: KeyTrust;
  readonly clock: Clock;
}

/** older: another statement of the epoch said all that already. */
type Taking = 'taken' | 'older' | Refusal;

export async function takeEpoch(envelope: DsseEnvelope, scope: Scope, { store, keys, trust, clock }: EpochTakerParts): Promise<Taking> {
  const nowMs = clock.nowMs();
  const [signature] = envelope.signatures;
  const claimed = claimedKey(signature?.keyid);
  const refuse = async (reason: Refusal): Promise<Refusal> => {
    await store.refuse(scope, reason, claimed, nowMs);
    return reason;
  };
  const registered = keys.find(scope, claimed);
  const publicKey = registered && readPublicKey(registered.publicKey);
  if (!signature || !registered || !publicKey || keyIdOf(publicKey) !== claimed) return refuse('unknown_key');
  const signed: DsseEnvelope = { payload: envelope.payload, payloadType: envelope.payloadType, signatures: [signature] };
  const payload = signed.payloadType === PAYLOAD_TYPE ? openEnvelope(signed, publicKey) : undefined;
  if (!payload) return refuse('bad_signature');
  const said = readEpoch(payload);
  if (!said) return refuse('malformed');
  if (said.tenant !== scope.tenant || said.environment !== scope.environment) return refuse('other_run');
  const refusal = refusalOf(registered, Date.parse(said.statedAt), nowMs, trust);
  if (refusal) return refuse(refusal);
  const taken = await store.take(scope, { keyId: claimed, said, envelope: signed, receivedMs: nowMs });
  return taken === 'other_key' ? refuse('other_key') : taken;
}

/** A key id as it may be shown: senders write what they like. */
export const claimedKey = (keyId: string | undefined): string => (keyId !== undefined && /^[0-9a-f]{64}$/.test(keyId) ? keyId : '');
