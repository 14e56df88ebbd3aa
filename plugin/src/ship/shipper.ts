// From the plugin to the control plane, beside the traffic: `offer` only puts a sealed line into a bounded queue. One
// sender empties it. States: idle → sending → idle, or → waiting (after a failure, longer each time) → sending. While it
// waits, batches go to the spool where there is one; without, the queue fills and then refuses, counted.
import type { Drops } from '../drops.ts';
import type { BoundedQueue } from './queue.ts';
import type { Sealer } from './seal.ts';
import { sendBatch, type Sent, type Target } from './send.ts';
import type { Spool } from './spool.ts';

const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** At the end of the process; leaves time to write the rest to the spool before the process must be gone. */
const LAST_TRY_MS = 1200;

export interface ShipperOptions {
  readonly target: Target;
  readonly queue: BoundedQueue;
  readonly sealer: Sealer;
  readonly spool: Spool | undefined;
  readonly batchSize: number;
  readonly flushMs: number;
  readonly drops: Drops;
  readonly warn: (text: string) => void;
  readonly now?: () => number;
  readonly random?: () => number;
}

export class Shipper {
  readonly #options: ShipperOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #running: Promise<void> | undefined;
  #failures = 0;
  #notBefore = 0;
  #accepted = 0;
  #lastRefusal = 0;
  readonly #giveUp = new AbortController();
  #spoolIsEmpty = false;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Samples that the control plane has taken. */
  get accepted(): number {
    return this.#accepted;
  }

  get waiting(): number {
    return this.#options.queue.length;
  }

  /** Takes one sample as JSON text. Never throws, never waits; false when it was dropped. */
  offer(line: string): boolean {
    const { queue, sealer, drops, batchSize, flushMs } = this.#options;
    const kept = queue.push(sealer.seal(Buffer.from(line, 'utf8')));
    if (!kept) drops.count('queue_full');
    this.#wake(queue.length >= batchSize ? 0 : flushMs);
    return kept;
  }

  /** Looks for batches that an earlier life left in the spool. */
  start(): void {
    if (this.#options.spool) this.#wake(0);
  }

  /** Sends what there is, now if a failure does not ask to wait; resolves when the queue is empty or must wait. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#run();
  }

  /** Last try: sends for a moment without waiting, and leaves the rest in the spool. Never rejects. */
  async close(): Promise<void> {
    const { queue, drops } = this.#options;
    const limit = setTimeout(() => {
      this.#giveUp.abort();
    }, LAST_TRY_MS);
    this.#notBefore = 0;
    await this.flush();
    clearTimeout(limit);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (queue.length > 0 && this.#options.spool && (await this.#spoolBatch()));
    if (queue.length > 0) drops.count('exit_unsent', queue.length);
    queue.drop(queue.length);
  }

  /** An earlier wake replaces a later one. Without a spool there is nothing to do before the wait is over. */
  #wake(afterMs: number): void {
    if (this.#running) return;
    const now = this.#now();
    const at = Math.max(now + afterMs, this.#options.spool ? 0 : this.#notBefore);
    if (this.#timer && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, at - now);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    this.#running ??= this.#work()
      // A fault here must not stop the sender for good: the next wake tries again.
      .catch(() => {
        this.#fail(undefined, 'internal');
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#options.queue.length > 0) this.#wake(this.#options.flushMs);
        else if (this.#options.spool && !this.#spoolIsEmpty) this.#wake(Math.max(this.#options.flushMs, this.#notBefore - this.#now()));
      });
    await this.#running;
  }

  async #work(): Promise<void> {
    const { queue, spool } = this.#options;
    while (queue.length > 0) {
      if (this.#now() >= this.#notBefore) {
        if (await this.#sendOldest()) continue;
      }
      if (!spool || !(await this.#spoolBatch())) return;
    }
    while (spool && this.#now() >= this.#notBefore) {
      if (!(await this.#sendSpooled(spool))) return;
    }
  }

  /** True when the batch is dealt with, whatever became of it. */
  async #sendOldest(): Promise<boolean> {
    const { queue, batchSize } = this.#options;
    const batch = queue.peek(batchSize, MAX_BATCH_BYTES);
    const sent = await this.#send(batch.map((item) => this.#open(item)));
    if (sent.kind === 'retry') return false;
    queue.drop(batch.length);
    return true;
  }

  /** Halves a batch that is too large until the one sample that is the cause stands alone. */
  async #send(lines: readonly Buffer[]): Promise<Sent> {
    const { target, drops } = this.#options;
    const sent = await sendBatch(target, joinLines(lines), this.#giveUp.signal);
    switch (sent.kind) {
      case 'accepted':
        this.#failures = 0;
        this.#accepted += Math.max(0, lines.length - sent.rejected);
        if (sent.rejected > 0) drops.count('rejected', sent.rejected);
        return sent;
      case 'retry':
        this.#fail(sent.afterMs, sent.why);
        return sent;
      case 'refused':
        drops.count('refused', lines.length);
        if (this.#lastRefusal !== sent.status)
          this.#options.warn(`the control plane refused a batch (HTTP ${sent.status}): look at token and address`);
        this.#lastRefusal = sent.status;
        return sent;
      case 'too_large': {
        if (lines.length <= 1) {
          drops.count('too_large', lines.length);
          return sent;
        }
        const half = Math.ceil(lines.length / 2);
        const first = await this.#send(lines.slice(0, half));
        // The first half may be sent again after a failure of the second; samples are idempotent by id.
        return first.kind === 'retry' ? first : this.#send(lines.slice(half));
      }
    }
  }

  async #spoolBatch(): Promise<boolean> {
    const { queue, spool, batchSize, drops } = this.#options;
    const batch = queue.peek(batchSize, MAX_BATCH_BYTES);
    try {
      if (!(await spool?.write(joinLines(batch.map((item) => this.#open(item)))))) {
        // Full: what is in the queue stays there as long as it can.
        if (queue.length > 0) drops.count('spool_full');
        return false;
      }
    } catch (thrown) {
      this.#options.warn(`spool not writable (${(thrown as { code?: string }).code ?? 'unknown'}): samples stay in memory`);
      return false;
    }
    this.#spoolIsEmpty = false;
    queue.drop(batch.length);
    return true;
  }

  /** True when there may be more. */
  async #sendSpooled(spool: Spool): Promise<boolean> {
    const found = await spool.oldest();
    this.#spoolIsEmpty = found === undefined;
    if (!found) return false;
    if (found.body === 'unreadable') this.#options.drops.count('spool_unreadable');
    else if ((await this.#send(splitLines(found.body))).kind === 'retry') return false;
    await spool.remove(found.file);
    return true;
  }

  #open(item: Buffer): Buffer {
    return this.#options.sealer.open(item);
  }

  #fail(afterMs: number | undefined, why: string): void {
    if (this.#failures === 0) this.#options.warn(`control plane not reached (${why}): retrying, requests are not affected`);
    const random = this.#options.random ?? Math.random;
    const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10)) * (0.5 + 0.5 * random());
    this.#failures += 1;
    this.#notBefore = this.#now() + Math.max(backoff, afterMs ?? 0);
  }
}

function joinLines(lines: readonly Buffer[]): Buffer {
  const newline = Buffer.from('\n');
  return Buffer.concat(lines.flatMap((line) => [line, newline]));
}

function splitLines(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = body.indexOf(10); end >= 0; end = body.indexOf(10, start)) {
    if (end > start) lines.push(body.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
