// A queue bounded by bytes. The newest is refused when it is full: what is already promised goes first.

/** The part of a queue that stays free for what matters most: one so-manieth. */
const SPARED = 8;

export class BoundedQueue {
  readonly #maxBytes: number;
  #items: Buffer[] = [];
  #head = 0;
  #bytes = 0;
  /** Bytes of what is kept elsewhere under the same bound. */
  reserved = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when there is no room. `isSpare`: with part of it left free for those that cannot be done without. */
  push(item: Buffer, isSpare = false): boolean {
    if (!this.fits(item.length + (isSpare ? this.#maxBytes / SPARED : 0), this.reserved)) return false;
    this.#items.push(item);
    this.#bytes += item.length;
    return true;
  }

  /** True when so many bytes more would fit beside so many kept elsewhere. */
  fits(bytes: number, reserved: number): boolean {
    return this.#bytes + reserved + bytes <= this.#maxBytes;
  }

  /** The oldest items up to both limits, at least one; they stay until `drop`. */
  peek(maxItems: number, maxBytes: number): readonly Buffer[] {
    const taken: Buffer[] = [];
    let bytes = 0;
    for (let at = this.#head; at < this.#items.length && taken.length < maxItems; at += 1) {
      const item = this.#items[at];
      if (item === undefined || (taken.length > 0 && bytes + item.length > maxBytes)) break;
      taken.push(item);
      bytes += item.length;
    }
    return taken;
  }

  /** Removes so many of the oldest. */
  drop(count: number): void {
    const end = Math.min(this.#head + count, this.#items.length);
    for (let at = this.#head; at < end; at += 1) this.#bytes -= this.#items[at]?.length ?? 0;
    this.#head = end;
    if (this.#head > 1024 || this.#head === this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
