// At most so many samples in a minute of the clock.

export class Budget {
  #minute = -1;
  #used = 0;

  /** True when one more may go. No limit: always. */
  take(now: number, perMinute: number | undefined): boolean {
    if (perMinute === undefined) return true;
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
    if (this.#used >= perMinute) return false;
    this.#used += 1;
    return true;
  }
}
