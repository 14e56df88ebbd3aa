// Batches on disk on their way out: the oldest first, past those that keep failing.
import type { DropReason, Drops } from '../drops.ts';
import type { Delivery, Retry } from './delivery.ts';
import { joinLines, splitLines } from './lines.ts';
import type { Spool } from './spool.ts';
import { Suspect } from './suspect.ts';

interface SpooledOptions {
  readonly spool: Spool;
  readonly delivery: Delivery;
  readonly drops: Drops;
  readonly lost?: ((lines: readonly Buffer[], reason: DropReason) => void) | undefined;
  readonly now: () => number;
  readonly random: () => number;
}

/** `none`: nothing may be sent now; `done`: there may be more. */
type SpoolStep = 'none' | 'done' | Retry;

export class Spooled {
  readonly #options: SpooledOptions;
  /** By file; forgotten with the process, which only means that the file is tried again from the start. */
  readonly #suspects = new Map<string, Suspect>();
  #isEmpty = false;

  constructor(options: SpooledOptions) {
    this.#options = options;
  }

  /** Undefined when nothing waits on disk, else when to look again. */
  get nextAt(): number | undefined {
    if (this.#isEmpty) return undefined;
    return this.#suspects.size === 0 ? 0 : Math.min(...[...this.#suspects.values()].map(({ nextAt }) => nextAt));
  }

  /** Rejects when the disk fails; false when the spool is full. */
  async write(lines: readonly Buffer[]): Promise<boolean> {
    this.#isEmpty = false;
    return this.#options.spool.write(joinLines(lines));
  }

  /** Sends the oldest file that may be tried. */
  async sendOldest(): Promise<SpoolStep> {
    const { spool, delivery, drops, now } = this.#options;
    const found = await spool.oldest((file) => (this.#suspects.get(file)?.nextAt ?? 0) <= now());
    if (!found) {
      this.#isEmpty = this.#suspects.size === 0;
      return 'none';
    }
    if (found.body === 'unreadable') {
      drops.count('spool_unreadable');
      await this.#remove(found.file);
      return 'done';
    }
    const lines = splitLines(found.body);
    const retry = await delivery.send(lines);
    if (!retry) {
      await this.#remove(found.file);
      return 'done';
    }
    return (await this.#suspect(found.file, lines, retry)) ? 'done' : retry;
  }

  /** True when the failure is the file's own: whatever else waits may go on. */
  async #suspect(file: string, lines: readonly Buffer[], retry: Retry): Promise<boolean> {
    if (!retry.isBatch) return false;
    const { delivery, drops, lost, now, random, spool } = this.#options;
    const known = this.#suspects.get(file);
    if (!known) {
      this.#suspects.set(file, new Suspect(now(), delivery.accepted, random));
      return false;
    }
    const isOwn = known.isProvable(delivery.accepted);
    switch (known.failed(now(), delivery.accepted, lines.length)) {
      case 'later':
        return isOwn;
      case 'split': {
        // Both halves are on disk before the whole is gone; what is sent twice does no harm.
        const half = Math.ceil(lines.length / 2);
        const isWritten =
          (await spool.write(joinLines(lines.slice(0, half)), true)) && (await spool.write(joinLines(lines.slice(half)), true));
        if (isWritten) await this.#remove(file);
        return true;
      }
      case 'give_up':
        drops.count('undeliverable', lines.length);
        lost?.(lines, 'undeliverable');
        break;
      case 'expired':
        drops.count('aside_expired', lines.length);
        lost?.(lines, 'aside_expired');
    }
    await this.#remove(file);
    return true;
  }

  async #remove(file: string): Promise<void> {
    this.#suspects.delete(file);
    await this.#options.spool.remove(file);
  }
}
