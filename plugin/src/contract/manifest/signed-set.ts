// A set of manifests under the key of whoever approves them, so that a control plane can hand manifests on and not make
// them: gateways that know the key take no other set, and none that is older than the one they have.
import type { KeyObject } from 'node:crypto';
import { canonicalize } from '../canonical.ts';
import { openSent, signEnvelope, type DsseEnvelope, type SigningKey } from '../run/dsse.ts';

export const MANIFEST_SET_TYPE = 'application/vnd.clew.manifest-set.v1+json';

export interface ManifestSetStatement {
  /** Digest of the set: see compileManifests. */
  readonly set: string;
  /** Grows with each set that is approved. */
  readonly sequence: number;
}

export function signManifestSet({ set, sequence }: ManifestSetStatement, key: SigningKey): DsseEnvelope {
  return signEnvelope(MANIFEST_SET_TYPE, Buffer.from(canonicalize({ sequence, set }), 'utf8'), key);
}

/** What was signed; undefined where the key did not sign it or it is no such statement. Never throws. */
export function openManifestSet(envelope: unknown, publicKey: KeyObject): ManifestSetStatement | undefined {
  const statement = openSent(envelope, MANIFEST_SET_TYPE, publicKey);
  try {
    const { set, sequence } = JSON.parse(statement?.toString('utf8') ?? '{}') as Partial<ManifestSetStatement>;
    if (typeof set !== 'string' || !/^[0-9a-f]{64}$/.test(set)) return undefined;
    return typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence >= 0 ? { set, sequence } : undefined;
  } catch {
    return undefined;
  }
}
