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
  readonly topic: { readonly id: string; readonly label: string } | null;
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
  readonly at: string;
  readonly user: string | null;
  readonly model: string | null;
  readonly position: Position;
  readonly intent: Intent;
  readonly similarity: number | null;
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

export interface Topic {
  readonly id: string;
  readonly label: string;
  readonly threads: number;
  readonly users: number;
  readonly lastAt: string;
}

/** Figures with noise, the same each time: what may leave the circle of those who run applications. */
export interface ReleasedTopic {
  readonly id: string;
  readonly label: string;
  /** Sum of the days' people: somebody who came on two days counts twice. */
  readonly users: number;
  /** Share of them with a thread that failed, was abandoned or needed a correction. */
  readonly unhappyShare: number;
  readonly perDay: readonly { readonly day: string; readonly users: number; readonly unhappy: number }[];
  readonly trend: 'rising' | 'falling' | null;
  /** More of its people unhappy than elsewhere, beyond chance and noise. */
  readonly gap: boolean;
}

export type TopicFigures = 'exact' | 'released';

export interface ExactTopics extends Page<Topic> {
  readonly figures: 'exact';
  /** Topics of fewer users are left out. */
  readonly minUsers: number;
}

export interface ReleasedTopics extends Page<ReleasedTopic> {
  readonly figures: 'released';
  readonly days: readonly string[];
  readonly budget: { readonly epsilonPerDay: number; readonly delta: number; readonly spent: number; readonly of: number };
  /** Days that the budget did not pay for. */
  readonly refused: readonly string[];
}
