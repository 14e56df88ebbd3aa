// What one tenant's observation in this process is for its whole life, whichever thread works on it and however often
// that thread is started again. The numbers stand in memory that threads share.
import { randomBytes } from 'node:crypto';
import { SharedCounts } from './counts.ts';

const CELLS = ['counter', 'policy_off', 'done', 'done_bytes', 'passed'] as const;

/** As it travels to another thread. */
export interface LifeShare {
  readonly epoch: string;
  readonly startedMs: number;
  readonly cells: SharedArrayBuffer;
}

export class Life {
  /** Of this gateway process; run numbers are gapless within it. */
  readonly epoch: string;
  /** Epoch milliseconds. */
  readonly startedMs: number;
  readonly #cells: SharedCounts<(typeof CELLS)[number]>;

  constructor(share?: LifeShare) {
    this.epoch = share?.epoch ?? randomBytes(8).toString('hex');
    this.startedMs = share?.startedMs ?? Date.now();
    this.#cells = new SharedCounts(CELLS, share?.cells);
  }

  get share(): LifeShare {
    return { epoch: this.epoch, startedMs: this.startedMs, cells: this.#cells.buffer };
  }

  /** Number of the next run; every run gets one, so that a missing number is a missing record. */
  nextNumber(): number {
    return this.#cells.add('counter');
  }

  /** Leaves a gap for runs that nobody looked at; answers its first number. */
  skipNumbers(count: number): number {
    return this.#cells.add('counter', count);
  }

  /** How many numbers were given out. */
  get numbered(): number {
    return this.#cells.get('counter');
  }

  /** A call is not looked at and gets no number: settings or policy say off. How many there were is stated all the same. */
  letPass(): void {
    this.#cells.add('passed');
  }

  get passed(): number {
    return this.#cells.get('passed');
  }

  /** True when the policy in force lets nothing be kept, whatever the settings say. */
  get isPolicyOff(): boolean {
    return this.#cells.get('policy_off') === 1;
  }

  set isPolicyOff(off: boolean) {
    this.#cells.set('policy_off', off ? 1 : 0);
  }

  /** A run that was handed over is dealt with. */
  done(bytes: number): void {
    this.#cells.add('done_bytes', bytes);
    this.#cells.add('done');
  }

  get doneRuns(): number {
    return this.#cells.get('done');
  }

  get doneBytes(): number {
    return this.#cells.get('done_bytes');
  }
}
