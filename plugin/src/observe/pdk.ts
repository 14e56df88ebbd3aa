// Where the companion scripts are not installed: the same by Kong's own calls, one round trip each. The answer's body
// cannot be read this way without buffering it, so such runs have none.
import type { CompanionDecision } from '#contract';
import type { Kong } from '../kong.ts';
import { readHeaders, type CapturedOutcome, type CapturedRequest } from './companion.ts';

export async function askForRequest(kong: Kong, maxBodyBytes: number): Promise<CapturedRequest> {
  const startedMs = Date.now();
  const headers = readHeaders(await kong.request.getHeaders());
  const method = await kong.request.getMethod();
  const path = await kong.request.getPath();
  const length = Number(headers['content-length'] ?? Number.NaN);
  const isTooLong = length > maxBodyBytes;
  const body = length === 0 || isTooLong || method === 'GET' || method === 'HEAD' ? undefined : await kong.request.getRawBody(0);
  const isBody = (typeof body === 'string' || body instanceof Uint8Array) && body.length > 0;
  return {
    method: typeof method === 'string' ? method : '',
    path: typeof path === 'string' ? path : '',
    headers,
    body: isBody && body.length <= maxBodyBytes ? body : undefined,
    bodyTruncated: isTooLong || (isBody && body.length > maxBodyBytes),
    startedMs,
  };
}

/** What access-after.lua does with a decision. */
export async function applyDecision(kong: Kong, decision: CompanionDecision): Promise<void> {
  await kong.log.setSerializeValue('clew.run_id', decision.run_id);
  await kong.service.request.setHeaders(decision.set_headers);
  for (const name of decision.clear_headers) await kong.service.request.clearHeader(name);
  await kong.response.setHeaders(decision.response_headers);
  const { exit } = decision;
  if (exit) await kong.response.exit(exit.status, exit.body, exit.headers);
}

/** The run id comes from the decision, which stays in the request's shared table. */
export async function askForOutcome(kong: Kong, decision: unknown, startedMs: number): Promise<CapturedOutcome | undefined> {
  const runId = typeof decision === 'object' && decision !== null ? (decision as { run_id?: unknown }).run_id : undefined;
  if (typeof runId !== 'string') return undefined;
  const status = await kong.response.getStatus();
  return {
    run_id: runId,
    status: typeof status === 'number' ? status : 0,
    response_headers: readHeaders(await kong.response.getHeaders()),
    body_bytes: 0,
    body_truncated: true,
    started_ms: startedMs,
    ended_ms: Date.now(),
    aborted: false,
    tries: [],
  };
}
