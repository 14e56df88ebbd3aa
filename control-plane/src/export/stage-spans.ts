// The stages of one request as spans below the semantic one: ingress, guardrails, routing with its attempts, response. They bear
// no gen_ai.* names, so that receivers which count model calls by those count each call once.
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Resource } from '@opentelemetry/resources';
import type { Scope } from '../kernel/index.ts';
import { idsOf } from './clew-attributes.ts';
import type { RequestFacts } from './facts.ts';
import { errorTypeOf } from './gen-ai.ts';
import { contextBelow, contextOf, makeSpan, type Loose } from './span.ts';

export interface SpanPlace {
  readonly scope: Scope;
  readonly resource: Resource;
  readonly schemaUrl: string;
}

type Stage = 'ingress' | 'guardrail' | 'routing' | 'response';

interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Stages whose times the gateway did not state are left out. */
export function stageSpans(place: SpanPlace, facts: RequestFacts): readonly ReadableSpan[] {
  const { request } = facts;
  const times = timesOf(facts);
  const semantic = contextOf(place.scope, request);
  const span = (stage: Stage, name: string, interval: Interval, attributes: Loose = {}): ReadableSpan =>
    makeSpan({
      ...place,
      name,
      context: contextBelow(place.scope, request, name),
      parent: semantic,
      ...interval,
      errorType: request.error?.stage === stage ? errorTypeOf(request) : undefined,
      attributes: { ...idsOf(request), 'clew.stage': stage, ...attributes },
    });
  return [
    ...(times.ingress ? [span('ingress', 'clew.ingress', times.ingress, { 'clew.gateway.kind': request.gateway?.kind })] : []),
    ...request.guardrails.map((verdict, index) => {
      const attributes = {
        'clew.guardrail.name': verdict.name,
        'clew.guardrail.verdict': verdict.verdict,
        'clew.guardrail.on': verdict.stage ?? 'request',
      };
      return span('guardrail', `clew.guardrail ${index + 1}`, times.guardrails[index] ?? times.whole, attributes);
    }),
    ...(times.routing ? routingSpans(place, facts, times.routing, span) : []),
    ...(times.response ? [span('response', 'clew.response', times.response, { 'http.response.status_code': request.status?.http })] : []),
  ];
}

/**
 * Gateways say how often they tried and with what result, not when. So a failed attempt is a moment at the beginning, the last one
 * takes the whole time, and each says that its duration is not known.
 */
function routingSpans(
  place: SpanPlace,
  { request, run }: RequestFacts,
  interval: Interval,
  span: (stage: Stage, name: string, interval: Interval, attributes?: Loose) => ReadableSpan,
): readonly ReadableSpan[] {
  const attempts = run?.record.composition.attempts ?? [];
  const routing = span('routing', 'clew.routing', interval, {
    'clew.routing.attempts': attempts.length === 0 ? undefined : attempts.length,
    'clew.routing.model': request.model?.executed ?? request.model?.requested,
  });
  const isOnlyOne = attempts.length === 1;
  return [
    routing,
    ...attempts.map(({ model, status, reason }, index) => {
      const isLast = index === attempts.length - 1;
      const failed = status === undefined ? reason !== undefined : status >= 400;
      return makeSpan({
        ...place,
        name: `clew.attempt ${index + 1}`,
        context: contextBelow(place.scope, request, `clew.attempt ${index + 1}`),
        parent: routing.spanContext(),
        startMs: interval.startMs,
        endMs: isLast ? interval.endMs : interval.startMs,
        errorType: failed ? (reason ?? String(status)) : undefined,
        attributes: {
          ...idsOf(request),
          'clew.stage': 'routing',
          'clew.attempt.number': index + 1,
          'clew.attempt.model': model,
          'clew.attempt.reason': reason,
          'clew.attempt.duration_known': isOnlyOne,
          'http.response.status_code': status,
        },
      });
    }),
  ];
}

function timesOf({ request }: RequestFacts): {
  readonly whole: Interval;
  readonly ingress?: Interval;
  readonly routing?: Interval;
  readonly response?: Interval;
  /** One for each verdict. */
  readonly guardrails: readonly Interval[];
} {
  const startMs = Date.parse(request.at);
  const endMs = Math.max(startMs, request.endedAt === null ? startMs : Date.parse(request.endedAt));
  const { ingressMs, routingMs, firstByteMs, responseMs, guardrailMs } = request.stages ?? {};
  // A clock that jumped, or a sender that adds up wrongly, must not make a stage longer than its request.
  const within = (ms: number): number => Math.min(endMs, Math.max(startMs, ms));
  const called = ingressMs === undefined ? undefined : within(startMs + ingressMs);
  const first =
    firstByteMs === undefined
      ? called === undefined || routingMs === undefined
        ? undefined
        : within(called + routingMs)
      : within(startMs + firstByteMs);
  const answerStart = first ?? (responseMs === undefined ? undefined : within(endMs - responseMs));
  return {
    whole: { startMs, endMs },
    ...(called === undefined ? {} : { ingress: { startMs, endMs: called } }),
    ...(routingMs === undefined || first === undefined ? {} : { routing: { startMs: within(first - routingMs), endMs: first } }),
    ...(responseMs === undefined || answerStart === undefined
      ? {}
      : { response: { startMs: answerStart, endMs: within(answerStart + responseMs) } }),
    guardrails: guardrailTimes(request.guardrails, called ?? startMs, endMs, guardrailMs, within),
  };
}

/** One after the other: those of the request end where the provider is called, those of the answer at its end. */
function guardrailTimes(
  verdicts: RequestFacts['request']['guardrails'],
  calledMs: number,
  endMs: number,
  totalMs: number | undefined,
  within: (ms: number) => number,
): readonly Interval[] {
  const ends = { request: calledMs, response: endMs };
  const times: Interval[] = [];
  for (const { stage = 'request', durationMs } of [...verdicts].reverse()) {
    const end = ends[stage];
    const start = within(end - (durationMs ?? (verdicts.length === 1 ? (totalMs ?? 0) : 0)));
    ends[stage] = start;
    times.unshift({ startMs: start, endMs: end });
  }
  return times;
}
