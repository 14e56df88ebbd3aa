// What the stored requests are, as metrics, by tenant and environment. Model names, guardrails and topics come from senders and
// scopes from tokens, so each is bounded: series-budget.ts.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { FeedbackMeter } from '../feedback/index.ts';
import type { StoredTurn } from '../ingest/index.ts';
import type { AccuracyMetrics } from './accuracy-metrics.ts';
import { createLabelBudget, createScopeBudget, createSeriesBudget, type SeriesBudget } from './series-budget.ts';

const MODELS_PER_SCOPE = 50;
const GUARDRAILS_PER_SCOPE = 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}$/;
const WHERE = ['tenant', 'environment'] as const;
/** What a request is, in its thread and as a run. */
const SENSE = ['position', 'intent', 'model', 'verdict'] as const;
const COUNTERS: SeriesBudget = { perScope: 2_000, inAll: 20_000 };
/** Each is a dozen and more lines of the page. */
const HISTOGRAMS: SeriesBudget = { perScope: 200, inAll: 2_000 };
/** What gives way first where the budget is spent. */
const OPEN = ['model', 'intent', 'verdict', 'position'] as const;
export const REQUEST_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const CORRECTIONS: ReadonlySet<string> = new Set(['correction', 'refinement', 'repeat']);

export interface SemanticMetrics extends FeedbackMeter {
  stored(turn: StoredTurn): void;
}

export function createSemanticMetrics(registry: Registry, accuracy: Pick<AccuracyMetrics, 'stored'>): SemanticMetrics {
  const metrics = register(registry);
  const scopeOf = createScopeBudget();
  const modelOf = createLabelBudget(MODELS_PER_SCOPE, NAME);
  const guardrailOf = createLabelBudget(GUARDRAILS_PER_SCOPE, NAME);
  const budget = {
    requests: createSeriesBudget(COUNTERS, ['model', 'method', 'intent', 'verdict', 'outcome', 'position', 'traffic']),
    duration: createSeriesBudget(HISTOGRAMS, OPEN),
    tokens: createSeriesBudget(COUNTERS, [...OPEN, 'kind']),
    cost: createSeriesBudget(COUNTERS, OPEN),
    blocks: createSeriesBudget(COUNTERS, ['guardrail', ...OPEN]),
    corrections: createSeriesBudget(COUNTERS, [...OPEN, 'kind']),
  };

  return {
    stored(turn) {
      const { sample, placement, costUsd } = turn;
      accuracy.stored(turn);
      const where = scopeOf(turn.scope);
      const { position, intent, method } = placement;
      const model = modelOf(where, sample.model?.executed ?? sample.model?.requested ?? 'unknown');
      const verdict = turn.identity?.judgement.verdict ?? '-';
      const sense = { tenant: where.tenant, environment: where.environment, position, intent, model, verdict };
      const traffic = turn.scope.environment === 'test' ? 'test' : 'live';
      metrics.requests.inc(budget.requests({ ...sense, method, outcome: sample.status?.outcome ?? 'unknown', traffic }));
      if (placement.isNew) metrics.threads.inc({ tenant: where.tenant, environment: where.environment, method, traffic });
      for (const [kind, count] of tokensOf(turn)) metrics.tokens.inc(budget.tokens({ ...sense, kind }), count);
      if (costUsd !== null) metrics.cost.inc(budget.cost(sense), costUsd);
      for (const name of blocksOf(turn)) metrics.blocks.inc(budget.blocks({ ...sense, guardrail: guardrailOf(where, name) }));
      const kind = correctionOf(turn);
      if (kind !== undefined) metrics.corrections.inc(budget.corrections({ ...sense, kind }));
      const seconds = secondsOf(turn);
      if (seconds !== undefined) metrics.duration.observe(budget.duration(sense), seconds);
    },
    feedback(scope, kind, value) {
      const { tenant, environment } = scopeOf(scope);
      metrics.feedback.inc({ tenant, environment, kind, value });
    },
  };
}

export function tokensOf({ sample: { usage } }: StoredTurn): readonly (readonly [string, number])[] {
  const counts = {
    input: usage?.inputTokens,
    output: usage?.outputTokens,
    cache_read: usage?.cacheReadTokens,
    cache_write: usage?.cacheWriteTokens,
    reasoning: usage?.reasoningTokens,
  };
  return Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined);
}

/** Guardrails that refused; "-" where a refusal came without a name. */
export function blocksOf({ sample: { guardrails = [], status } }: StoredTurn): readonly string[] {
  const names = guardrails.flatMap(({ name, verdict }) => (verdict === 'block' ? [name] : []));
  return names.length > 0 || status?.outcome !== 'blocked' ? names : ['unnamed'];
}

export const correctionOf = ({ placement: { followUp } }: StoredTurn): string | undefined =>
  followUp !== undefined && CORRECTIONS.has(followUp) ? followUp : undefined;

export function secondsOf({ sample }: StoredTurn): number | undefined {
  if (sample.endedAt === undefined) return undefined;
  return Math.max(0, (Date.parse(sample.endedAt) - Date.parse(sample.startedAt)) / 1000);
}

function register(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  return {
    requests: counter('clew_requests_total', 'Stored LLM requests; traffic "test" is the environment of that name', [
      ...WHERE,
      ...SENSE,
      'method',
      'outcome',
      'traffic',
    ]),
    threads: counter('clew_threads_total', 'Threads begun', [...WHERE, 'method', 'traffic']),
    tokens: counter('clew_tokens_total', 'Tokens as providers stated them', [...WHERE, ...SENSE, 'kind']),
    cost: counter('clew_cost_usd_total', 'Cost by the price table', [...WHERE, ...SENSE]),
    blocks: counter('clew_blocks_total', 'Refusals by guardrails', [...WHERE, ...SENSE, 'guardrail']),
    corrections: counter('clew_corrections_total', 'Turns that correct, refine or repeat what was asked before', [
      ...WHERE,
      ...SENSE,
      'kind',
    ]),
    feedback: counter('clew_feedback_total', 'Feedback taken; value is up, down, yes, no, or "-" for scores and comments', [
      ...WHERE,
      'kind',
      'value',
    ]),
    duration: new Histogram({
      name: 'clew_request_duration_seconds',
      help: 'LLM requests from arrival to last byte',
      labelNames: [...WHERE, ...SENSE],
      buckets: REQUEST_SECONDS,
      registers,
    }),
  };
}
