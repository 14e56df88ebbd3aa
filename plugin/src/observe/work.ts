// Work that need not be done while anyone waits. One step of one job runs in each turn of the event loop, so that calls
// from Kong, which come in between, never wait for more than one step.

export type Job = () => Generator<undefined, void>;

export class WorkQueue {
  readonly #maxJobs: number;
  readonly #onError: (thrown: unknown) => void;
  readonly #jobs: Job[] = [];
  #running: Generator<undefined, void> | undefined;
  #isScheduled = false;
  #idle: (() => void)[] = [];

  constructor(maxJobs: number, onError: (thrown: unknown) => void) {
    this.#maxJobs = maxJobs;
    this.#onError = onError;
  }

  /** False when too much waits already. */
  push(job: Job): boolean {
    if (this.#jobs.length >= this.#maxJobs) return false;
    this.#jobs.push(job);
    this.#schedule();
    return true;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    if (!this.#isScheduled) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#step();
    });
  }

  #step(): void {
    try {
      this.#running ??= this.#jobs.shift()?.();
      if (this.#running?.next().done) this.#running = undefined;
    } catch (thrown) {
      this.#running = undefined;
      this.#onError(thrown);
    }
    if (this.#running || this.#jobs.length > 0) {
      this.#schedule();
      return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
