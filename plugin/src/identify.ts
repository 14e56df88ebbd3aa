// Who sent a call and which conversation it declares, from all places that a policy allows.
import type { Policy } from '#contract';
import type { LlmRequest, RawCall } from '#dialects';
import type { Redactor } from '#redact';
import type { CapturedOutcome } from './observe/index.ts';
import type { PendingRun } from './pending.ts';
import {
  DEFAULT_SOURCES,
  findPrincipal,
  findSession,
  readClaims,
  readPath,
  type DeclaredSession,
  type Principal,
  type TenantKeys,
} from './principal/index.ts';
import { mayStand } from './record/index.ts';

export interface Caller {
  readonly pending: PendingRun;
  readonly outcome: CapturedOutcome;
  readonly call: RawCall;
  readonly request: LlmRequest;
  readonly policy: Policy;
  readonly keys: TenantKeys;
  readonly redactor: Redactor;
}

/** Paths that the dialects look at themselves: absent there, absent in the body. */
const READ_BY_DIALECTS = new Set([
  'user',
  'safety_identifier',
  'metadata.user_id',
  'conversation',
  'conversation.id',
  'metadata.session_id',
  'metadata.conversation_id',
]);

export function identify(caller: Caller): { principal: Principal | undefined; session: DeclaredSession | undefined } {
  const { pending, outcome, call, request, policy, keys, redactor } = caller;
  const { headers } = pending.request;
  const body = bodyReader(call.requestBody);
  const principal = findPrincipal(
    policy.principal?.sources ?? DEFAULT_SOURCES,
    {
      headers,
      claims: readClaims(headers['authorization']),
      consumer: outcome.consumer,
      credential: outcome.credential,
      body: (path) => request.declaredUsers[path] ?? body(path),
    },
    keys.principal,
  );
  const session = findSession(
    policy.session,
    { headers, baggage: pending.trace.baggage, body: (path) => request.declaredIds[path] ?? body(path), declaredIds: request.declaredIds },
    keys.session,
    (text) => mayStand(text, redactor),
  );
  return { principal, session };
}

/** Parses the body once, and only when a policy names a place that no dialect reads. */
function bodyReader(text: string | undefined): (path: string) => string | undefined {
  let parsed: { readonly value: unknown } | undefined;
  return (path) => {
    if (READ_BY_DIALECTS.has(path)) return undefined;
    parsed ??= { value: parse(text) };
    return readPath(parsed.value, path);
  };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
