import type { Scope } from '../kernel/index.ts';

/** What reports read of one stored request. */
export interface TrafficRow {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly endedAtMs: number | null;
  readonly principal: string | null;
  readonly threadId: string;
  /** `turn`, `step` or `auxiliary`. */
  readonly kind: string;
  readonly followUp: string | null;
  /** What it was asked for: the use case, as far as a request shows it. */
  readonly intent: string | null;
  readonly outcome: string | null;
  readonly blocked: boolean;
  /** Model that answered, else the one asked for. */
  readonly model: string | null;
  readonly route: string | null;
  readonly service: string | null;
  readonly consumer: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Of the input. */
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** Of the output. */
  readonly reasoningTokens: number | null;
  readonly costUsd: number | null;
  /** Without text, by the policy's mode or because only its identity was kept: nothing is known of how it went on. */
  readonly isBare: boolean;
  /** How many requests it stands for: 1 over its probability of being kept; 0 for one that was kept for another reason. */
  readonly weight: number;
  /** Redacted; only where asked for. */
  readonly answer: string | null;
}

/** What reports read of a thread as it stands now. */
export interface TrafficThread {
  readonly id: string;
  /** Label null: too few people talk about it for it to be told of; it may be compared within, and nothing more. */
  readonly topic: { readonly id: string; readonly label: string | null } | null;
  readonly outcome: 'open' | 'completed' | 'abandoned' | 'corrected' | 'failed';
}

/** What topics that enough people talk about are called; the others are missing. */
export interface TopicNames {
  named(scope: Scope, ids: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}

export interface TrafficReader {
  /**
   * Requests that began at `fromMs` or later and before `toMs`, oldest first, in portions; between two portions others get
   * the processor.
   */
  walk(scope: Scope, range: { readonly fromMs: number; readonly toMs: number }, answers?: boolean): AsyncIterable<readonly TrafficRow[]>;
  threads(scope: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, TrafficThread>>;
  /** Unit vectors of prompts by request, all of one embedding model: the one that most of them have. */
  promptVectors(scope: Scope, requestIds: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
  /** Redacted prompts by request; those of which no text is kept are missing. */
  prompts(scope: Scope, requestIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
