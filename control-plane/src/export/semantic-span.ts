// One stored request as a span with the GenAI conventions and clew.*, and the span that tells of a later move.
import { SpanKind } from '@opentelemetry/api';
import type { Link } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Move, RequestView } from '../threads/index.ts';
import { clewAttributes, moveAttributes } from './clew-attributes.ts';
import type { DestinationView } from './destination.ts';
import type { RequestFacts } from './facts.ts';
import { errorTypeOf, genAiAttributes, operationOf } from './gen-ai.ts';
import { contextBelow, contextOf, makeSpan, type Loose } from './span.ts';
import type { SpanPlace } from './stage-spans.ts';

const RELINKED = 'clew.thread.relinked';

/**
 * The span stands in the caller's trace with the id that the gateway gave it, as child of the caller's span; the same
 * request makes the same span, so that sending it twice does no harm. Links lead to the request before it in its thread and
 * to the one that it was made for.
 */
export function semanticSpan(place: SpanPlace, facts: RequestFacts, view: DestinationView): ReadableSpan {
  const { request } = facts;
  const context = contextOf(place.scope, request);
  const startMs = Date.parse(request.at);
  const parent = request.trace?.parentSpanId;
  const attributes: Loose = { ...genAiAttributes(facts, view), ...clewAttributes(facts) };
  const copies = Object.entries(view.copy).map(([target, source]) => [target, attributes[source]] as const);
  return makeSpan({
    ...place,
    name: `${operationOf(request)} ${request.model?.requested ?? request.model?.executed ?? ''}`.trim(),
    kind: SpanKind.CLIENT,
    context,
    parent: parent === undefined ? undefined : { ...context, spanId: parent, isRemote: true },
    startMs,
    endMs: request.endedAt === null ? startMs : Date.parse(request.endedAt),
    errorType: errorTypeOf(request),
    attributes: { ...attributes, ...Object.fromEntries(copies) },
    links: linksOf(place, facts),
  });
}

/** A step's predecessor is what it was made for; a turn's is the turn before. */
function linksOf({ scope }: SpanPlace, { request, predecessor }: RequestFacts): readonly Link[] {
  if (!predecessor) return [];
  const kind = request.parent === predecessor.id ? 'parent' : 'predecessor';
  return [
    {
      context: contextOf(scope, predecessor),
      attributes: { 'clew.link': kind, 'clew.request.id': predecessor.id, 'clew.thread.id': predecessor.thread },
    },
  ];
}

/**
 * What tells a receiver, which keeps spans as they came, that a request stands in another thread now: a span of no duration
 * below that of the request, with one event. The same move makes the same span. No link leads to its parent: Jaeger would show
 * that in place of the parent.
 */
export function relinkSpan(place: SpanPlace, request: RequestView, move: Move): ReadableSpan {
  const parent = contextOf(place.scope, request);
  const atMs = Date.parse(move.at);
  const attributes = moveAttributes(request, move);
  return makeSpan({
    ...place,
    name: RELINKED,
    context: contextBelow(place.scope, request, `${move.from}/${move.at}`),
    parent,
    startMs: atMs,
    endMs: atMs,
    attributes,
    events: [{ name: RELINKED, atMs, attributes }],
  });
}
