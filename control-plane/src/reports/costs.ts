// What requests cost, by what they had in common. Sums are of what is stored; estimates are of all traffic.
import type { TrafficRow, TrafficThread } from './ports.ts';

export const COST_DIMENSIONS = ['model', 'topic', 'principal', 'route', 'service', 'consumer', 'intent', 'outcome'] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

export interface CostFigures {
  /** Stored requests, calls of agents and titles among them. */
  readonly requests: number;
  /** Of those, how many have a cost: stated by the provider or from the policy's price table. */
  readonly priced: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, what was read from and written to the provider's cache. */
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Of the output. */
  readonly reasoningTokens: number;
  readonly costUsd: number;
  /** Of all traffic, sampled or not: each stored request counts for 1 / its probability of being kept. */
  readonly estimate: {
    readonly requests: number;
    readonly costUsd: number;
    /** Standard error of the estimated cost that is due to sampling; 0 where all is kept. */
    readonly standardErrorUsd: number;
  };
  /** By day (UTC), those with requests alone, oldest first. */
  readonly perDay: readonly CostDay[];
}

export interface CostDay {
  /** 2026-01-31 */
  readonly day: string;
  readonly requests: number;
  readonly costUsd: number;
}

export interface CostGroup extends CostFigures {
  /** Value of the dimension; "unknown" where the request had none, "held_back" for all topics of too few people. */
  readonly id: string;
  readonly label: string | null;
}

export const UNKNOWN = 'unknown';
/** All topics together that too few people talk about. */
export const HELD_BACK = 'held_back';

const TOKENS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'reasoningTokens'] as const;
type Tokens = Record<(typeof TOKENS)[number], number>;

interface Sum extends Tokens {
  requests: number;
  priced: number;
  costUsd: number;
  estimatedRequests: number;
  estimatedUsd: number;
  /** By person and day, since sampling keeps or drops those whole: sum of costs, and their weight. */
  readonly clusters: Map<string, { usd: number; weight: number }>;
  readonly days: Map<number, { requests: number; usd: number }>;
}

const DAY_MS = 86_400_000;
const empty = (): Sum => ({
  requests: 0,
  priced: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
  estimatedRequests: 0,
  estimatedUsd: 0,
  clusters: new Map(),
  days: new Map(),
});

function add(sum: Sum, row: TrafficRow): void {
  sum.requests += 1;
  for (const one of TOKENS) sum[one] += row[one] ?? 0;
  sum.estimatedRequests += row.weight;
  addDay(sum, Math.floor(row.atMs / DAY_MS), 1, row.costUsd ?? 0);
  if (row.costUsd === null) return;
  sum.priced += 1;
  sum.costUsd += row.costUsd;
  sum.estimatedUsd += row.weight * row.costUsd;
  if (row.weight <= 1) return;
  const key = `${row.principal ?? row.id} ${Math.floor(row.atMs / DAY_MS)} ${row.weight}`;
  const cluster = sum.clusters.get(key) ?? { usd: 0, weight: row.weight };
  cluster.usd += row.costUsd;
  sum.clusters.set(key, cluster);
}

function addDay({ days }: Sum, day: number, requests: number, usd: number): void {
  const known = days.get(day) ?? { requests: 0, usd: 0 };
  days.set(day, { requests: known.requests + requests, usd: known.usd + usd });
}

function figures(sum: Sum): CostFigures {
  // Horvitz-Thompson: a cluster of cost y that is kept with probability p adds (1 - p) / p² y² to the estimated variance.
  let variance = 0;
  for (const { usd, weight } of sum.clusters.values()) variance += weight * (weight - 1) * usd * usd;
  const { requests, priced, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens, costUsd } = sum;
  return {
    requests,
    priced,
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
    costUsd,
    estimate: { requests: sum.estimatedRequests, costUsd: sum.estimatedUsd, standardErrorUsd: Math.sqrt(variance) },
    perDay: [...sum.days]
      .toSorted(([a], [b]) => a - b)
      .map(([day, { requests: count, usd }]) => ({
        day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        requests: count,
        costUsd: usd,
      })),
  };
}

/** Adds up requests; `groups` gives the dearest first. */
export function createCostTable(by: CostDimension) {
  const total = empty();
  const sums = new Map<string, Sum>();
  // By thread where the value is the thread's, since that is known only when all are seen.
  const isOfThread = by === 'topic' || by === 'outcome';
  const keyOf = (row: TrafficRow): string => (isOfThread ? row.threadId : (row[by] ?? UNKNOWN));
  return {
    add(row: TrafficRow): void {
      add(total, row);
      const key = keyOf(row);
      const sum = sums.get(key) ?? empty();
      add(sum, row);
      sums.set(key, sum);
    },
    threadIds: (): readonly string[] => (isOfThread ? [...sums.keys()] : []),
    total: (): CostFigures => figures(total),
    groups(threads: ReadonlyMap<string, TrafficThread>): readonly CostGroup[] {
      if (!isOfThread) return sorted([...sums].map(([id, sum]) => ({ id, label: null, ...figures(sum) })));
      const merged = new Map<string, { label: string | null; sum: Sum }>();
      for (const [threadId, sum] of sums) {
        const thread = threads.get(threadId);
        const id = (by === 'topic' ? topicOf(thread) : thread?.outcome) ?? UNKNOWN;
        const group = merged.get(id) ?? { label: by === 'topic' ? (thread?.topic?.label ?? null) : null, sum: empty() };
        merge(group.sum, sum);
        merged.set(id, group);
      }
      return sorted([...merged].map(([id, { label, sum }]) => ({ id, label, ...figures(sum) })));
    },
  };
}

const topicOf = (thread: TrafficThread | undefined): string | undefined => (thread?.topic?.label === null ? HELD_BACK : thread?.topic?.id);

function merge(into: Sum, from: Sum): void {
  into.requests += from.requests;
  into.priced += from.priced;
  for (const one of TOKENS) into[one] += from[one];
  into.costUsd += from.costUsd;
  into.estimatedRequests += from.estimatedRequests;
  into.estimatedUsd += from.estimatedUsd;
  for (const [day, { requests, usd }] of from.days) addDay(into, day, requests, usd);
  for (const [key, { usd, weight }] of from.clusters) {
    const cluster = into.clusters.get(key) ?? { usd: 0, weight };
    cluster.usd += usd;
    into.clusters.set(key, cluster);
  }
}

const sorted = (groups: readonly CostGroup[]): readonly CostGroup[] =>
  groups.toSorted((a, b) => b.costUsd - a.costUsd || b.requests - a.requests || (a.id < b.id ? -1 : 1));
