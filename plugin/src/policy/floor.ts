// What the gateway's own settings demand, whatever a policy says. Whoever can write policies must not be able to make a
// gateway send more than its operator allowed.
import type { Policy, RedactionPolicy } from '#contract';
import type { CreateRedactor } from '#redact';
import type { Mode } from '../config.ts';
import { isMatch, type MatchFacts } from './match.ts';

const STRICTNESS: Readonly<Record<Mode, number>> = { full: 0, topic_only: 1, metadata_only: 2, off: 3 };

export const stricter = (a: Mode, b: Mode): Mode => (STRICTNESS[a] >= STRICTNESS[b] ? a : b);

/** The stricter of the floor and of what the policy's first matching rule says. */
export function modeFor(policy: Policy, floor: Mode, facts: MatchFacts): Mode {
  const rule = policy.routes?.find(({ match }) => isMatch(match, facts));
  return stricter(floor, rule?.mode ?? policy.mode ?? 'full');
}

/** True when nothing can be on: no rule lifts the policy's own mode, so a request need not be looked at. */
export function isAlwaysOff(policy: Policy, floor: Mode): boolean {
  return floor === 'off' || (policy.mode === 'off' && (policy.routes ?? []).every(({ mode }) => mode === 'off'));
}

/**
 * The policy's redaction without what would loosen the floor: types that must be redacted are masked where the policy
 * would keep them, and allowed values that hold such a type are allowed no more.
 */
export function redactionAboveFloor(
  policy: RedactionPolicy | undefined,
  always: readonly string[],
  createRedactor: CreateRedactor,
): RedactionPolicy {
  const demanded = new Set(always);
  const types = Object.entries(policy?.types ?? {}).map(
    ([type, action]) => [type, action === 'keep' && demanded.has(type) ? 'mask' : action] as const,
  );
  if (policy?.allow === undefined) return { ...policy, types: Object.fromEntries(types) };
  const strict = createRedactor();
  const allow = policy.allow.filter((value) => !strict.redact(value).findings.some(({ type }) => demanded.has(type)));
  return { ...policy, types: Object.fromEntries(types), allow };
}
