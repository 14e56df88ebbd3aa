// What the HTTP API shows of how a thread went, and of how threads go in general. Times are RFC 3339.
import type { FollowUp, Intent, Position } from '../threads/index.ts';

export type TurnOutcome = 'ok' | 'error' | 'blocked' | 'aborted';

/** One user turn with the calls that an agent made for it. */
export interface CourseTurn {
  readonly turn: number;
  readonly requestId: string;
  readonly at: string;
  readonly intent: Intent;
  readonly followUp: FollowUp | null;
  readonly position: Position;
  /** Models that answered, in the order of their first answer. */
  readonly models: readonly string[];
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where no call of the turn has a price. */
  readonly costUsd: number | null;
  /** Of the turn's last call that is not auxiliary; null where nobody knows. */
  readonly outcome: TurnOutcome | null;
  /** From the request to the end of the last call; null where no end is known. */
  readonly durationMs: number | null;
  readonly up: number;
  readonly down: number;
}

export type SatisfactionSignal =
  | 'thumbs_up'
  | 'thumbs_down'
  | 'said_done'
  | 'said_not_done'
  | 'thanks'
  | 'ended_well'
  | 'recovered'
  | 'abandoned'
  | 'last_answer_failed'
  | 'correction'
  | 'repeated_correction'
  | 'rephrasing';

export interface Satisfaction {
  /** satisfied from 0.65, unsatisfied up to 0.35, mixed between; unknown without a signal. */
  readonly verdict: 'satisfied' | 'mixed' | 'unsatisfied' | 'unknown';
  /** 1 / (1 + e^−sum of weights), 0…1; null without a signal. A convention, not a probability that was measured. */
  readonly score: number | null;
  readonly signals: readonly {
    readonly signal: SatisfactionSignal;
    readonly weight: number;
    readonly text: string;
    readonly requestIds: readonly string[];
  }[];
}

export type QualityPartName = 'evaluators' | 'thumbs' | 'completion' | 'satisfaction' | 'reliability';

export interface Quality {
  /** Sum of weight × value over sum of weight, 0…1; null where only reliability is known. */
  readonly score: number | null;
  readonly formula: string;
  readonly parts: readonly {
    readonly part: QualityPartName;
    /** 0…1. */
    readonly value: number;
    readonly weight: number;
    /** How many judgements or turns it rests on. */
    readonly count: number;
    readonly text: string;
  }[];
  readonly evaluators: readonly {
    readonly name: string;
    readonly mean: number;
    readonly count: number;
    /** The scale, from the policy's `evaluators`, or 0 and 1 where all scores of the name lie between. */
    readonly worst: number | null;
    readonly best: number | null;
    /** The mean on a scale from 0 to 1; null where the scale is not known: then it does not count. */
    readonly value: number | null;
  }[];
}

export interface Breakdown {
  readonly requestId: string;
  readonly turn: number;
  readonly kind: string;
  readonly evidence: readonly { readonly code: string; readonly text: string }[];
  /** User turns after it. */
  readonly turnsAfter: number;
  /** The first later turn whose answer came and was neither corrected nor asked for again. */
  readonly recoveredAt: { readonly requestId: string; readonly turn: number } | null;
}

export type AttemptEvidence = 'repeat' | 'correction' | 'refinement' | 'similar_prompt' | 'shared_words';

/** A guardrail's refusal, and what the user did about it. */
export interface GuardrailIncident {
  readonly requestId: string;
  readonly turn: number;
  /** Names of the guardrails that refused. */
  readonly guardrails: readonly string[];
  /** The turns before it, at most five, oldest first. */
  readonly path: readonly {
    readonly requestId: string;
    readonly turn: number;
    readonly intent: Intent;
    readonly followUp: FollowUp | null;
    readonly outcome: TurnOutcome | null;
  }[];
  /** Later turns that ask for the same in other words, up to the first that passes. */
  readonly attempts: readonly {
    readonly requestId: string;
    readonly turn: number;
    readonly isBlocked: boolean;
    /** Cosine to the attempt before; null without embeddings. */
    readonly similarity: number | null;
    readonly evidence: AttemptEvidence;
  }[];
  /** passed: an attempt went through; stayed_blocked: none did; moved_on: the user went on with something else; gave_up: it was the last turn. */
  readonly result: 'passed' | 'stayed_blocked' | 'moved_on' | 'gave_up';
}

export interface ThreadInsight {
  readonly id: string;
  readonly durationMs: number;
  readonly turns: number;
  readonly calls: number;
  /** The words that tell most of what it was about, at most eight, from redacted prompts. */
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
  readonly cost: {
    readonly usd: number | null;
    readonly pricedCalls: number;
    /** Calls with tokens whose model has no price: their cost is missing above. */
    readonly unpricedCalls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  };
  readonly satisfaction: Satisfaction;
  readonly quality: Quality;
  readonly breakdown: Breakdown | null;
  readonly guardrails: {
    readonly blocks: number;
    readonly rephrasedUntilPassed: boolean;
    readonly incidents: readonly GuardrailIncident[];
  };
}

/** A share with its 95% interval by Wilson's score. */
export interface Share {
  readonly threads: number;
  readonly succeeded: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export type Step = FollowUp | 'self_contained';
export type Trouble = 'correction' | 'repeat' | 'truncation' | 'error' | 'blocked' | 'thumbs_down';

export interface SequenceShare extends Share {
  /** The steps joined by ">". */
  readonly id: string;
  readonly sequence: readonly Step[];
  /** Distinct users; requests without one count as one user. */
  readonly users: number;
  /** Its share over that of all threads. */
  readonly lift: number | null;
  /** Fewer threads than say much: read the interval, not the share. */
  readonly isSmall: boolean;
  /** Where its interval and that of all other threads do not overlap, and neither is small. */
  readonly differs: 'better' | 'worse' | null;
}

export interface RepairShare extends Share {
  /** Trouble and move, with "+other_model" where another model answered. */
  readonly id: string;
  readonly trouble: Trouble;
  readonly move: Step | 'left';
  readonly otherModel: boolean;
  readonly users: number;
  readonly isSmall: boolean;
}

export interface SequenceReport {
  readonly from: string;
  readonly to: string;
  /** Ended threads of two turns or more. */
  readonly threads: number;
  readonly openThreads: number;
  /** More threads than are read fell into the time: the newest count. */
  readonly isCapped: boolean;
  readonly minThreads: number;
  /** Sequences and repairs of fewer threads, left out. */
  readonly suppressed: number;
  readonly outcomes: Readonly<Record<'open' | 'completed' | 'corrected' | 'abandoned' | 'failed', number>>;
  readonly baseline: Share;
  readonly items: readonly SequenceShare[];
  readonly next: null;
  readonly repairs: readonly RepairShare[];
}
