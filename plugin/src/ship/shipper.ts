// From the plugin to the control plane, beside the traffic: `offer` only puts a sealed line into a bounded queue. One
// sender empties it. States: idle → sending → idle, or → pausing (after a failure, longer each time) → sending. While it
// pauses, batches go to the spool where there is one. A batch that fails several times in a row is set aside and tried
// apart, so that what comes behind it flows; see suspect.ts for what becomes of it.
import type { DropReason, Drops } from '../drops.ts';
import type { Health } from '../health.ts';
import { Aside, type AsideBatch } from './aside.ts';
import { Delivery, type Retry } from './delivery.ts';
import { Pause } from './pause.ts';
import type { BoundedQueue } from './queue.ts';
import type { Reporter } from './report.ts';
import type { Sealer } from './seal.ts';
import type { Target } from './send.ts';
import type { Spool } from './spool.ts';
import { Spooled } from './spooled.ts';
import { Suspect } from './suspect.ts';

const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** Tries of the batch at the head of the queue before it is set aside. */
const HEAD_TRIES = 3;
/** At the end of the process; leaves time to write the rest to the spool before the process must be gone. */
const LAST_TRY_MS = 1200;
/** How the gateway does is told so often where no batch tells it. */
const TELL_MS = 30_000;

export interface ShipperOptions {
  readonly target: Target;
  readonly queue: BoundedQueue;
  readonly sealer: Sealer;
  readonly spool: Spool | undefined;
  readonly batchSize: number;
  readonly flushMs: number;
  readonly drops: Drops;
  readonly health: Health;
  /** Absent: the control plane is told nothing of the gateway. */
  readonly reporter?: Reporter | undefined;
  readonly warn: (text: string) => void;
  /** Called with samples that will not arrive, for whoever keeps account of their numbers. */
  readonly lost?: ((lines: readonly Buffer[], reason: DropReason) => void) | undefined;
  /** Awaited before a batch leaves; must not reject. */
  readonly beforeSend?: (() => Promise<void>) | undefined;
  readonly now?: () => number;
  readonly random?: () => number;
}

export class Shipper {
  readonly #options: ShipperOptions;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #delivery: Delivery;
  readonly #pause: Pause;
  readonly #spooled: Spooled | undefined;
  readonly #aside = new Aside();
  #headTries = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #running: Promise<void> | undefined;

  constructor(options: ShipperOptions) {
    this.#options = options;
    const { drops, spool, lost } = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#pause = new Pause(this.#random);
    this.#delivery = new Delivery({ ...options, reporter: options.reporter });
    this.#spooled = spool && new Spooled({ spool, delivery: this.#delivery, drops, lost, now: this.#now, random: this.#random });
  }

  /** Samples that the control plane has taken. */
  get accepted(): number {
    return this.#delivery.accepted;
  }

  /** Samples in memory, in the queue or set aside. */
  get waiting(): number {
    return this.#options.queue.length + this.#aside.samples;
  }

  /**
   * Takes one sample as JSON text. Never throws, never waits; false when it was dropped. `bare`: what is to be kept of it at
   * least; where it is given the whole sample leaves some room for that.
   */
  offer(line: string, bare?: () => string): boolean {
    const { queue, sealer, drops, batchSize, flushMs } = this.#options;
    const item = sealer.seal(Buffer.from(line, 'utf8'));
    // The newest goes before what has failed: but nothing leaves for a sample that has no place even so.
    while (queue.fits(item.length, 0) && !queue.fits(item.length, this.#aside.bytes) && this.#aside.samples > 0) this.#dropAside();
    queue.reserved = this.#aside.bytes;
    const isKept = queue.push(item, bare !== undefined);
    if (isKept) this.#count(item);
    else {
      drops.count('queue_full');
      if (!this.#offerBare(bare)) this.#lose([Buffer.from(line, 'utf8')], 'queue_full');
    }
    this.#wake(queue.length >= batchSize ? 0 : flushMs);
    return isKept;
  }

  #offerBare(bare: (() => string) | undefined): boolean {
    const { queue, sealer, health } = this.#options;
    const item = bare && sealer.seal(Buffer.from(bare(), 'utf8'));
    if (!item || !queue.push(item)) return false;
    this.#count(item);
    health.add('identity');
    return true;
  }

  #count(item: Buffer): void {
    this.#options.health.add('waiting');
    this.#options.health.add('waiting_bytes', item.length);
  }

  #lose(lines: readonly Buffer[], reason: DropReason): void {
    this.#options.lost?.(lines, reason);
  }

  /** Looks for batches that an earlier life left in the spool; tells how the gateway does from then on. */
  start(): void {
    if (this.#spooled) this.#wake(0);
    if (!this.#options.reporter) return;
    setInterval(() => {
      if (!this.#running && this.#now() >= this.#pause.until) void this.#delivery.tell();
    }, TELL_MS).unref();
  }

  /** Sends what there is, now if a failure does not ask to wait; resolves when nothing more may be sent. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#run();
  }

  /** Last try: sends for a moment without waiting, and leaves the rest in the spool. Never rejects. */
  async close(): Promise<void> {
    const { queue } = this.#options;
    const limit = setTimeout(() => {
      this.#delivery.stop();
    }, LAST_TRY_MS);
    this.#pause.end();
    await this.flush();
    await this.#delivery.tell();
    clearTimeout(limit);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (queue.length > 0 && this.#spooled && (await this.#spoolHead(this.#spooled)));
    for (const { items } of this.#aside.take()) if (!(await this.#spool(items))) this.#dropSealed(items, 'exit_unsent');
    if (queue.length > 0) this.#dropSealed(queue.peek(queue.length, Number.POSITIVE_INFINITY), 'exit_unsent');
    this.#dropHead(queue.length);
  }

  /** An earlier wake replaces a later one. Without a spool there is nothing to do before the pause is over. */
  #wake(afterMs: number): void {
    if (this.#running) return;
    const now = this.#now();
    const at = Math.max(now + afterMs, this.#spooled ? 0 : this.#pause.until);
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
        this.#fail({ kind: 'retry', afterMs: undefined, why: 'internal', isBatch: false });
      })
      .finally(() => {
        this.#running = undefined;
        this.#wakeLater();
      });
    await this.#running;
  }

  #wakeLater(): void {
    const { queue, flushMs } = this.#options;
    if (queue.length > 0) this.#wake(flushMs);
    const others = [this.#aside.nextAt, this.#spooled?.nextAt].filter((at) => at !== undefined);
    if (others.length > 0) this.#wake(Math.max(flushMs, Math.min(...others) - this.#now(), this.#pause.until - this.#now()));
  }

  /** The newest traffic first, then one batch that was set aside, then what lies on disk. */
  async #work(): Promise<void> {
    const { queue, beforeSend } = this.#options;
    if (this.#maySend()) await beforeSend?.();
    while (queue.length > 0) {
      const isSent = this.#maySend() && (await this.#sendHead());
      if (isSent) await this.#trySuspect();
      else if (!this.#spooled || !(await this.#spoolHead(this.#spooled))) break;
    }
    while (this.#maySend() && (await this.#trySuspect()));
    while (this.#spooled && this.#maySend()) {
      const step = await this.#spooled.sendOldest();
      if (step === 'none') return;
      if (step !== 'done') this.#fail(step);
      else this.#pause.succeed();
    }
  }

  #maySend(): boolean {
    return this.#now() >= this.#pause.until;
  }

  /** True when the head of the queue is dealt with, whatever became of it. */
  async #sendHead(): Promise<boolean> {
    const { queue, batchSize } = this.#options;
    const batch = queue.peek(batchSize, MAX_BATCH_BYTES);
    const retry = await this.#delivery.send(this.#opened(batch));
    if (!retry) {
      this.#pause.succeed();
      this.#dropHead(batch.length);
      return true;
    }
    this.#fail(retry);
    this.#headTries += 1;
    if (this.#headTries >= HEAD_TRIES) {
      this.#setAside(batch);
      this.#dropHead(batch.length);
    }
    return false;
  }

  /** True when a batch that was set aside was tried, and others may be. */
  async #trySuspect(): Promise<boolean> {
    const batch = this.#aside.due(this.#now());
    if (!batch) return false;
    const { items, suspect } = batch;
    const isProvable = suspect.isProvable(this.accepted);
    const retry = await this.#delivery.send(this.#opened(items));
    if (!retry) {
      this.#pause.succeed();
      this.#removeAside(batch);
      return true;
    }
    // The fault is the control plane's as long as it takes nothing else either.
    if (!isProvable || !retry.isBatch) this.#fail(retry);
    const verdict = retry.isBatch ? suspect.failed(this.#now(), this.accepted, items.length) : 'later';
    if (verdict === 'later') return true;
    this.#removeAside(batch);
    if (verdict === 'split') {
      const half = Math.ceil(items.length / 2);
      this.#setAside(items.slice(0, half));
      this.#setAside(items.slice(half));
    } else this.#dropSealed(items, verdict === 'expired' ? 'aside_expired' : 'undeliverable');
    return true;
  }

  async #spoolHead(spooled: Spooled): Promise<boolean> {
    const { queue, batchSize, drops } = this.#options;
    const batch = queue.peek(batchSize, MAX_BATCH_BYTES);
    if (batch.length === 0) return true;
    try {
      if (!(await spooled.write(this.#opened(batch)))) {
        // Full: what is in the queue stays there as long as it can.
        drops.count('spool_full');
        return false;
      }
    } catch (thrown) {
      this.#options.warn(`spool not writable (${(thrown as { code?: string }).code ?? 'unknown'}): samples stay in memory`);
      return false;
    }
    this.#dropHead(batch.length);
    return true;
  }

  async #spool(items: readonly Buffer[]): Promise<boolean> {
    return (await this.#spooled?.write(this.#opened(items)).catch(() => false)) ?? false;
  }

  #setAside(items: readonly Buffer[]): void {
    this.#aside.add(items, new Suspect(this.#now(), this.accepted, this.#random));
    this.#options.health.add('aside', items.length);
  }

  #removeAside(batch: AsideBatch): void {
    const before = this.#aside.samples;
    this.#aside.remove(batch);
    this.#options.health.add('aside', this.#aside.samples - before);
  }

  #dropAside(): void {
    const items = this.#aside.dropOldest();
    this.#options.health.add('aside', -items.length);
    this.#dropSealed(items, 'aside_full');
  }

  #dropSealed(items: readonly Buffer[], reason: DropReason): void {
    this.#options.drops.count(reason, items.length);
    this.#lose(this.#opened(items), reason);
  }

  #dropHead(count: number): void {
    const { queue, health } = this.#options;
    const bytes = queue.bytes;
    queue.drop(count);
    this.#headTries = 0;
    health.add('waiting', -count);
    health.add('waiting_bytes', queue.bytes - bytes);
  }

  #opened(items: readonly Buffer[]): Buffer[] {
    return items.map((item) => this.#options.sealer.open(item));
  }

  #fail({ afterMs, why }: Retry): void {
    if (this.#pause.fail(this.#now(), afterMs)) {
      this.#options.warn(`control plane not reached (${why}): retrying, requests are not affected`);
    }
  }
}
