// Requests between access and log, by run id. Bounded in bytes and in time: an answer that never comes must not hold a
// prompt in memory for ever.
import type { UpstreamReading } from '#contract';
import type { GuardVerdict } from './manifests/index.ts';
import type { CapturedRequest } from './observe/index.ts';
import type { TraceContinuation } from './trace/index.ts';

export interface PendingRun {
  readonly runId: string;
  readonly correlationId: string;
  readonly request: CapturedRequest;
  readonly trace: TraceContinuation;
  /** What was decided on it before the provider was called, where a manifest wants to warn or to block. */
  readonly guard?: GuardVerdict | undefined;
  /** What the provider was let read, where values are kept from it. */
  readonly upstream?: UpstreamReading | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
}

const MAX_BYTES = 128 * 1024 * 1024;
const MAX_AGE_MS = 30 * 60_000;
/** What headers and the map itself weigh, roughly. */
const OVERHEAD_BYTES = 4096;

export class PendingRuns {
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  /** In order of arrival. */
  readonly #runs = new Map<string, PendingRun>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES, maxAgeMs = MAX_AGE_MS) {
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** False when there is no room. */
  put(run: PendingRun): boolean {
    if (this.#bytes + weigh(run) > this.#maxBytes) return false;
    this.#runs.set(run.runId, run);
    this.#bytes += weigh(run);
    return true;
  }

  take(runId: string): PendingRun | undefined {
    const run = this.#runs.get(runId);
    if (run) this.#remove(run);
    return run;
  }

  /** Removes what is too old and says how many. */
  expire(now: number): number {
    let count = 0;
    for (const run of this.#runs.values()) {
      if (run.at > now - this.#maxAgeMs) break;
      this.#remove(run);
      count += 1;
    }
    return count;
  }

  #remove(run: PendingRun): void {
    this.#runs.delete(run.runId);
    this.#bytes -= weigh(run);
  }
}

const weigh = (run: PendingRun): number => OVERHEAD_BYTES + (run.request.body?.length ?? 0);
