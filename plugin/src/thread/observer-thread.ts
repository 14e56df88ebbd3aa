// The other end of serve.ts. States: running → (ended by itself or stuck) → pausing → running. A thread that ends costs
// what it held, counted; what it is to know it is told again.
import { Worker } from 'node:worker_threads';
import type { LogLevel } from '../config.ts';
import { Drops } from '../drops.ts';
import { createHealth, type Health } from '../health.ts';
import { newMemoryKey } from '../identity/index.ts';
import { lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import type { Signing } from '../runtimes.ts';
import { Reporter } from '../ship/index.ts';
import { THREAD_MARK, type FromThread, type ThreadStart, type ToThread } from './messages.ts';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 30_000;
/** A thread that lived this long was sound: the next start is quick again. */
const SOUND_AFTER_MS = 60_000;
const WATCH_MS = 5_000;
/** Without a beat for so long a thread hangs; no run takes nearly that long. */
const STUCK_AFTER_MS = 30_000;
/** A body that no memory is enough for ends the thread, not the process. */
const MAX_HEAP_MB = 1024;

export interface ThreadOptions {
  /** The bundle: it serves when it finds itself started as this thread. */
  readonly file: string;
  readonly logLevel: LogLevel;
  readonly log: Log;
  /** Called for each start after the first: whoever uses the thread tells it again what it must know. */
  readonly restarted: () => void;
  /** Called when a thread has ended by itself: whatever was in its hands is lost. */
  readonly lost: () => void;
  readonly received: (message: FromThread) => void;
  readonly stuckAfterMs?: number;
}

export class ObserverThread {
  readonly drops = new Drops();
  readonly health: Health = createHealth();
  readonly #options: ThreadOptions;
  readonly #told = new Reporter(this.drops, this.health).share;
  readonly #beat = new Int32Array(new SharedArrayBuffer(4));
  /** The same for every life of the thread: an epoch is signed by one key. */
  readonly #signing: Signing = { memory: newMemoryKey(), home: lifetime().home };
  #worker: Worker | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #startedAt = 0;
  #lastBeat = 0;
  #beatAt = 0;
  #closed: (() => void) | undefined;
  #isClosing = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#start();
    const stuckAfterMs = options.stuckAfterMs ?? STUCK_AFTER_MS;
    setInterval(
      () => {
        this.#watch(Date.now(), stuckAfterMs);
      },
      Math.min(WATCH_MS, stuckAfterMs / 2),
    ).unref();
  }

  /** False while there is no thread to take it. */
  send(message: ToThread, move: readonly ArrayBuffer[] = []): boolean {
    if (!this.#worker) return false;
    this.#worker.postMessage(message, [...move]);
    return true;
  }

  /** Resolves when all that was sent is worked off and delivered, on disk or given up. Nothing is taken from then on. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const worker = this.#worker;
    if (!worker) return;
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    // A thread without a reference would let the process end before it has answered.
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies ToThread);
    await closed;
    worker.unref();
  }

  #start(): void {
    const { file, logLevel } = this.#options;
    const { drops, health } = this;
    const data: ThreadStart = {
      mark: THREAD_MARK,
      logLevel,
      drops: drops.buffer,
      health: health.buffer,
      told: this.#told,
      beat: this.#beat.buffer,
      signing: this.#signing,
    };
    const worker = new Worker(file, { workerData: data, name: 'clew', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    worker.unref();
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'closed') this.#closed?.();
      else this.#options.received(message);
    });
    // The message of an error may quote what was read; its name and code cannot.
    worker.on('error', (thrown: unknown) => {
      const { name = 'error', code = '' } = thrown as { name?: string; code?: string };
      this.#options.log.error(`the thread behind the log phase failed: ${name} ${code}`.trimEnd());
    });
    worker.once('exit', () => {
      this.#ended(worker);
    });
    this.#worker = worker;
    this.#startedAt = this.#beatAt = Date.now();
  }

  #ended(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#closed?.();
    const waiting = this.health.get('waiting') + this.health.get('aside');
    this.drops.count('worker_lost', waiting);
    for (const gauge of ['waiting', 'waiting_bytes', 'aside'] as const) this.health.set(gauge, 0);
    this.#options.lost();
    if (this.#isClosing) return;
    if (Date.now() - this.#startedAt > SOUND_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#options.log.warn(`the thread behind the log phase ended: starting it again in ${this.#pauseMs} ms, requests are not affected`);
    setTimeout(() => {
      this.health.add('worker_restarts');
      this.#start();
      this.#options.restarted();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  #watch(now: number, stuckAfterMs: number): void {
    const beat = Atomics.load(this.#beat, 0);
    if (beat !== this.#lastBeat) {
      this.#lastBeat = beat;
      this.#beatAt = now;
    }
    if (!this.#worker || now - this.#beatAt < stuckAfterMs) return;
    this.#options.log.error('the thread behind the log phase hangs: ending it');
    this.#beatAt = now;
    void this.#worker.terminate();
  }
}
