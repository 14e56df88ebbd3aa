// GET /v1/costs, GET /v1/compare, GET /v1/compare/changes.
import {
  ClewError,
  rangeOf,
  type Clock,
  type JsonSchema,
  type QueryParameter,
  type Range,
  type Route,
  type Scope,
} from '../kernel/index.ts';
import { changePoints } from './change-points.ts';
import { candidatesOf, compareModels, examplePairs, type ComparedTopic, type ExamplePair } from './compare.ts';
import { createConversations, type Conversation } from './conversations.ts';
import { COST_DIMENSIONS, createCostTable, type CostDimension } from './costs.ts';
import type { TopicNames, TrafficReader, TrafficThread } from './ports.ts';

// Exact figures, for those who run applications. Others may see released ones only: noisy, and within a budget.
const permission = 'reports:read';

export interface ReportParts {
  readonly reader: TrafficReader;
  readonly topics: TopicNames;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_GROUPS = 500;
/** Characters of an example's prompt; the thread has all of it. */
const MAX_PROMPT = 240;
const TIME: JsonSchema = { type: 'string', format: 'date-time' };
const MODEL: JsonSchema = { type: 'string', maxLength: 256 };
const RANGE: readonly QueryParameter[] = [
  { name: 'from', description: `Requests that began at this time or later; ${DEFAULT_DAYS} days before \`to\` unless given`, schema: TIME },
  { name: 'to', description: 'Requests that began before; now unless given', schema: TIME },
];

export function reportRoutes({ reader, topics, clock }: ReportParts): readonly Route[] {
  const asked: RangeOf = (query) => rangeOf(query, clock.nowMs(), DEFAULT_DAYS * DAY_MS);
  const walled: TrafficReader = {
    walk: (scope, range, answers) => reader.walk(scope, range, answers),
    promptVectors: (scope, requestIds) => reader.promptVectors(scope, requestIds),
    prompts: (scope, requestIds) => reader.prompts(scope, requestIds),
    threads: async (scope, ids) => withNames(await reader.threads(scope, ids), (topicIds) => topics.named(scope, topicIds)),
  };
  return [costRoute(walled, asked), compareRoute(walled, asked), changesRoute(walled, asked)];
}

/** Takes the name from topics that too few people talk about: no table below can tell of them by mistake. */
async function withNames(
  threads: ReadonlyMap<string, TrafficThread>,
  named: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>,
): Promise<ReadonlyMap<string, TrafficThread>> {
  const names = await named([...threads.values()].flatMap(({ topic }) => topic?.id ?? []));
  const walled = [...threads.values()].map((thread) => {
    const { topic } = thread;
    return topic === null ? thread : { ...thread, topic: { id: topic.id, label: names.get(topic.id) ?? null } };
  });
  return new Map(walled.map((thread) => [thread.id, thread]));
}

type RangeOf = (query: Readonly<Record<string, string | undefined>>) => Range;
const shown = ({ fromMs, toMs }: Range) => ({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });

const FIGURES: JsonSchema = {
  requests: { type: 'integer', description: 'Stored requests' },
  priced: { type: 'integer', description: 'Of those, with a cost: stated by the provider or by the price table of the policy' },
  inputTokens: { type: 'integer' },
  outputTokens: { type: 'integer' },
  cacheReadTokens: { type: 'integer', description: 'Of the input, read from the cache of the provider' },
  cacheWriteTokens: { type: 'integer', description: 'Of the input, written to the cache of the provider' },
  reasoningTokens: { type: 'integer', description: 'Of the output' },
  costUsd: { type: 'number', description: 'Of the stored requests' },
  estimate: {
    type: 'object',
    description: 'Of all traffic: each stored request counts for 1 / its probability of being kept',
    properties: { requests: { type: 'number' }, costUsd: { type: 'number' }, standardErrorUsd: { type: 'number' } },
  },
  perDay: {
    type: 'array',
    description: 'By day (UTC), those with requests alone, oldest first',
    items: { type: 'object', properties: { day: { type: 'string' }, requests: { type: 'integer' }, costUsd: { type: 'number' } } },
  },
};

function costRoute(reader: TrafficReader, asked: RangeOf): Route {
  return {
    method: 'get',
    path: '/v1/costs',
    permission,
    summary: 'What requests cost, by what they have in common, the dearest first; roles engineer and admin',
    query: [{ name: 'by', description: 'model unless given', schema: { type: 'string', enum: COST_DIMENSIONS } }, ...RANGE],
    success: {
      status: 200,
      description: `At most ${MAX_GROUPS} groups; \`rest\` is what the others sum up to. By topic, all topics that too few people talk about are one group, held_back`,
      schema: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: { type: 'object', properties: { id: { type: 'string' }, label: { type: ['string', 'null'] }, ...FIGURES } },
          },
          next: { type: 'null' },
          by: { enum: COST_DIMENSIONS },
          from: TIME,
          to: TIME,
          total: { type: 'object', properties: FIGURES },
          rest: { type: 'object', properties: { groups: { type: 'integer' }, requests: { type: 'integer' }, costUsd: { type: 'number' } } },
          figures: { const: 'exact', description: 'For operating the service, not for release' },
        },
      },
    },
    handle: async ({ caller, query }) => {
      const range = asked(query);
      const by = (query['by'] ?? 'model') as CostDimension;
      const table = createCostTable(by);
      for await (const rows of reader.walk(caller.scope, range)) rows.forEach((row) => table.add(row));
      const groups = table.groups(await reader.threads(caller.scope, table.threadIds()));
      const others = groups.slice(MAX_GROUPS);
      const sum = (of: 'requests' | 'costUsd'): number => others.reduce((total, group) => total + group[of], 0);
      const rest = { groups: others.length, requests: sum('requests'), costUsd: sum('costUsd') };
      const items = groups.slice(0, MAX_GROUPS);
      return { status: 200, json: { items, next: null, by, ...shown(range), total: table.total(), rest, figures: 'exact' } };
    },
  };
}

async function conversationsIn(reader: TrafficReader, scope: Scope, range: Range): Promise<readonly Conversation[]> {
  const conversations = createConversations();
  for await (const rows of reader.walk(scope, range, true)) rows.forEach((row) => conversations.add(row));
  return conversations.ended(await reader.threads(scope, conversations.threadIds()));
}

function compareRoute(reader: TrafficReader, asked: RangeOf): Route {
  return {
    method: 'get',
    path: '/v1/compare',
    permission,
    summary: 'Two models on the same topics: how their threads went, with intervals; roles engineer and admin',
    query: [
      { name: 'a', description: 'Model as it answered, with its version', required: true, schema: MODEL },
      { name: 'b', description: 'The other model', required: true, schema: MODEL },
      ...RANGE,
    ],
    success: {
      status: 200,
      description:
        'Threads that one model answered alone. `figures` of a measure: means over topics that both answered, difference b - a, 95% interval, p; null where too little was measured. `holds`: at a false discovery rate of 5% over the measures. `enough` is false below 20 threads or 5 people a model. Topics that too few people talk about are compared within, and counted in `heldBack` alone. `examples` are pairs of first prompts, redacted and cut, at most three of a topic',
      schema: { type: 'object', required: ['a', 'b', 'enough', 'leftOut', 'measures', 'topics', 'heldBack', 'examples'] },
    },
    handle: async ({ caller, query }) => {
      const [a, b] = [query['a'] ?? '', query['b'] ?? ''];
      if (a === b) throw new ClewError('invalid_query', 'parameters a and b name the same model');
      const range = asked(query);
      const conversations = (await conversationsIn(reader, caller.scope, range)).filter(
        ({ model }) => model === null || model === a || model === b,
      );
      const comparison = compareModels(conversations, a, b);
      const examples = await examplesOf(reader, caller.scope, conversations, { a, topics: comparison.topics.slice(0, 10) });
      return { status: 200, json: { ...shown(range), ...comparison, examples } };
    },
  };
}

async function examplesOf(
  reader: TrafficReader,
  scope: Scope,
  conversations: readonly Conversation[],
  wanted: { readonly a: string; readonly topics: readonly ComparedTopic[] },
) {
  const candidates = wanted.topics.flatMap(({ id }) => candidatesOf(conversations, id));
  const vectors = await reader.promptVectors(
    scope,
    candidates.map(({ firstRequest }) => firstRequest),
  );
  const pairs = examplePairs(candidates, wanted, vectors);
  const prompts = await reader.prompts(
    scope,
    pairs.flatMap(({ a, b }) => [a.requestId, b.requestId]),
  );
  const withPrompt = (side: ExamplePair['a']) => ({ ...side, prompt: prompts.get(side.requestId)?.slice(0, MAX_PROMPT) ?? null });
  return pairs.map(({ a, b, ...pair }) => ({ ...pair, a: withPrompt(a), b: withPrompt(b) }));
}

function changesRoute(reader: TrafficReader, asked: RangeOf): Route {
  return {
    method: 'get',
    path: '/v1/compare/changes',
    permission,
    summary: 'When one model began to behave otherwise on the same topics; roles engineer and admin',
    query: [{ name: 'model', description: 'Model as it answered, with its version', required: true, schema: MODEL }, ...RANGE],
    success: {
      status: 200,
      description:
        'Points in time after which a measure differs, each topic against itself, at a false discovery rate of 5%; the newest first. `completed` looks at threads that were completed alone: longer or more repetitive answers for the same outcome',
      schema: { type: 'object', required: ['model', 'threads', 'all', 'completed'] },
    },
    handle: async ({ caller, query }) => {
      const range = asked(query);
      const model = query['model'] ?? '';
      const own = (await conversationsIn(reader, caller.scope, range)).filter((one) => one.model === model);
      const points = (of: readonly Conversation[]) =>
        changePoints(of).map(({ atMs, ...rest }) => ({ at: new Date(atMs).toISOString(), ...rest }));
      const completed = own.filter(({ outcome }) => outcome === 'completed');
      return { status: 200, json: { ...shown(range), model, threads: own.length, all: points(own), completed: points(completed) } };
    },
  };
}
