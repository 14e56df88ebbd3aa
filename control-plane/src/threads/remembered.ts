// What evidence reads of one principal's past. It only reads: the state itself asks it while a request is added.
import type { Entry } from './entry.ts';
import type { TurnRecord } from './record.ts';

export interface Thread {
  readonly id: string;
  /** Turns and steps, oldest first; auxiliary calls are left out. */
  readonly entries: Entry[];
  readonly turns: TurnRecord[];
}

export interface Remembered {
  /** Every placed request, oldest first. */
  readonly entries: readonly Entry[];
  readonly threads: ReadonlyMap<string, Thread>;
  /** All turns of all threads, oldest first. */
  readonly turns: readonly TurnRecord[];
}
