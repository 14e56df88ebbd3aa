// What the stored requests are, as metrics, by tenant and environment. Model names come from senders and scopes from
// tokens, so of each only the first ones get a label of their own.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { FeedbackMeter } from '../feedback/index.ts';
import type { StoredTurn } from '../ingest/index.ts';
import { scopeKey, type Scope } from '../kernel/index.ts';
import type { AccuracyMetrics } from './accuracy-metrics.ts';

const MODELS_PER_SCOPE = 50;
const SCOPES = 200;
const MODEL = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}$/;
const WHERE = ['tenant', 'environment'] as const;

export function createSemanticMetrics(
  registry: Registry,
  accuracy: Pick<AccuracyMetrics, 'stored'>,
): { stored(turn: StoredTurn): void } & FeedbackMeter {
  const metrics = register(registry);
  /** Models that have a label, by scope: one tenant must neither use up another's labels nor be seen to. */
  const models = new Map<string, Set<string>>();
  const placeOf = (scope: Scope): Scope => {
    const key = scopeKey(scope);
    if (!models.has(key) && models.size >= SCOPES) return { tenant: 'other', environment: 'other' };
    return scope;
  };
  const modelLabel = (scope: Scope, name: string): string => {
    const key = scopeKey(scope);
    const known = models.get(key) ?? new Set<string>();
    models.set(key, known);
    if (known.has(name)) return name;
    if (known.size >= MODELS_PER_SCOPE || !MODEL.test(name)) return 'other';
    known.add(name);
    return name;
  };
  return {
    stored(turn) {
      const { sample, placement, scope, costUsd } = turn;
      accuracy.stored(turn);
      const where = placeOf(scope);
      const labels = { tenant: where.tenant, environment: where.environment };
      const model = modelLabel(where, sample.model?.executed ?? sample.model?.requested ?? 'unknown');
      const traffic = scope.environment === 'test' ? 'test' : 'live';
      const { position, intent, method } = placement;
      metrics.requests.inc({ ...labels, position, intent, method, model, outcome: sample.status?.outcome ?? 'unknown', traffic });
      if (placement.isNew) metrics.threads.inc({ ...labels, method, traffic });
      const { usage } = sample;
      if (usage?.inputTokens !== undefined) metrics.tokens.inc({ ...labels, kind: 'input', model }, usage.inputTokens);
      if (usage?.outputTokens !== undefined) metrics.tokens.inc({ ...labels, kind: 'output', model }, usage.outputTokens);
      if (costUsd !== null) metrics.cost.inc({ ...labels, model }, costUsd);
      if (sample.endedAt !== undefined) {
        const seconds = Math.max(0, (Date.parse(sample.endedAt) - Date.parse(sample.startedAt)) / 1000);
        metrics.duration.observe({ ...labels, position, intent }, seconds);
      }
    },
    feedback(scope, kind, value) {
      const { tenant, environment } = placeOf(scope);
      metrics.feedback.inc({ tenant, environment, kind, value });
    },
  };
}

function register(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'clew_requests_total',
      help: 'Stored LLM requests by what they are in their thread; traffic "test" is the environment of that name',
      labelNames: [...WHERE, 'position', 'intent', 'method', 'model', 'outcome', 'traffic'] as const,
      registers,
    }),
    threads: new Counter({
      name: 'clew_threads_total',
      help: 'Threads begun',
      labelNames: [...WHERE, 'method', 'traffic'] as const,
      registers,
    }),
    tokens: new Counter({
      name: 'clew_tokens_total',
      help: 'Tokens as providers stated them',
      labelNames: [...WHERE, 'kind', 'model'] as const,
      registers,
    }),
    cost: new Counter({
      name: 'clew_cost_usd_total',
      help: 'Cost by the price table',
      labelNames: [...WHERE, 'model'] as const,
      registers,
    }),
    feedback: new Counter({
      name: 'clew_feedback_total',
      help: 'Feedback taken; value is up, down, yes, no, or "-" for scores and comments',
      labelNames: [...WHERE, 'kind', 'value'] as const,
      registers,
    }),
    duration: new Histogram({
      name: 'clew_request_duration_seconds',
      help: 'LLM requests from arrival to last byte',
      labelNames: [...WHERE, 'position', 'intent'] as const,
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
  };
}
