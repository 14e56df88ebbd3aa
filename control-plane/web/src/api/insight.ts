// How threads went, and what works: as the HTTP API answers.
import { getSigned, type Query } from './http.ts';
import type { FollowUp, Intent, Outcome, Position } from './views.ts';

/** One user turn with the calls that were made for it. */
export interface CourseTurn {
  readonly turn: number;
  readonly requestId: string;
  readonly at: string;
  readonly intent: Intent;
  readonly followUp: FollowUp | null;
  readonly position: Position;
  readonly models: readonly string[];
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
  readonly outcome: 'ok' | 'error' | 'blocked' | 'aborted' | null;
  readonly durationMs: number | null;
  readonly up: number;
  readonly down: number;
}

export interface Signal {
  readonly signal: string;
  /** Above zero it speaks for a satisfied user. */
  readonly weight: number;
  readonly text: string;
  readonly requestIds: readonly string[];
}

export interface QualityPart {
  readonly part: string;
  /** From 0 to 1. */
  readonly value: number;
  readonly weight: number;
  readonly count: number;
  readonly text: string;
}

export interface Evaluator {
  readonly name: string;
  readonly mean: number;
  readonly count: number;
  readonly worst: number | null;
  readonly best: number | null;
  /** From 0 to 1; null where its scale is not known, and then it does not count. */
  readonly value: number | null;
}

interface PathStep {
  readonly requestId: string;
  readonly turn: number;
}

export interface GuardrailIncident extends PathStep {
  readonly guardrails: readonly string[];
  /** Turns that led to it, oldest first. */
  readonly path: readonly (PathStep & { readonly intent: Intent; readonly followUp: FollowUp | null; readonly outcome: string | null })[];
  readonly attempts: readonly (PathStep & { readonly isBlocked: boolean; readonly similarity: number | null; readonly evidence: string })[];
  readonly result: 'passed' | 'stayed_blocked' | 'gave_up' | 'moved_on';
}

export interface Insight {
  readonly id: string;
  readonly topicWords: readonly string[];
  readonly course: readonly CourseTurn[];
  readonly intents: {
    readonly counts: Readonly<Record<Intent, number>>;
    readonly course: readonly { readonly intent: Intent; readonly fromTurn: number; readonly toTurn: number }[];
  };
  readonly followUps: { readonly counts: Readonly<Record<FollowUp, number>> };
  readonly models: readonly {
    readonly model: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: number | null;
  }[];
  readonly cost: { readonly usd: number | null; readonly pricedCalls: number; readonly unpricedCalls: number };
  readonly satisfaction: {
    readonly verdict: 'satisfied' | 'mixed' | 'unsatisfied' | 'unknown';
    readonly score: number | null;
    readonly signals: readonly Signal[];
  };
  readonly quality: {
    readonly score: number | null;
    readonly formula: string;
    readonly parts: readonly QualityPart[];
    readonly evaluators: readonly Evaluator[];
  };
  readonly breakdown: {
    readonly requestId: string;
    readonly turn: number;
    readonly kind: string;
    readonly evidence: readonly { readonly code: string; readonly text: string }[];
    readonly turnsAfter: number;
    readonly recoveredAt: PathStep | null;
  } | null;
  readonly guardrails: {
    readonly blocks: number;
    readonly rephrasedUntilPassed: boolean;
    readonly incidents: readonly GuardrailIncident[];
  };
}

/** A share with its 95% interval; one observation per thread. */
export interface Share {
  readonly threads: number;
  readonly users?: number;
  readonly succeeded: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export interface Sequence extends Share {
  readonly id: string;
  readonly sequence: readonly string[];
  readonly users: number;
  /** Its share over that of all threads. */
  readonly lift: number | null;
  readonly isSmall: boolean;
  /** Where its interval and the share of all other threads lie apart. */
  readonly differs: 'better' | 'worse' | null;
}

/** What users did after trouble, and whether the answer to it was accepted. */
export interface Move extends Share {
  readonly id: string;
  readonly trouble: string;
  readonly move: string;
  readonly otherModel: boolean;
  readonly users: number;
  readonly isSmall: boolean;
}

export interface Sequences {
  readonly from: string;
  readonly to: string;
  readonly threads: number;
  readonly openThreads: number;
  /** Only the newest threads were looked at. */
  readonly isCapped: boolean;
  readonly minThreads: number;
  /** Sequences of fewer threads than that, left out. */
  readonly suppressed: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly baseline: Share;
  readonly items: readonly Sequence[];
  readonly repairs: readonly Move[];
}

export const readInsight = (thread: string, signal?: AbortSignal): Promise<Insight> =>
  getSigned(`/v1/threads/${encodeURIComponent(thread)}/insight`, {}, signal);
export const readSequences = (query: Query, signal?: AbortSignal): Promise<Sequences> => getSigned('/v1/insights/sequences', query, signal);
