// What is done before the provider is called, and nothing more: a trace context, a correlation id and a run id.
import { randomBytes, randomUUID } from 'node:crypto';
import type { CompanionDecision } from '#contract';
import { readRequest } from '#dialects';
import type { PluginConfig } from './config.ts';
import { refusalOf, verdictHeader } from './manifests/index.ts';
import type { CapturedRequest } from './observe/index.ts';
import type { PendingRun } from './pending.ts';
import type { UpstreamShare } from './upstream/index.ts';
import { continueTrace } from './trace/index.ts';

/** The first that the client sends is kept. */
const CORRELATION_HEADERS = ['x-correlation-id', 'x-request-id'] as const;
const MAX_CORRELATION_ID = 256;

/** True when the path is that of an LLM call; the body is not looked at. */
export function isLlmCall(request: CapturedRequest): boolean {
  const reading = readRequest({
    method: request.method,
    path: request.path,
    requestHeaders: {},
    requestBody: undefined,
    requestTruncated: false,
    status: undefined,
    responseHeaders: {},
    responseBody: undefined,
    responseTruncated: false,
  });
  return reading.ok || reading.reason !== 'not_llm_path';
}

export function beginRun(request: CapturedRequest, config: PluginConfig, now: number): PendingRun {
  return {
    runId: randomBytes(16).toString('hex'),
    correlationId: correlationOf(request.headers) ?? randomUUID(),
    request,
    trace: continueTrace(request.headers, { formats: config.propagation, randomHex: (bytes) => randomBytes(bytes).toString('hex') }),
    at: now,
  };
}

/** The run id goes to the client, who asks for it later, and not to the provider, whom it tells nothing. */
export function decisionOf(run: PendingRun, captureAnswer: boolean, upstream?: UpstreamShare): CompanionDecision {
  const { headers } = run.request;
  const { guard } = run;
  const ours = Object.keys(headers).filter((name) => name.startsWith('x-clew-'));
  const known = correlationOf(headers) !== undefined;
  return {
    v: 1,
    run_id: run.runId,
    set_headers: { ...run.trace.setHeaders, ...(known ? {} : { 'x-correlation-id': run.correlationId }), ...upstream?.setHeaders },
    clear_headers: [...run.trace.clearHeaders, ...ours, ...(upstream?.clearHeaders ?? [])],
    response_headers: {
      'x-clew-run-id': run.runId,
      'x-correlation-id': run.correlationId,
      ...(guard && verdictHeader(guard)),
      ...upstream?.responseHeaders,
    },
    capture_answer: captureAnswer,
    ...(upstream?.restore ? { restore: upstream.restore } : {}),
    ...(guard?.action === 'block' ? { exit: refusalOf(guard, run.runId) } : upstream?.exit ? { exit: upstream.exit } : {}),
  };
}

/** Goes back to the client in a header, so only what a header may hold. */
function correlationOf(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of CORRELATION_HEADERS) {
    const id = headers[name]?.trim() ?? '';
    if (/^[\x21-\x7e]+$/.test(id) && id.length <= MAX_CORRELATION_ID) return id;
  }
  return undefined;
}
