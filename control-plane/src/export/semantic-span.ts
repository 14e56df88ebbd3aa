// One stored request as a span with the GenAI conventions (names of 1.41) and clew.*. It carries no content, and an
// inferred thread never poses as gen_ai.conversation.id: the conventions reserve that for ids that somebody declared.
import { createHash } from 'node:crypto';
import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type HrTime, type SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { scopeKey, type Scope } from '../kernel/index.ts';
import type { Move, RequestView } from '../threads/index.ts';

const OPERATIONS: Readonly<Record<string, string>> = {
  'openai.completions': 'text_completion',
  'openai.embeddings': 'embeddings',
};
const RELINKED = 'clew.thread.relinked';
const SCOPE = { name: 'clew', schemaUrl: 'https://opentelemetry.io/schemas/1.41.0' };

/**
 * The span stands in the caller's trace with the id that the gateway gave it, as child of the caller's span; the same
 * request makes the same span, so that sending it twice does no harm. The link leads to the request before it in its thread.
 */
export function semanticSpan(
  scope: Scope,
  request: RequestView,
  predecessor: RequestView | undefined,
  resource: Resource,
  run?: RunFacts,
): ReadableSpan {
  const context = contextOf(scope, request);
  const startMs = Date.parse(request.at);
  const endMs = Math.max(startMs, request.endedAt === null ? startMs : Date.parse(request.endedAt));
  const parent = request.trace?.parentSpanId;
  const operation = OPERATIONS[request.dialect] ?? 'chat';
  const isError = request.status?.outcome === 'error' || request.error !== null;
  return {
    name: `${operation} ${request.model?.requested ?? request.model?.executed ?? ''}`.trim(),
    kind: SpanKind.CLIENT,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: { ...context, spanId: parent, isRemote: true } }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    status: { code: isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: defined({ ...genAi(request, operation), ...clew(request), ...runAttributes(run) }),
    links: predecessor ? [{ context: contextOf(scope, predecessor), attributes: { 'clew.link': 'predecessor' } }] : [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/**
 * What tells a receiver, which keeps spans as they came, that a request stands in another thread now: a span of no duration
 * below that of the request, with one event. The same move makes the same span.
 */
export function relinkSpan(scope: Scope, request: RequestView, move: Move, resource: Resource): ReadableSpan {
  const parent = contextOf(scope, request);
  const context = { ...parent, spanId: digestOf(scope, `${request.id}/${move.from}/${move.at}`).slice(0, 16) };
  const time = hrTime(Date.parse(move.at));
  const attributes = defined({
    'clew.request.id': request.id,
    'clew.run.id': request.runId,
    'clew.thread.id': request.thread,
    'clew.thread.previous_id': move.from,
    'clew.thread.method': request.method,
    'clew.thread.confidence': request.confidence,
    'clew.position': request.position,
    'clew.relink.evidence': move.evidence,
    'clew.relink.by': move.by,
  });
  return {
    name: RELINKED,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    parentSpanContext: parent,
    startTime: time,
    endTime: time,
    duration: [0, 0],
    status: { code: SpanStatusCode.UNSET },
    attributes,
    links: [{ context: parent, attributes: { 'clew.link': 'relinked' } }],
    events: [{ name: RELINKED, time, attributes }],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** What is known of a run's identity: digests and names. */
export interface RunFacts {
  readonly digest: string;
  readonly judgement: {
    readonly verdict: string;
    readonly manifest: { readonly name: string; readonly revision: string } | null;
    readonly differences: readonly { readonly path: string }[];
  };
  readonly signed: { readonly by: string; readonly keyId: string } | null;
  readonly logIndex: number | null;
}

function runAttributes(run: RunFacts | undefined): Loose {
  if (!run) return {};
  const { digest, judgement, signed, logIndex } = run;
  return {
    'clew.run.digest': digest,
    'clew.run.verdict': judgement.verdict,
    'clew.run.manifest': judgement.manifest?.name,
    'clew.run.manifest_revision': judgement.manifest?.revision,
    'clew.run.differences': judgement.differences.length > 0 ? judgement.differences.map(({ path }) => path) : undefined,
    'clew.run.signed_by': signed?.by,
    'clew.run.key_id': signed?.keyId,
    'clew.run.log_index': logIndex,
  };
}

type Loose = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

function genAi(request: RequestView, operation: string): Loose {
  const { model, usage, status } = request;
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': request.provider ?? (request.dialect === 'anthropic.messages' ? 'anthropic' : 'openai'),
    'gen_ai.request.model': model?.requested,
    'gen_ai.response.model': model?.executed,
    'gen_ai.response.id': request.call?.responseId,
    'gen_ai.response.finish_reasons': status?.finishReason === undefined ? undefined : [status.finishReason],
    'gen_ai.response.time_to_first_chunk': request.stages?.firstByteMs === undefined ? undefined : request.stages.firstByteMs / 1000,
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens,
    'gen_ai.conversation.id': request.declaredSession?.id,
    'gen_ai.conversation.compacted': request.truncation?.kind === 'compacted' ? true : undefined,
    'error.type': request.error?.type ?? (request.status?.outcome === 'error' ? '_OTHER' : undefined),
    'http.response.status_code': status?.http,
  };
}

function clew(request: RequestView): Loose {
  return {
    'clew.request.id': request.id,
    'clew.run.id': request.runId,
    'clew.thread.id': request.thread,
    'clew.thread.confidence': request.confidence,
    'clew.thread.method': request.method,
    'clew.thread.turn': request.turn,
    'clew.session.id': request.session,
    'clew.position': request.position,
    'clew.intent': request.intent,
    'clew.follow_up': request.followUp,
    'clew.similarity': request.similarity,
    'clew.outcome': request.status?.outcome,
    'clew.cost_usd': request.costUsd,
    'clew.history.dropped': request.truncation?.dropped,
    'clew.correlation.id': request.correlationId,
  };
}

/** Where no trace was known, ids derive from the request, so that they stay the same. */
function contextOf(scope: Scope, request: RequestView): SpanContext {
  const digest = digestOf(scope, request.id);
  return {
    traceId: request.trace?.traceId ?? digest.slice(0, 32),
    spanId: request.trace?.spanId ?? digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
  };
}

const digestOf = (scope: Scope, name: string): string =>
  createHash('sha256')
    .update(`${scopeKey(scope)}/${name}`)
    .digest('hex');

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];

function defined(values: Loose): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) kept[name] = typeof value === 'object' ? [...value] : value;
  }
  return kept;
}
