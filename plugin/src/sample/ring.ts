// The last few runs of each person that were not kept: an error later on makes them worth having.

export interface RingEntry {
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface RingLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Not pure: it holds state. Time comes in from outside. Whatever leaves it is handed back and never lost. */
export class RescueRing<T extends RingEntry> {
  readonly #limits: RingLimits;
  /** Least recently touched person first. */
  readonly #bySubject = new Map<string, T[]>();
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps the entry and returns those that had to leave for it, the entry itself where nothing may be held. */
  add(subject: string, entry: T, perSubject: number): T[] {
    if (perSubject <= 0 || entry.bytes > this.#limits.maxBytes) return [entry];
    const entries = this.#bySubject.get(subject) ?? [];
    this.#bySubject.delete(subject);
    this.#bySubject.set(subject, entries);
    entries.push(entry);
    this.#bytes += entry.bytes;
    const left = entries.splice(0, Math.max(0, entries.length - perSubject));
    for (const one of left) this.#bytes -= one.bytes;
    while (this.#bytes > this.#limits.maxBytes) left.push(...this.#dropOldest());
    return left;
  }

  /** All entries of a person that are not too old, oldest first; they leave the ring. */
  take(subject: string): T[] {
    const entries = this.#bySubject.get(subject) ?? [];
    this.#bySubject.delete(subject);
    for (const entry of entries) this.#bytes -= entry.bytes;
    return entries;
  }

  /** Entries that are too old, or all. */
  expire(now: number): T[] {
    const left: T[] = [];
    for (const [subject, entries] of this.#bySubject) {
      const young = entries.findIndex((entry) => entry.at > now - this.#limits.maxAgeMs);
      const old = entries.splice(0, young === -1 ? entries.length : young);
      for (const entry of old) this.#bytes -= entry.bytes;
      left.push(...old);
      if (entries.length === 0) this.#bySubject.delete(subject);
    }
    return left;
  }

  #dropOldest(): T[] {
    for (const [subject, entries] of this.#bySubject) {
      const oldest = entries.splice(0, 1);
      for (const entry of oldest) this.#bytes -= entry.bytes;
      if (entries.length === 0) this.#bySubject.delete(subject);
      return oldest;
    }
    this.#bytes = 0;
    return [];
  }
}
