// Which registered keys count, and for what.
import type { GatewayKey } from './ports.ts';
import type { Refusal } from './types.ts';

/**
 * announced: a gateway makes its own key known, with the token that lets it hand in samples; the list of keys shows which did.
 * vouched: only keys count that an administrator put there or confirmed.
 */
export const KEY_TRUST = ['announced', 'vouched'] as const;
export type KeyTrust = (typeof KEY_TRUST)[number];

/**
 * Why a key does not count for what was observed at a time and comes in now. A revoked key signs nothing any more that comes
 * in after its revocation, whatever time the statement names: who stole it can date statements back. What was logged before
 * stays valid; the log proves the order.
 */
export function refusalOf(key: GatewayKey, observedMs: number, nowMs: number, trust: KeyTrust): Refusal | undefined {
  const { fromMs, untilMs, revokedAtMs } = key;
  const isInTime = observedMs >= fromMs && observedMs < (untilMs ?? Infinity) && nowMs < (revokedAtMs ?? Infinity);
  if (!isInTime) return 'key_not_valid';
  return key.vouched || trust === 'announced' ? undefined : 'not_vouched';
}
