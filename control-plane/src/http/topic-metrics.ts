// The same by topic. What a request is about is known a moment after it is stored, so its figures wait in memory until then: names of
// topics come from prompts of many people, and only those that enough of them talk about are shown.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PublicTopic, PublicTopics } from '../export/index.ts';
import type { StoredTurn } from '../ingest/index.ts';
import { scopeKey, type EventHandler, type Scope } from '../kernel/index.ts';
import { blocksOf, correctionOf, REQUEST_SECONDS, secondsOf, tokensOf } from './semantic-metrics.ts';
import { createLabelBudget, createScopeBudget, createSeriesBudget, OTHER, type SeriesBudget } from './series-budget.ts';

export interface TopicMetrics {
  stored(turn: StoredTurn): void;
  /** Counts stored requests once their topic is known. */
  handler(topics: PublicTopics): EventHandler;
}

const TOPICS_PER_SCOPE = 50;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const WHERE = ['tenant', 'environment'] as const;
const COUNTERS: SeriesBudget = { perScope: 250, inAll: 5_000 };
const HISTOGRAMS: SeriesBudget = { perScope: 52, inAll: 1_000 };
/** Requests that wait for their topic; beyond them the oldest are not counted by topic. */
const WAITING = 20_000;
const EARLY = 1_000;

interface Figures {
  readonly outcome: string;
  readonly tokens: readonly (readonly [string, number])[];
  readonly costUsd: number | null;
  readonly blocks: number;
  readonly isCorrection: boolean;
  readonly seconds: number | undefined;
}

export function createTopicMetrics(registry: Registry): TopicMetrics {
  const metrics = register(registry);
  const scopeOf = createScopeBudget();
  const topicOf = createLabelBudget(TOPICS_PER_SCOPE, ID);
  const budget = {
    requests: createSeriesBudget(COUNTERS, ['topic', 'outcome']),
    tokens: createSeriesBudget(COUNTERS, ['topic', 'kind']),
    cost: createSeriesBudget(COUNTERS, ['topic']),
    blocks: createSeriesBudget(COUNTERS, ['topic']),
    corrections: createSeriesBudget(COUNTERS, ['topic']),
    duration: createSeriesBudget(HISTOGRAMS, ['topic']),
  };
  const waiting = new Map<string, Figures>();
  /** Topics that came before the figures: the store tells of a request in the moment in which it is counted. */
  const early = new Map<string, PublicTopic | null | undefined>();

  function count(scope: Scope, figures: Figures, found: PublicTopic | null | undefined): void {
    const { tenant, environment } = scopeOf(scope);
    const topic = found === null ? '-' : found === undefined ? OTHER : topicOf({ tenant, environment }, found.id);
    const where = { tenant, environment, topic };
    if (found && topic === found.id) metrics.name({ tenant, environment }, found);
    metrics.requests.inc(budget.requests({ ...where, outcome: figures.outcome }));
    for (const [kind, tokens] of figures.tokens) metrics.tokens.inc(budget.tokens({ ...where, kind }), tokens);
    if (figures.costUsd !== null) metrics.cost.inc(budget.cost(where), figures.costUsd);
    if (figures.blocks > 0) metrics.blocks.inc(budget.blocks(where), figures.blocks);
    if (figures.isCorrection) metrics.corrections.inc(budget.corrections(where));
    if (figures.seconds !== undefined) metrics.duration.observe(budget.duration(where), figures.seconds);
  }

  return {
    stored(turn) {
      const key = keyOf(turn.scope, turn.turn.id);
      const figures: Figures = {
        outcome: turn.sample.status?.outcome ?? 'unknown',
        tokens: tokensOf(turn),
        costUsd: turn.costUsd,
        blocks: blocksOf(turn).length,
        isCorrection: correctionOf(turn) !== undefined,
        seconds: secondsOf(turn),
      };
      if (early.has(key)) count(turn.scope, figures, early.get(key));
      else keep(waiting, key, figures, WAITING);
      early.delete(key);
    },
    handler: (topics) => ({
      name: 'topic_metrics',
      afterOthers: true,
      async handle(events) {
        for (const event of events) {
          if (event.type !== 'TurnStored') continue;
          const key = keyOf(event.scope, event.requestId);
          const topic = await topics.of(event.scope, event.threadId);
          const figures = waiting.get(key);
          // An event can come twice, its figures only once.
          if (figures && waiting.delete(key)) count(event.scope, figures, topic);
          else if (!figures) keep(early, key, topic, EARLY);
        }
      },
    }),
  };
}

/** The oldest go where there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}

const keyOf = (scope: Scope, id: string): string => `${scopeKey(scope)}/${id}`;

function register(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...more: L[]): Counter<L | 'topic' | (typeof WHERE)[number]> =>
    new Counter({ name, help, labelNames: [...WHERE, 'topic', ...more], registers });
  const info = new Gauge({
    name: 'clew_topic_info',
    help: 'Words of a topic, those that enough people used',
    labelNames: [...WHERE, 'topic', 'label'],
    registers,
  });
  const labels = new Map<string, string>();
  return {
    requests: counter(
      'clew_topic_requests_total',
      'Stored LLM requests by topic: "other" for those of few people, "-" for none',
      'outcome',
    ),
    tokens: counter('clew_topic_tokens_total', 'Tokens by topic', 'kind'),
    cost: counter('clew_topic_cost_usd_total', 'Cost by topic'),
    blocks: counter('clew_topic_blocks_total', 'Refusals by topic'),
    corrections: counter('clew_topic_corrections_total', 'Corrections, refinements and repeats by topic'),
    duration: new Histogram({
      name: 'clew_topic_request_duration_seconds',
      help: 'LLM requests from arrival to last byte, by topic',
      labelNames: [...WHERE, 'topic'],
      buckets: REQUEST_SECONDS,
      registers,
    }),
    /** A topic has one name at a time. */
    name({ tenant, environment }: Scope, { id, label }: { readonly id: string; readonly label: string }) {
      const key = `${tenant}/${environment}/${id}`;
      const before = labels.get(key);
      const shown = label.replaceAll(/["\\\n]/g, ' ');
      if (before === shown) return;
      if (before !== undefined) info.remove({ tenant, environment, topic: id, label: before });
      labels.set(key, shown);
      info.set({ tenant, environment, topic: id, label: shown }, 1);
    },
  };
}
