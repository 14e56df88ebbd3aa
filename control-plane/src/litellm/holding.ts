// Failures that wait for another attempt, as far as there is room: whoever may hand in events could send failures alone.
import type { Sample } from '#contract';

export interface Held {
  /** Id of the row in the journal. */
  readonly id: string;
  readonly sample: Sample;
  readonly dueAtMs: number;
}

export interface Holding {
  /** False: what fails now is processed at once. */
  readonly hasRoom: boolean;
  get(key: string): Held | undefined;
  set(key: string, held: Held): void;
  delete(key: string): void;
  /** Forgets what is due: it may be in processing. */
  expire(nowMs: number): void;
}

/** `most`: characters of samples, as JSON. */
export function createHolding(most: number): Holding {
  const entries = new Map<string, { readonly held: Held; readonly size: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get hasRoom() {
      return total < most;
    },
    get: (key) => entries.get(key)?.held,
    set(key, held) {
      remove(key);
      const size = JSON.stringify(held.sample).length;
      entries.set(key, { held, size });
      total += size;
    },
    delete: remove,
    expire(nowMs) {
      for (const [key, { held }] of entries) if (held.dueAtMs <= nowMs) remove(key);
    },
  };
}
