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

export type Verdict = 'matched' | 'drifted' | 'undeclared';

export interface RunSummary {
  readonly id: string;
  readonly requestId: string;
  /** Null once the metadata of the request is purged. */
  readonly thread: string | null;
  readonly at: string;
  readonly model: { readonly requested: string | null; readonly executed: string | null; readonly evidence: string };
  /** Hex SHA-256 of the composition record. */
  readonly digest: string;
  readonly verdict: Verdict;
  /** The manifest that judged the run; null where none covers it. */
  readonly manifest?: { readonly name: string; readonly revision: string } | null;
  /** How many there are between what is declared and what ran. */
  readonly differences?: number;
  /** Who signed the run, and its place in the log; null for runs from before there was one. */
  readonly proof?: {
    readonly by: 'gateway' | 'control-plane';
    readonly keyId: string;
    readonly index: number | null;
    readonly refused?: string;
  } | null;
}

/** A part of what a run was composed of: known by its digest, never by its text. */
export interface Part {
  readonly digest: string;
  readonly salted?: boolean;
  /** UTF-8 bytes. */
  readonly length: number;
  readonly role?: string;
  readonly name?: string;
  readonly source?: string;
}

export interface CompositionRecord {
  readonly version: number;
  readonly dialect: string;
  readonly model: Model;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly composition: {
    readonly instructions?: readonly Part[];
    readonly tools?: readonly Part[];
    readonly context?: readonly Part[];
    readonly responseFormat?: Part;
    readonly input?: Part;
    readonly output?: Part;
    readonly variant?: string;
    readonly attempts?: readonly { readonly model: string; readonly status?: number; readonly reason?: string }[];
  };
  readonly history: { readonly length: number; readonly chain: string | null; readonly truncated: boolean };
}

export interface RunDetail extends RunSummary {
  readonly traceId: string | null;
  readonly record: CompositionRecord;
  /** Where the run differs from what is declared. */
  readonly deviations?: readonly Difference[];
  /** What the manifest speaks of; the verdict says nothing of the rest. */
  readonly checked?: readonly string[];
  /** JSON pointer -> who says what stands there. */
  readonly provenance?: Readonly<Record<string, 'gateway' | 'provider' | 'application'>>;
}

export interface Difference {
  /** JSON pointer into the record. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'missing' | 'unexpected' | 'unproven';
  /** Of two runs. */
  readonly a?: unknown;
  readonly b?: unknown;
  /** Of what is declared and what ran. */
  readonly expected?: unknown;
  readonly found?: unknown;
}

/** A stretch of two texts compared word by word. */
export interface Words {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

export type Question = 'prompt' | 'model' | 'composition' | 'change';

export interface Answered {
  readonly id: string;
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly why: string;
}

export interface RunDiff {
  readonly a: { readonly id: string; readonly digest: string };
  readonly b: { readonly id: string; readonly digest: string };
  readonly differences: readonly Difference[];
  /** Where both texts are held and the reader may see them. */
  readonly texts?: { readonly prompt?: readonly Words[]; readonly answer?: readonly Words[] };
  readonly templates?: readonly { readonly path: string; readonly words: readonly Words[] }[];
  /** Definitions that differ, as manifests declare them. */
  readonly tools?: readonly { readonly path: string; readonly a: unknown; readonly b: unknown }[];
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
