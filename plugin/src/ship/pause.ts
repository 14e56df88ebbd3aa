// How long to leave the control plane alone: longer after each failure, never in step with other gateways, and as long
// as it asks for, within reason.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Whatever Retry-After says: a mistake there must not silence a gateway for days. */
const LONGEST_ASKED_MS = 10 * 60_000;

/** After `failures` failures in a row; `random` is from 0 to 1. */
export function pauseMs(failures: number, random: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10)) * (0.5 + 0.5 * random);
}

export class Pause {
  readonly #random: () => number;
  #failures = 0;
  #until = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Epoch milliseconds; nothing is sent before. */
  get until(): number {
    return this.#until;
  }

  /** True for the first failure after a success. */
  fail(now: number, askedMs: number | undefined): boolean {
    const isFirst = this.#failures === 0;
    this.#until = now + Math.max(pauseMs(this.#failures, this.#random()), Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
    this.#failures += 1;
    return isFirst;
  }

  succeed(): void {
    this.#failures = 0;
  }

  /** The process ends: there is no later. */
  end(): void {
    this.#until = 0;
  }
}
