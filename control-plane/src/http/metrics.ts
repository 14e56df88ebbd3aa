// Prometheus metrics. Every label takes one of few values. The operator sees all; everyone else what is labelled with
// their own tenant and environment, and nothing of the process as a whole: its load is that of other tenants too.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PublicTopics, SpanMeter } from '../export/index.ts';
import type { FeedbackMeter } from '../feedback/index.ts';
import type { ScopeAccount } from '../identity/index.ts';
import type { IngestMeter, Stage } from '../ingest/index.ts';
import type { EventHandler, Scope } from '../kernel/index.ts';
import type { VerdictKind } from '../threads/index.ts';
import { createAccuracyMetrics } from './accuracy-metrics.ts';
import { createHealthMetrics, type HealthMetrics } from './health-metrics.ts';
import { createTopicMetrics } from './topic-metrics.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { monitorOutcome } from './monitors.ts';
import type { RequestObserver } from './observe-requests.ts';
import { createRunMetrics } from './run-metrics.ts';
import { createSemanticMetrics } from './semantic-metrics.ts';
import type { TextPage } from './text-page.ts';

export interface JournalDepth {
  readonly waiting: number;
  readonly buried: number;
  readonly oldestMs: number | null;
}

export interface MetricFamily {
  readonly name: string;
  readonly kind: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface Metrics
  extends
    RequestObserver,
    IngestMeter,
    FeedbackMeter,
    GatewayMetrics,
    SpanMeter,
    Pick<HealthMetrics, 'embedded' | 'searched' | 'purged' | 'purgeFailed' | 'watchSizes'> {
  /** Counts stored requests by topic, once that is known. */
  topicHandler(topics: PublicTopics): EventHandler;
  /** Read when the page is asked for. */
  watchJournal(read: () => Promise<JournalDepth>, nowMs: () => number): void;
  /** Read when the page is asked for: what became of the runs that gateways numbered. */
  watchRuns(read: () => Promise<readonly ScopeAccount[]>): void;
  /** Erasures that some place has not taken yet. Read when the page is asked for. */
  watchErasures(read: () => Promise<number>): void;
  /** Read when the page is asked for: spans that wait, by destination. */
  watchSpans(read: () => Readonly<Record<string, number>>): void;
  /** Explanations of alerts that webhooks took, and those that were given up, by reason. */
  alertPosts(outcome: string, count: number): void;
  /** Verdicts on guesses that were there before the process began, oldest first. */
  seedVerdicts(scope: Scope, kinds: readonly VerdictKind[]): void;
  page(permission: string | null): TextPage;
  /** What there is, for the page on metrics. */
  families(): readonly MetricFamily[];
}

const SECONDS = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(version = 'unknown'): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'clew_' });
  const http = httpMetrics(registry);
  const ingest = ingestMetrics(registry);
  const gateways = createGatewayMetrics(registry);
  const accuracy = createAccuracyMetrics(registry);
  const semantic = createSemanticMetrics(registry, accuracy);
  const topics = createTopicMetrics(registry);
  const runs = createRunMetrics(registry);
  const health = createHealthMetrics(registry, version);
  let spansWaiting: (() => Readonly<Record<string, number>>) | undefined;
  let unfinished: (() => Promise<number>) | undefined;
  let watched: { read: () => Promise<JournalDepth>; nowMs: () => number } | undefined;

  return {
    requestFinished: ({ method, route, status }, seconds, monitor) => {
      http.requests.inc({ method, route, status: String(status) });
      http.duration.observe({ method, route }, seconds);
      if (monitor) http.monitors.inc({ client: monitor, outcome: monitorOutcome(monitor, route, status) });
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
    stored: (turn) => {
      semantic.stored(turn);
      topics.stored(turn);
      runs.stored(turn);
    },
    feedback: (scope, kind, value) => semantic.feedback(scope, kind, value),
    seedVerdicts: (scope, kinds) => accuracy.seed(scope, kinds),
    spans: (destination, outcome, count) => ingest.spans.inc({ destination, outcome }, count),
    watchSpans: (read) => {
      spansWaiting = read;
    },
    alertPosts: (outcome, count) => ingest.alertPosts.inc({ outcome }, count),
    topicHandler: (found) => topics.handler(found),
    embedded: (model, seconds, texts) => health.embedded(model, seconds, texts),
    searched: (store, seconds) => health.searched(store, seconds),
    purged: (report, atMs) => health.purged(report, atMs),
    purgeFailed: () => health.purgeFailed(),
    watchSizes: (read) => health.watchSizes(read),
    told: (report, scope) => gateways.told(report, scope),
    watchRuns: (read) => runs.watch(read),
    watchJournal: (read, nowMs) => {
      watched = { read, nowMs };
    },
    watchErasures: (read) => {
      unfinished = read;
    },
    families: () => familiesOf(registry),
    page: (permission) => ({
      path: '/metrics',
      permission,
      contentType: registry.contentType,
      summary: 'Prometheus metrics',
      read: async (scope) => {
        if (watched && !scope) {
          const depth = await watched.read();
          ingest.waiting.set(depth.waiting);
          ingest.buried.set(depth.buried);
          ingest.lag.set(depth.oldestMs === null ? 0 : Math.max(0, (watched.nowMs() - depth.oldestMs) / 1000));
        }
        await runs.refresh();
        await health.refresh();
        for (const [destination, count] of Object.entries(spansWaiting?.() ?? {})) ingest.spansWaiting.set({ destination }, count);
        if (unfinished && !scope) ingest.erasures.set(await unfinished());
        const text = await registry.metrics();
        return scope ? ofScope(text, scope) : text;
      },
    }),
  };
}

/** The registry keeps names of labels, but its types do not say so. */
function familiesOf(registry: Registry): readonly MetricFamily[] {
  type Described = Partial<MetricFamily> & { readonly labelNames?: readonly string[] };
  const kinds: readonly (readonly [string, unknown])[] = [
    ['counter', Counter],
    ['gauge', Gauge],
    ['histogram', Histogram],
  ];
  return registry.getMetricsAsArray().map((metric) => {
    const { name = '', help = '', labelNames = [] } = metric as unknown as Described;
    const kind = kinds.find(([, type]) => typeof type === 'function' && metric instanceof type)?.[0] ?? 'untyped';
    return { name, kind, help, labels: labelNames };
  });
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
    monitors: new Counter({
      name: 'clew_monitoring_requests_total',
      help: 'Requests of Prometheus and Alertmanager by how they were answered: taken, refused, wrong_path, failed',
      labelNames: ['client', 'outcome'],
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
    spans: counter('clew_spans_total', 'Spans by what became of them', 'destination', 'outcome'),
    spansWaiting: new Gauge({
      name: 'clew_spans_waiting',
      help: 'Spans that wait to be sent, those in hand included',
      labelNames: ['destination'],
      registers,
    }),
    alertPosts: counter(
      'clew_alert_posts_total',
      'Explanations of alerts posted to webhooks: delivered, or why they were given up',
      'outcome',
    ),
    waiting: gauge('clew_journal_waiting', 'Accepted samples that wait for processing'),
    buried: gauge('clew_journal_buried', 'Samples taken out after too many attempts'),
    erasures: gauge('clew_erasures_unfinished', 'Erasures that a place has not taken yet; they are tried until it does'),
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

/** The samples that carry the scope's labels, and the descriptions of their families. */
function ofScope(text: string, { tenant, environment }: Scope): string {
  // Label values hold no quotes: tenants and environments are plain names, and model names of an odd shape are left out.
  const labels = [`tenant="${tenant}"`, `environment="${environment}"`];
  const kept: string[] = [];
  let description: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      if (line.startsWith('# HELP')) description = [];
      description.push(line);
    } else if (labels.every((label) => line.includes(label))) {
      kept.push(...description, line);
      description = [];
    }
  }
  return kept.map((line) => `${line}\n`).join('');
}
