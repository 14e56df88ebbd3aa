// The write-ahead log is carried over into the file on a thread of its own: it takes two syncs and thousands of writes to
// scattered places, and whoever happens to commit when the log is full would wait for them.
import { Worker } from 'node:worker_threads';
import type { Database } from './database.ts';

const EVERY_MS = 1_000;
/** Pages, a half of what commits carry over by themselves. What was written meanwhile begins at the start of the log again. */
const FULL = 4_000;
const MOST_TRIES = 4;

export class Checkpointer {
  private readonly database: Database;
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private answered: () => void = () => undefined;
  /** Rows changed when the log was last carried over. */
  private seen = -1;

  constructor(database: Database) {
    this.database = database;
  }

  /** From here on commits find the log short. Where the thread fails, they carry it over themselves, as before. */
  start(): void {
    if (this.worker !== undefined) return;
    const worker = new Worker(new URL('./checkpoint.worker.ts', import.meta.url), {
      workerData: this.database.file,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.worker = worker;
    worker.unref();
    worker.on('message', () => this.answered());
    worker.on('error', () => this.lost());
    worker.on('exit', () => this.lost());
    this.timer = setInterval(() => {
      if (this.database.hasSwept || this.database.changes() !== this.seen) void this.carryOver();
    }, EVERY_MS).unref();
    this.database.leaveLogTo('another');
  }

  /** Resolves when the log has room for many commits, so that none of them has to carry it over; or when it could not be emptied soon. */
  async room(): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES && this.isOn && this.database.logPages() > FULL; tries += 1) await this.carryOver();
  }

  /** Resolves when nothing of what sweeps deleted before stands in the log. */
  async settle(): Promise<void> {
    // What is left for this thread is what came in meanwhile.
    await this.carryOver();
    this.database.endSweep();
  }

  /** Resolves when the log was carried over as far as nobody was in the way. */
  carryOver(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) {
      if (this.database.logPages() > 0) this.database.carryOver();
      return Promise.resolve();
    }
    this.running ??= new Promise<void>((resolve) => {
      this.seen = this.database.changes();
      this.answered = () => {
        this.running = undefined;
        this.database.endLongSweep();
        resolve();
      };
      worker.postMessage('go');
    });
    return this.running;
  }

  private lost(): void {
    if (this.worker === undefined) return;
    this.worker = undefined;
    clearInterval(this.timer);
    this.database.leaveLogTo('itself');
    this.answered();
  }

  get isOn(): boolean {
    return this.worker !== undefined;
  }

  /** Before the file is closed. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    const { worker } = this;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.ref();
      worker.postMessage('end');
    });
  }
}
