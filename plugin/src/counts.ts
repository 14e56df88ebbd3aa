// Whole numbers under a fixed list of names, in memory that threads share: whoever counts, everyone reads the same, and
// what was counted outlives the thread that counted it.

export class SharedCounts<Name extends string> {
  /** For another thread's view of the same numbers. */
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;
  readonly #places: ReadonlyMap<Name, number>;

  /** `buffer` comes from another view with the same names. */
  constructor(names: readonly Name[], buffer: SharedArrayBuffer = new SharedArrayBuffer(8 * names.length)) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  /** Returns what the number was before. */
  add(name: Name, by = 1): number {
    return Number(Atomics.add(this.#cells, this.#place(name), BigInt(by)));
  }

  set(name: Name, value: number): void {
    Atomics.store(this.#cells, this.#place(name), BigInt(value));
  }

  get(name: Name): number {
    return Number(Atomics.load(this.#cells, this.#place(name)));
  }

  /** All that are not zero, in the order of the list. */
  all(): Partial<Record<Name, number>> {
    const found: Partial<Record<Name, number>> = {};
    for (const name of this.#places.keys()) {
      const value = this.get(name);
      if (value !== 0) found[name] = value;
    }
    return found;
  }

  #place(name: Name): number {
    return this.#places.get(name) ?? 0;
  }
}
