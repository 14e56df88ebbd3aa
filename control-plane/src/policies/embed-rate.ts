// Whose requests get vectors where the policy wants them of a share only.
import { createHmac } from 'node:crypto';
import { secretKey, type Policy, type Sample } from '#contract';
import type { Scope } from '../kernel/index.ts';
import { isMatch } from './mode.ts';

/** The first rule of `routes` that matches and names a rate; else the tenant's; else the policy's. */
export function embedRateOf({ routes = [], embedding }: Policy, { tenant }: Scope, sample: Sample): number {
  const rule = routes.find(({ match, embed_rate: rate }) => rate !== undefined && isMatch(match, sample));
  const tenants = embedding?.tenants ?? {};
  const ofTenant = Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
  return rule?.embed_rate ?? ofTenant ?? embedding?.embed_rate ?? 1;
}

/**
 * By keyed hash of the person, so that all of a thread has vectors or none of it; where nobody is known, of what else holds
 * requests together. Without the key nobody can choose to be among them. A higher rate takes in all that a lower one did.
 */
export function isEmbedded(policy: Policy, scope: Scope, sample: Sample, key: Uint8Array): boolean {
  const rate = embedRateOf(policy, scope, sample);
  if (rate >= 1) return true;
  if (rate <= 0) return false;
  const shared = sample.session?.shared === true ? sample.session.id : undefined;
  const whole = shared ?? sample.principal?.id ?? sample.session?.id ?? sample.trace?.traceId ?? sample.id;
  const digest = createHmac('sha256', secretKey(key))
    .update(JSON.stringify(['embed_rate', scope.tenant, scope.environment, whole]))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48 < rate;
}
