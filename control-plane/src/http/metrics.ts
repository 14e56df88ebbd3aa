// Prometheus metrics. Every label takes one of few values: model names come from senders, so only the first 50 get a
// label of their own.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { IngestMeter, Stage, StoredTurn } from '../ingest/index.ts';
import type { RequestObserver } from './observe-requests.ts';
import type { TextPage } from './text-page.ts';

export interface JournalDepth {
  readonly waiting: number;
  readonly buried: number;
  readonly oldestMs: number | null;
}

export interface Metrics extends RequestObserver, IngestMeter {
  /** Read when the page is asked for. */
  watchJournal(read: () => Promise<JournalDepth>, nowMs: () => number): void;
  /** Spans that left, and those that did not, by reason. */
  spans(outcome: 'exported' | 'dropped' | 'failed', count: number): void;
  page(permission: string | null): TextPage;
}

const MODEL_LABELS = 50;
const SECONDS = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'clew_' });
  const modelLabel = boundedLabel(MODEL_LABELS);
  const http = httpMetrics(registry);
  const ingest = ingestMetrics(registry);
  const semantic = semanticMetrics(registry);
  let watched: { read: () => Promise<JournalDepth>; nowMs: () => number } | undefined;

  return {
    requestFinished: ({ method, route, status }, seconds) => {
      http.requests.inc({ method, route, status: String(status) });
      http.duration.observe({ method, route }, seconds);
    },
    accepted: (count) => ingest.accepted.inc(count),
    duplicates: (count) => ingest.duplicates.inc(count),
    unknownFields: (count) => ingest.unknownFields.inc(count),
    rejected: (code, count) => ingest.rejected.inc({ code }, count),
    dropped: (reason, count) => ingest.dropped.inc({ reason }, count),
    retried: (count) => ingest.retried.inc(count),
    stage: (stage: Stage, seconds, items) => {
      ingest.stage.observe({ stage }, seconds);
      ingest.stageItems.inc({ stage }, items);
    },
    stored: (turn) => countStored(semantic, turn, modelLabel),
    spans: (outcome, count) => ingest.spans.inc({ outcome }, count),
    watchJournal: (read, nowMs) => {
      watched = { read, nowMs };
    },
    page: (permission) => ({
      path: '/metrics',
      permission,
      contentType: registry.contentType,
      summary: 'Prometheus metrics',
      read: async () => {
        if (watched) {
          const depth = await watched.read();
          ingest.waiting.set(depth.waiting);
          ingest.buried.set(depth.buried);
          ingest.lag.set(depth.oldestMs === null ? 0 : Math.max(0, (watched.nowMs() - depth.oldestMs) / 1000));
        }
        return registry.metrics();
      },
    }),
  };
}

function httpMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'clew_http_requests_total',
      help: 'Answered HTTP requests',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    duration: new Histogram({
      name: 'clew_http_request_duration_seconds',
      help: 'Time to the end of the answer',
      labelNames: ['method', 'route'],
      buckets: SECONDS,
      registers,
    }),
  };
}

function ingestMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter<L>({ name, help, labelNames, registers });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    accepted: counter('clew_samples_accepted_total', 'Samples made durable'),
    duplicates: counter('clew_samples_duplicate_total', 'Samples that had been accepted before'),
    unknownFields: counter('clew_samples_unknown_fields_total', 'Fields that version 1 does not know, left out'),
    rejected: counter('clew_samples_rejected_total', 'Samples refused at the door', 'code'),
    dropped: counter('clew_samples_dropped_total', 'Accepted samples that were not stored', 'reason'),
    retried: counter('clew_samples_retried_total', 'Samples put back after a failure'),
    spans: counter('clew_spans_total', 'Semantic spans by what became of them', 'outcome'),
    waiting: gauge('clew_journal_waiting', 'Accepted samples that wait for processing'),
    buried: gauge('clew_journal_buried', 'Samples taken out after too many attempts'),
    lag: gauge('clew_journal_lag_seconds', 'Age of the oldest waiting sample'),
    stageItems: counter('clew_stage_items_total', 'Samples that passed a stage of the pipeline', 'stage'),
    stage: new Histogram({
      name: 'clew_stage_duration_seconds',
      help: 'Time of one batch in a stage of the pipeline',
      labelNames: ['stage'],
      buckets: SECONDS,
      registers,
    }),
  };
}

const SEMANTIC_LABELS = ['position', 'intent', 'method', 'model', 'outcome', 'traffic'] as const;

function semanticMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'clew_requests_total',
      help: 'Stored LLM requests by what they are in their thread; traffic "test" is the environment of that name',
      labelNames: SEMANTIC_LABELS,
      registers,
    }),
    threads: new Counter({ name: 'clew_threads_total', help: 'Threads begun', labelNames: ['method', 'traffic'], registers }),
    tokens: new Counter({ name: 'clew_tokens_total', help: 'Tokens as providers stated them', labelNames: ['kind', 'model'], registers }),
    cost: new Counter({ name: 'clew_cost_usd_total', help: 'Cost by the price table', labelNames: ['model'], registers }),
    duration: new Histogram({
      name: 'clew_request_duration_seconds',
      help: 'LLM requests from arrival to last byte',
      labelNames: ['position', 'intent'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
  };
}

function countStored(metrics: ReturnType<typeof semanticMetrics>, turn: StoredTurn, modelLabel: (name: string) => string): void {
  const { sample, placement, scope } = turn;
  const model = modelLabel(sample.model?.executed ?? sample.model?.requested ?? 'unknown');
  const traffic = scope.environment === 'test' ? 'test' : 'live';
  const { position, intent, method } = placement;
  metrics.requests.inc({ position, intent, method, model, outcome: sample.status?.outcome ?? 'unknown', traffic });
  if (placement.isNew) metrics.threads.inc({ method, traffic });
  if (sample.usage?.inputTokens !== undefined) metrics.tokens.inc({ kind: 'input', model }, sample.usage.inputTokens);
  if (sample.usage?.outputTokens !== undefined) metrics.tokens.inc({ kind: 'output', model }, sample.usage.outputTokens);
  if (turn.costUsd !== null) metrics.cost.inc({ model }, turn.costUsd);
  if (sample.endedAt !== undefined) {
    metrics.duration.observe({ position, intent }, Math.max(0, (Date.parse(sample.endedAt) - Date.parse(sample.startedAt)) / 1000));
  }
}

/** The first `limit` names as they are, all later ones as "other". Names of an odd shape never become labels. */
function boundedLabel(limit: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= limit || !/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}$/.test(name)) return 'other';
    known.add(name);
    return name;
  };
}
