// One batch to the control plane, whatever it takes to have it judged sample by sample: halves where it is too large or
// where something in it cannot be read. Counts what became of each sample.
import { GATEWAY_HEALTH_HEADER } from '#contract';
import type { DropReason, Drops } from '../drops.ts';
import type { Health } from '../health.ts';
import { joinLines } from './lines.ts';
import type { Reporter } from './report.ts';
import { NO_SAMPLES, sendBatch, type Sent, type Target } from './send.ts';

/** Calls that one batch may cost because of samples that cannot be read; the rest of it is given up. */
const MAX_SEARCH_CALLS = 48;

export type Retry = Extract<Sent, { kind: 'retry' }>;

interface DeliveryOptions {
  readonly target: Target;
  readonly drops: Drops;
  readonly health: Health;
  readonly reporter: Reporter | undefined;
  readonly warn: (text: string) => void;
  /** Called with samples that the control plane will never take. */
  readonly lost?: ((lines: readonly Buffer[], reason: DropReason) => void) | undefined;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #giveUp = new AbortController();
  #accepted = 0;
  #lastRefusal = 0;
  #callsLeft = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Samples that the control plane has taken. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Ends the call under way and all later ones. */
  stop(): void {
    this.#giveUp.abort();
  }

  /** Undefined when all is dealt with, taken or counted; else why it may work later. Samples are idempotent by id. */
  async send(lines: readonly Buffer[]): Promise<Retry | undefined> {
    this.#callsLeft = MAX_SEARCH_CALLS;
    return this.#attempt(lines);
  }

  /** Tells how the gateway does, where there is news, without a sample. */
  async tell(): Promise<void> {
    await this.#post(NO_SAMPLES, false);
  }

  async #attempt(lines: readonly Buffer[]): Promise<Retry | undefined> {
    const { drops, health, lost } = this.#options;
    const sent = await this.#post(joinLines(lines), true);
    if (!sent) return undefined;
    switch (sent.kind) {
      case 'accepted': {
        const taken = Math.max(0, lines.length - sent.rejected.length);
        this.#accepted += taken;
        health.add('delivered', taken);
        if (sent.rejected.length > 0) {
          drops.count('rejected', sent.rejected.length);
          lost?.(
            lines.filter((_, index) => sent.rejected.includes(index)),
            'rejected',
          );
        }
        return undefined;
      }
      case 'retry':
        return sent;
      case 'refused':
        this.#refuse(lines, sent.status);
        return undefined;
      case 'unreadable':
        this.#callsLeft -= 2;
        if (lines.length > 1 && this.#callsLeft >= 0) return this.#halves(lines);
        this.#refuse(lines, sent.status);
        return undefined;
      case 'too_large':
        if (lines.length > 1) return this.#halves(lines);
        drops.count('too_large', lines.length);
        lost?.(lines, 'too_large');
        return undefined;
    }
  }

  /** The first half may be sent again after a failure of the second. */
  async #halves(lines: readonly Buffer[]): Promise<Retry | undefined> {
    const half = Math.ceil(lines.length / 2);
    return (await this.#attempt(lines.slice(0, half))) ?? (await this.#attempt(lines.slice(half)));
  }

  #refuse(lines: readonly Buffer[], status: number): void {
    this.#options.drops.count('refused', lines.length);
    this.#options.lost?.(lines, 'refused');
    if (this.#lastRefusal !== status)
      this.#options.warn(`the control plane refused samples (HTTP ${status}): look at token, address and versions`);
    this.#lastRefusal = status;
  }

  /** Undefined: there was no news and `isBatch` is false, so nothing was sent. */
  async #post(body: Uint8Array, isBatch: boolean): Promise<Sent | undefined> {
    const { target, reporter, health } = this.#options;
    const report = reporter?.take();
    if (!isBatch && report?.isNews !== true) {
      report?.giveBack();
      return undefined;
    }
    const sent = await sendBatch(target, body, this.#giveUp.signal, report ? { [GATEWAY_HEALTH_HEADER]: report.header } : {});
    if (sent.kind !== 'accepted') {
      report?.giveBack();
      health.add('failures');
    }
    return sent;
  }
}
