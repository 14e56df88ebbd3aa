// Why texts are kept, and what allows it.
import type { Policy } from '#contract';

export const LEGAL_BASES: readonly NonNullable<Policy['legalBasis']>[] = [
  'consent',
  'contract',
  'legal_obligation',
  'vital_interests',
  'public_task',
  'legitimate_interests',
];

/** Whether any traffic keeps its text under it. Takes what may be no policy yet. */
export function keepsText(policy: { readonly mode?: unknown; readonly routes?: unknown }): boolean {
  const { mode = 'full', routes } = policy;
  return mode === 'full' || (Array.isArray(routes) && routes.some((rule: unknown) => (rule as { mode?: unknown } | null)?.mode === 'full'));
}

export const isPurposeMissing = (policy: Policy): boolean =>
  keepsText(policy) && (policy.purpose === undefined || policy.legalBasis === undefined);
