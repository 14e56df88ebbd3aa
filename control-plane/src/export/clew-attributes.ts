// What Clew found out about a request, under a namespace of its own. docs/EXPORT.md explains each name; a test compares.
import type { Move, RequestView } from '../threads/index.ts';
import type { RequestFacts, RunFacts } from './facts.ts';
import type { Loose } from './span.ts';

export function clewAttributes({ request, run, topic }: RequestFacts): Loose {
  return {
    ...idsOf(request),
    'clew.thread.confidence': request.confidence,
    'clew.thread.method': request.method,
    'clew.thread.turn': request.turn,
    'clew.session.id': request.session,
    'clew.position': request.position,
    'clew.intent': request.intent,
    'clew.follow_up': request.followUp,
    'clew.similarity': request.similarity,
    'clew.call.kind': request.call?.kind,
    'clew.topic.id': topic?.id,
    'clew.topic.label': topic?.label === '' ? undefined : topic?.label,
    'clew.outcome': request.status?.outcome,
    'clew.cost_usd': request.costUsd,
    'clew.history.dropped': request.truncation?.dropped,
    'clew.correlation.id': request.correlationId,
    'clew.gateway.route': request.gateway?.route,
    'clew.sampling.probability': request.sampling?.probability,
    ...runAttributes(run),
  };
}

/** What joins any of our spans with logs and the API. */
export const idsOf = (request: RequestView): Loose => ({
  'clew.request.id': request.id,
  'clew.run.id': request.runId,
  'clew.thread.id': request.thread,
});

export const moveAttributes = (request: RequestView, move: Move): Loose => ({
  ...idsOf(request),
  'clew.thread.previous_id': move.from,
  'clew.thread.method': request.method,
  'clew.thread.confidence': request.confidence,
  'clew.position': request.position,
  'clew.relink.evidence': move.evidence,
  'clew.relink.by': move.by,
});

function runAttributes(run: RunFacts | undefined): Loose {
  if (!run) return {};
  const { digest, judgement, signed, logIndex, record } = run;
  return {
    'clew.run.digest': digest,
    'clew.run.verdict': judgement.verdict,
    'clew.run.manifest': judgement.manifest?.name,
    'clew.run.manifest_revision': judgement.manifest?.revision,
    'clew.run.differences': judgement.differences.length > 0 ? judgement.differences.map(({ path }) => path) : undefined,
    'clew.run.model_evidence': record.model.evidence,
    'clew.run.variant': record.composition.variant,
    'clew.run.signed_by': signed?.by,
    'clew.run.key_id': signed?.keyId,
    'clew.run.log_index': logIndex,
  };
}
