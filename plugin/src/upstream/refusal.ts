// What the client is told of a request that cannot go to the provider with its values replaced.
import type { CompanionDecision } from '#contract';
import type { UnreadableReason } from './stand-in-route.ts';

const PROBLEM = 'https://clew.dev/problems/not-pseudonymised';

const SAID: Readonly<Record<UnreadableReason, readonly [status: number, detail: string]>> = {
  too_large: [413, 'The body is longer than upstream_max_bytes'],
  not_read: [413, 'The body is longer than max_body_bytes, or of a kind that is not read'],
  not_json: [415, 'The body is no JSON in UTF-8, or is compressed'],
  no_companion: [503, 'The scripts that put values back into answers are not installed'],
  failed: [500, 'Replacing failed'],
};

/** Problem+json (RFC 9457); nothing of what was sent. */
export function upstreamRefusal(reason: UnreadableReason, runId: string): NonNullable<CompanionDecision['exit']> {
  const [status, detail] = SAID[reason];
  const body = {
    type: PROBLEM,
    title: 'Personal values in the request cannot be replaced, which this route demands',
    status,
    detail: `${detail}; the provider was not called`,
    instance: `urn:clew:run:${runId}`,
    reason,
  };
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/problem+json' } };
}
