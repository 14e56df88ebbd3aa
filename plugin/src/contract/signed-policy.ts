// A policy under the control plane's key, so that gateways that were given the key take no other one, whoever answers them,
// and none that is older than the one they have. What is signed is the digest of the policy as it is served, with the key
// that original values are sealed for.
import type { KeyObject } from 'node:crypto';
import { canonicalize } from './canonical.ts';
import { openSent, signEnvelope, type SigningKey } from './run/dsse.ts';

const SIGNED_POLICY_TYPE = 'application/vnd.clew.policy.v1+json';
/** Answer header beside a policy: a DSSE envelope in base64. */
export const POLICY_SIGNATURE_HEADER = 'clew-policy-signature';

export interface PolicyStatement {
  /** canonicalDigest of the policy. */
  readonly policy: string;
  /** Grows with each policy that is served. */
  readonly sequence: number;
}

export function signPolicy({ policy, sequence }: PolicyStatement, key: SigningKey): string {
  const envelope = signEnvelope(SIGNED_POLICY_TYPE, Buffer.from(canonicalize({ policy, sequence }), 'utf8'), key);
  return Buffer.from(JSON.stringify(envelope)).toString('base64');
}

/** What was signed; undefined where the key did not sign it or it is no such statement. Never throws. */
export function openSignedPolicy(header: string | undefined, publicKey: KeyObject): PolicyStatement | undefined {
  try {
    const envelope: unknown = JSON.parse(Buffer.from(header ?? '', 'base64').toString('utf8'));
    const statement = openSent(envelope, SIGNED_POLICY_TYPE, publicKey);
    const { policy, sequence } = JSON.parse(statement?.toString('utf8') ?? '{}') as Partial<PolicyStatement>;
    if (typeof policy !== 'string' || !/^[0-9a-f]{64}$/.test(policy)) return undefined;
    return typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence >= 0 ? { policy, sequence } : undefined;
  } catch {
    return undefined;
  }
}
