// Which runs are kept with their texts. A conversation is not known yet when this is decided, so the choice is made by
// person and day: all of a person's requests of one day are kept or none, and threads stay whole.
import { createHmac } from 'node:crypto';
import { secretKey, type Sampling, type SamplingPolicy, type Verdict } from '#contract';
import { isMatch, type MatchFacts } from '../policy/index.ts';

export interface SamplingFacts extends MatchFacts {
  /** Principal, else what holds a conversation together: session, first message, run. */
  readonly subject: string;
  readonly startedAt: Date;
  readonly outcome: 'ok' | 'error' | 'blocked' | 'aborted';
  readonly durationMs: number;
  /** Against the manifests that the gateway knows. */
  readonly verdict?: Verdict | undefined;
}

export type Decision =
  | { readonly keep: true; readonly sampling: Sampling; readonly isAlways: boolean }
  /** `rescued`: what the record would say if a later request brought the run back. */
  | { readonly keep: false; readonly rescued: Sampling };

/** The contract knows no probability of zero; runs that no rate would keep come back under this one. */
const SMALLEST_PROBABILITY = 1e-9;

/**
 * The same facts and key give the same decision, at every gateway and after every restart. A higher rate keeps whatever
 * a lower one keeps. The stored probability is that of the rule that kept the run: 1 for always-keep rules, the rate
 * otherwise, so a sum of 1 / probability over reasons rate and always is an unbiased count; rescued runs count nothing.
 */
export function decide(policy: SamplingPolicy | undefined, facts: SamplingFacts, key: Uint8Array, version: string): Decision {
  const always = alwaysRule(policy, facts);
  if (always !== undefined) {
    return { keep: true, isAlways: true, sampling: { reason: 'always', rule: always, probability: 1, policy: version } };
  }
  const rule = policy?.rules?.find(({ match }) => isMatch(match, facts));
  const rate = rule?.rate ?? policy?.rate ?? 1;
  const labels = { ...(rule?.name === undefined ? {} : { rule: rule.name }), policy: version };
  if (position(key, facts.subject, facts.startedAt) < rate) {
    return { keep: true, isAlways: false, sampling: { reason: 'rate', probability: rate, ...labels } };
  }
  return { keep: false, rescued: { reason: 'rescued', probability: Math.max(rate, SMALLEST_PROBABILITY), ...labels } };
}

function alwaysRule(policy: SamplingPolicy | undefined, facts: SamplingFacts): string | undefined {
  const always = policy?.always;
  if (facts.outcome === 'error' && always?.errors !== false) return 'error';
  if (facts.outcome === 'blocked' && always?.guardrailBlocks !== false) return 'guardrail_block';
  if (facts.verdict === 'drifted' && always?.drift !== false) return 'identity_drift';
  if (always?.slowerThanMs !== undefined && facts.durationMs > always.slowerThanMs) return 'slow';
  return undefined;
}

/** Where subject and UTC day fall between 0 and 1. Keyed, so that nobody can choose an id that is never looked at. */
export function position(key: Uint8Array, subject: string, at: Date): number {
  const day = at.toISOString().slice(0, 10);
  return createHmac('sha256', secretKey(key)).update(`${day}\0${subject}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
