// What the HTTP API answers, as far as the page reads it. Times are RFC 3339. /openapi.json is the description.

export type Position = 'first' | 'continuation' | 'topic_shift' | 'orphaned';
export type Intent = 'information_seeking' | 'task_execution' | 'conversation_management' | 'error_recovery';
export type FollowUp = 'pronoun' | 'implicit_subject' | 'elaboration' | 'correction' | 'refinement' | 'repeat';
export type LinkMethod = 'declared' | 'history' | 'inferred' | 'new' | 'person';
export type Outcome = 'open' | 'completed' | 'abandoned' | 'corrected' | 'failed';

export interface ThreadSummary {
  readonly id: string;
  readonly user: string | null;
  readonly startedAt: string;
  readonly lastAt: string;
  readonly durationMs: number;
  readonly turns: number;
  readonly calls: number;
  readonly title: string;
  readonly lastPrompt: string;
  /** Label null: too few people talk about it. */
  readonly topic: { readonly id: string; readonly label: string | null } | null;
  readonly models: readonly string[];
  readonly errors: number;
  readonly blocks: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
  readonly outcome: Outcome;
  readonly breakdown: { readonly requestId: string; readonly kind: string } | null;
  readonly sessions: number;
  readonly lowestConfidence: number;
  readonly feedback: ThreadFeedback;
}

/** What people and evaluators said of a thread. */
export interface ThreadFeedback {
  /** Thumbs. */
  readonly up: number;
  readonly down: number;
  /** Absent where nobody said. */
  readonly completed?: boolean;
  /** By name, "" where they had none: each name has a scale of its own. */
  readonly scores?: readonly { readonly name: string; readonly mean: number; readonly count: number }[];
}

export interface Feedback {
  readonly id: string;
  readonly kind: 'thumbs' | 'completion' | 'score' | 'comment';
  /** "up" or "down", true or false, a number, or redacted text. */
  readonly value: string | number | boolean;
  readonly name: string | null;
  readonly source: 'user' | 'evaluator' | 'application';
  readonly at: string;
  /** Null where it is of the whole thread. */
  readonly requestId: string | null;
}

/** Why a link was made; `weight` is in log-odds, absent where the evidence is certain. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly weight?: number;
}

export interface Move {
  readonly from: string;
  readonly evidence: 'history' | 'declared' | 'person';
  /** The request that brought the evidence; null where a person moved it. */
  readonly by: string | null;
  readonly at: string;
}

export interface Model {
  readonly requested?: string;
  readonly executed?: string;
  readonly evidence: string;
  readonly fingerprint?: string;
}

export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

export interface Stages {
  readonly ingressMs?: number;
  readonly guardrailMs?: number;
  readonly routingMs?: number;
  readonly firstByteMs?: number;
  readonly responseMs?: number;
}

export interface RequestView {
  readonly id: string;
  readonly runId: string | null;
  readonly at: string;
  readonly endedAt: string | null;
  readonly user: string | null;
  readonly thread: string;
  readonly session: string;
  readonly turn: number;
  readonly position: Position;
  readonly intent: Intent;
  readonly followUp: FollowUp | null;
  readonly method: LinkMethod;
  readonly confidence: number;
  readonly similarity: number | null;
  readonly predecessor: string | null;
  /** What a call that is no turn was made for. */
  readonly parent: string | null;
  readonly successors: readonly string[];
  readonly reasons: readonly Reason[];
  /** Threads that it stood in before, oldest first. */
  readonly moves?: readonly Move[];
  readonly alternatives: readonly { readonly threadId: string; readonly probability: number }[];
  readonly truncation: { readonly dropped: number; readonly kind: 'truncated' | 'compacted' } | null;
  readonly fork: boolean;
  readonly prompt: string | null;
  readonly answer: string | null;
  readonly model: Model | null;
  readonly dialect: string;
  readonly provider: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly status: {
    readonly http?: number;
    readonly outcome: 'ok' | 'error' | 'blocked' | 'aborted';
    readonly finishReason?: string;
  } | null;
  readonly error: { readonly type: string; readonly code?: string; readonly stage?: string } | null;
  readonly guardrails: readonly { readonly name: string; readonly verdict: 'pass' | 'mask' | 'block'; readonly stage?: string }[];
  readonly stages: Stages | null;
  readonly trace: { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly source?: string } | null;
  /** Where the trace is shown in another tool; null where none is configured. */
  readonly traceUrl?: string | null;
  readonly correlationId: string | null;
  readonly declaredSession: { readonly id: string; readonly source: string } | null;
  readonly call: {
    readonly kind?: 'turn' | 'step' | 'auxiliary';
    readonly auxiliary?: string;
    readonly parentRunId?: string;
    readonly previousResponseId?: string;
    readonly attempt?: number;
  } | null;
  readonly gateway: {
    readonly kind: string;
    readonly instance?: string;
    readonly route?: string;
    readonly service?: string;
    readonly consumer?: string;
  } | null;
  readonly sampling: { readonly reason: string; readonly rule?: string; readonly probability: number } | null;
  readonly historyLength: number | null;
  readonly redactions: Readonly<Record<string, number>>;
}

/** A declared session that may hold several matters. */
export interface SessionThreads {
  readonly id: string;
  /** Where the id was read: header:NAME, body:PATH, … */
  readonly source: string;
  /** The oldest first; the thread that is shown is one of them. */
  readonly threads: readonly Pick<ThreadSummary, 'id' | 'title' | 'turns' | 'startedAt'>[];
}

export interface ThreadDetail extends ThreadSummary {
  readonly requests: readonly RequestView[];
  /** Requests before and after those given, where these are a part of the thread. */
  readonly part?: { readonly before: number; readonly after: number };
  /** The session that the client declared, with all threads that stand in it. */
  readonly declaredSession?: SessionThreads | null;
  /** The newest 200, newest first. */
  readonly feedbackGiven: readonly Feedback[];
}

export interface SearchHit {
  /** Request id. */
  readonly id: string;
  readonly thread: string;
  /** Comparable within one answer only. */
  readonly score: number;
  readonly why: readonly ('id' | 'words' | 'meaning' | 'filter')[];
  /** Matches stand between U+E000 and U+E001. */
  readonly snippet: string;
  /** How the answer begins, where a prompt or its answer is near in meaning. */
  readonly answer: string | null;
  readonly at: string;
  readonly user: string | null;
  readonly model: string | null;
  readonly position: Position;
  readonly intent: Intent;
  readonly similarity: number | null;
}

export interface Found extends Page<SearchHit> {
  /** Left out as too far from the best. */
  readonly weaker: number;
}

/** Who the token stands for. */
export interface Me {
  readonly id: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly tenant: string;
  readonly environment: string;
  /** The one principal whose data is shown; null: not limited to one. */
  readonly user: string | null;
  /** Holds the token of the first start, which alone changes what is the whole server's. */
  readonly operator: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface TopicDay {
  /** UTC, as 2026-01-31. */
  readonly day: string;
  readonly users: number;
  readonly unhappy: number;
}

/** How a topic and its threads went over some weeks. */
export interface TopicCourse {
  readonly perDay: readonly TopicDay[];
  /** Share of people with a thread that failed, was abandoned or needed a correction. */
  readonly unhappyShare: number;
  /** Share of people who corrected an answer or asked again; null where that was not counted. */
  readonly correctionRate: number | null;
  /** Mean turns of people whose threads went well, each at most 10. */
  readonly turnsToResolution: number | null;
  readonly trend: 'rising' | 'falling' | null;
  /** More of its people unhappy than elsewhere, beyond chance and noise. */
  readonly gap: boolean;
}

export interface Topic {
  readonly id: string;
  readonly label: string;
  readonly threads: number;
  readonly users: number;
  readonly lastAt: string;
  /** The coarser topic; null for a coarse one, and until texts were looked at together. */
  readonly parent: { readonly id: string; readonly label: string } | null;
  /** Null where nothing of it began in the last weeks. */
  readonly figures: TopicCourse | null;
  /** The id that was asked for, where that topic went into this one. */
  readonly was?: string;
}

/** A merge: `from` went into `to`; a split: `to` came out of `from`. */
export interface TopicChange {
  readonly id: string;
  readonly at: string;
  readonly kind: 'merge' | 'split';
  readonly from: string;
  readonly to: string;
  /** What `to` is called, where enough people talk about it. */
  readonly label: string | null;
  readonly threads: number;
}

/** Figures with noise, the same each time: what may leave the circle of those who run applications. */
export interface ReleasedTopic extends TopicCourse {
  readonly id: string;
  readonly label: string;
  /** Sum of the days' people: somebody who came on two days counts twice. */
  readonly users: number;
}

export type TopicFigures = 'exact' | 'released';

export interface ExactTopics extends Page<Topic> {
  readonly figures: 'exact';
  /** Topics of fewer users are left out. */
  readonly minUsers: number;
  /** Coarser topics with counts of their own. */
  readonly parents: readonly Topic[];
}

export interface ReleasedTopics extends Page<ReleasedTopic> {
  readonly figures: 'released';
  readonly minUsers: number;
  /** Noisy count from which a topic shows on a day. */
  readonly threshold: number;
  readonly days: readonly string[];
  readonly budget: {
    readonly epsilonPerDay: number;
    readonly epsilonPerQuietDay: number;
    readonly delta: number;
    readonly spent: number;
    readonly of: number;
  };
  /** Days that the budget did not pay for. */
  readonly refused: readonly string[];
}
