// What the HTTP API and the page show of threads and requests. Times are RFC 3339; embeddings never appear.
import type {
  Call,
  DeclaredSession,
  GuardrailVerdict,
  Model,
  Sampling,
  Stages,
  Status,
  TraceContext,
  Usage,
  CallError,
  Gateway,
} from '#contract';
import type { FollowUp, Intent, LinkMethod, Move, Position, Reason, Truncation } from './types.ts';

export interface ThreadSummary {
  readonly id: string;
  /** Pseudonym of the principal; null where the gateway knew none. */
  readonly user: string | null;
  readonly startedAt: string;
  readonly lastAt: string;
  readonly durationMs: number;
  /** User turns; auxiliary calls and tool steps are in `calls` only. */
  readonly turns: number;
  readonly calls: number;
  /** First prompt, shortened to 240 characters, redacted. */
  readonly title: string;
  readonly lastPrompt: string;
  /** Label null: too few people talk about it for its name, which is made of their words, to be told. */
  readonly topic: { readonly id: string; readonly label: string | null } | null;
  readonly models: readonly string[];
  readonly errors: number;
  readonly blocks: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
  /** open: active within the last 30 minutes; completed, abandoned, corrected: by the signals in `outcomeReason`. */
  readonly outcome: 'open' | 'completed' | 'abandoned' | 'corrected' | 'failed';
  /** Turn at which it broke down (first correction, repeat, truncation or error), if any. */
  readonly breakdown: { readonly requestId: string; readonly kind: string } | null;
  readonly sessions: number;
  readonly lowestConfidence: number;
  readonly feedback: ThreadFeedback;
}

/** Of several judgements of one request by one source under one name the last counts. */
export interface ThreadFeedback {
  /** Thumbs. */
  readonly up: number;
  readonly down: number;
  /** What was said last of whether the user got done what the thread was for; absent where nobody said. */
  readonly completed?: boolean;
  /** Mean of the scores where all have one name: scores of other names have scales of their own. */
  readonly score?: number;
  /** Mean and number of scores by name, "" where they had none. */
  readonly scores?: readonly { readonly name: string; readonly mean: number; readonly count: number }[];
}

export interface FeedbackView {
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
  /** The request that it was made for: a step hangs under a turn or another step, a call beside under what it ran beside. Null for turns. */
  readonly parent: string | null;
  readonly successors: readonly string[];
  readonly reasons: readonly Reason[];
  /** Threads that it stood in before, oldest first; empty where it was never moved. */
  readonly moves: readonly Move[];
  readonly alternatives: readonly { readonly threadId: string; readonly probability: number }[];
  readonly truncation: Truncation | null;
  readonly fork: boolean;
  readonly prompt: string | null;
  readonly answer: string | null;
  readonly model: Model | null;
  readonly dialect: string;
  /** Whether the answer was asked for in pieces; absent where the gateway did not say. */
  readonly stream?: boolean;
  readonly provider: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly status: Status | null;
  readonly error: CallError | null;
  readonly guardrails: readonly GuardrailVerdict[];
  readonly stages: Stages | null;
  readonly trace: TraceContext | null;
  /** Where the trace is shown, by the configured template; set by the routes, null without one. */
  readonly traceUrl?: string | null;
  readonly correlationId: string | null;
  readonly declaredSession: DeclaredSession | null;
  readonly call: Call | null;
  readonly gateway: Gateway | null;
  readonly sampling: Sampling | null;
  readonly historyLength: number | null;
  readonly redactions: Readonly<Record<string, number>>;
}

/** A session that the client declared, with the threads of the same user that requests of it stand in. */
export interface SessionThreads {
  readonly id: string;
  /** Where the id was read: header:NAME, body:PATH, … */
  readonly source: string;
  /** The oldest first, at most 100; this thread is one of them. */
  readonly threads: readonly Pick<ThreadSummary, 'id' | 'title' | 'turns' | 'startedAt' | 'lastAt'>[];
}

export interface ThreadDetail extends ThreadSummary {
  /** Oldest first. */
  readonly requests: readonly RequestView[];
  /** Requests before and after those given, where a part was asked for; absent where nothing was left out for that. */
  readonly part?: { readonly before: number; readonly after: number };
  /** What the client declared with the newest of the requests that declared one; null where none did. */
  readonly declaredSession: SessionThreads | null;
  /** The newest 200, newest first. */
  readonly feedbackGiven: readonly FeedbackView[];
}

/** A part of a thread. */
export interface PartAsked {
  /** A request of it; without one, the request at which the thread broke down, else its beginning. */
  readonly around?: string | undefined;
  /** Requests at most; a thread of no more is given whole. */
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page, null on the last. */
  readonly next: string | null;
}

/** What a thread can break down by, as `breakdown` of its summary says it. */
type BreakdownKind = 'correction' | 'repeat' | 'truncation' | 'error';

export interface ThreadFilter {
  readonly user?: string | undefined;
  readonly topic?: string | undefined;
  /** Threads with a request of this session. */
  readonly session?: string | undefined;
  readonly position?: Position | undefined;
  readonly model?: string | undefined;
  /** Threads with at least so many user turns: 1 leaves out those of auxiliary calls alone. */
  readonly minTurns?: number | undefined;
  readonly outcome?: ThreadSummary['outcome'] | undefined;
  /** Threads that broke down so, or in any way. */
  readonly breakdown?: BreakdownKind | 'any' | undefined;
  /** Epoch milliseconds, inclusive; on the thread's last activity. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}
