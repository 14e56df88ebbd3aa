// Batches set aside in memory, so that what comes behind them is not held up. They share the bytes of the queue; the
// oldest leave first when newer samples need the room.
import type { Suspect } from './suspect.ts';

export interface AsideBatch {
  /** Sealed. */
  readonly items: readonly Buffer[];
  readonly bytes: number;
  readonly suspect: Suspect;
}

export class Aside {
  /** Oldest first. */
  #batches: AsideBatch[] = [];
  #bytes = 0;
  #samples = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get samples(): number {
    return this.#samples;
  }

  /** When the next batch may be tried; undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#batches.length === 0 ? undefined : Math.min(...this.#batches.map(({ suspect }) => suspect.nextAt));
  }

  add(items: readonly Buffer[], suspect: Suspect): void {
    const bytes = items.reduce((sum, item) => sum + item.length, 0);
    this.#batches.push({ items, bytes, suspect });
    this.#bytes += bytes;
    this.#samples += items.length;
  }

  /** The longest overdue batch that may be tried now; it stays until `remove`. */
  due(now: number): AsideBatch | undefined {
    const due = this.#batches.filter(({ suspect }) => suspect.nextAt <= now);
    return due.toSorted((a, b) => a.suspect.nextAt - b.suspect.nextAt)[0];
  }

  remove(batch: AsideBatch): void {
    const kept = this.#batches.filter((one) => one !== batch);
    if (kept.length === this.#batches.length) return;
    this.#batches = kept;
    this.#bytes -= batch.bytes;
    this.#samples -= batch.items.length;
  }

  /** Makes room; which samples that cost. */
  dropOldest(): readonly Buffer[] {
    const [oldest] = this.#batches;
    if (!oldest) return [];
    this.remove(oldest);
    return oldest.items;
  }

  /** All batches, which leave. */
  take(): readonly AsideBatch[] {
    const all = this.#batches;
    this.#batches = [];
    this.#bytes = this.#samples = 0;
    return all;
  }
}
