// Costs, and two models on the same topics: as the HTTP API answers.
import { getSigned, type Query } from './http.ts';

export const COST_DIMENSIONS = ['model', 'topic', 'principal', 'route', 'service', 'consumer', 'intent', 'outcome'] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

export interface CostDay {
  readonly day: string;
  readonly requests: number;
  readonly costUsd: number;
}

export interface CostFigures {
  readonly requests: number;
  /** Of those, with a cost. */
  readonly priced: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input. */
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Of the output. */
  readonly reasoningTokens: number;
  readonly costUsd: number;
  /** Of all traffic, sampled out or not. */
  readonly estimate: { readonly requests: number; readonly costUsd: number; readonly standardErrorUsd: number };
  /** Days with requests alone, oldest first. */
  readonly perDay: readonly CostDay[];
}

export interface CostGroup extends CostFigures {
  /** What its requests have in common; "unknown" where nothing says so. */
  readonly id: string;
  /** What a topic is called. */
  readonly label: string | null;
}

export interface Costs {
  readonly items: readonly CostGroup[];
  readonly total: CostFigures;
  readonly rest: { readonly groups: number; readonly requests: number; readonly costUsd: number };
}

/** A point in time after which threads of one model differ from those before. */
export interface ChangePoint {
  readonly measure: string;
  readonly unit: Measure['unit'];
  readonly better: 'lower' | 'higher';
  readonly at: string;
  readonly before: number;
  readonly after: number;
  readonly nBefore: number;
  readonly nAfter: number;
  readonly p: number;
}

export interface ModelChanges {
  readonly model: string;
  readonly threads: number;
  readonly all: readonly ChangePoint[];
  /** Among completed threads alone: another price for the same outcome. */
  readonly completed: readonly ChangePoint[];
}

/** Means over topics that both models answered. */
export interface Difference {
  readonly a: number;
  readonly b: number;
  readonly nA: number;
  readonly nB: number;
  /** b - a, with its 95% interval. */
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly p: number;
}

export interface Measure {
  readonly name: string;
  readonly unit: 'share' | 'turns' | 'USD' | 'ms' | 'tokens';
  readonly better: 'lower' | 'higher';
  readonly means: string;
  /** Null where too little was measured. */
  readonly figures: Difference | null;
  /** It stands at a false discovery rate of 5% over all measures. */
  readonly holds: boolean;
}

export interface Arm {
  readonly model: string;
  readonly threads: number;
  readonly people: number;
  /** Threads on topics that the other model answered too. */
  readonly matched: number;
}

export interface Example {
  readonly threadId: string;
  readonly requestId: string;
  /** Redacted and cut; null where no text is kept. */
  readonly prompt: string | null;
}

export interface Comparison {
  readonly a: Arm;
  readonly b: Arm;
  /** Enough threads of enough people to take the figures seriously. */
  readonly enough: boolean;
  readonly leftOut: { readonly mixed: number; readonly withoutTopic: number };
  readonly measures: readonly Measure[];
  readonly topics: readonly {
    readonly id: string;
    readonly label: string;
    readonly threadsA: number;
    readonly threadsB: number;
    readonly firstAnswerA: number;
    readonly firstAnswerB: number;
  }[];
  /** Topics that too few people talk about: compared within, not listed. */
  readonly heldBack: number;
  readonly examples: readonly { readonly topic: string; readonly similarity: number; readonly a: Example; readonly b: Example }[];
}

export const readCosts = (query: Query, signal?: AbortSignal): Promise<Costs> => getSigned('/v1/costs', query, signal);
export const compareModels = (query: Query, signal?: AbortSignal): Promise<Comparison> => getSigned('/v1/compare', query, signal);
export const readChanges = (query: Query, signal?: AbortSignal): Promise<ModelChanges> => getSigned('/v1/compare/changes', query, signal);
