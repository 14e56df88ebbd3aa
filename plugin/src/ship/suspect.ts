// A batch that failed again and again, while it may not be the batch's fault. It counts against the batch only when the
// control plane took something else since its last try: a control plane that is away costs nothing but time.
import { pauseMs } from './pause.ts';

/** Failures of one sample by itself, each with something else taken in between. */
const MAX_ALONE = 4;
/** Nobody waits for a sample that is older. */
const MAX_AGE_MS = 6 * 60 * 60_000;

/** `later`: try again; `split`: try halves; `give_up`: it never will be taken; `expired`: it is too old to be tried. */
export type Verdict = 'later' | 'split' | 'give_up' | 'expired';

export class Suspect {
  readonly #random: () => number;
  readonly #bornAt: number;
  #tries = 0;
  #failures = 0;
  #nextAt = 0;
  #acceptedBefore: number;

  /** `accepted`: how many samples the control plane has taken so far. */
  constructor(now: number, accepted: number, random: () => number) {
    this.#random = random;
    this.#bornAt = now;
    this.#acceptedBefore = accepted;
    this.#nextAt = now + pauseMs(0, random());
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  /** True when something else was taken since: another failure will count against it. */
  isProvable(accepted: number): boolean {
    return accepted > this.#acceptedBefore;
  }

  /** It failed once more. */
  failed(now: number, accepted: number, samples: number): Verdict {
    const counts = this.isProvable(accepted);
    this.#tries += 1;
    this.#acceptedBefore = accepted;
    this.#nextAt = now + pauseMs(this.#tries, this.#random());
    if (now - this.#bornAt > MAX_AGE_MS) return 'expired';
    if (!counts) return 'later';
    if (samples > 1) return 'split';
    this.#failures += 1;
    return this.#failures >= MAX_ALONE ? 'give_up' : 'later';
  }
}
