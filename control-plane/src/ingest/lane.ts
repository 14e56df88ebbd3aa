/** Lets `width` tasks run at a time, begun in the order they came. A task that fails does not stop the next. */
export type Lane = <T>(task: () => Promise<T>) => Promise<T>;

export function createLane(width: number): Lane {
  const waiting: (() => void)[] = [];
  let free = width;
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The place goes from hand to hand, so that nobody who comes now can take it.
      if (next) next();
      else free += 1;
    }
  };
}

/** Something to sleep on until it is poked or the time is over. A poke before the sleep is not lost. */
export interface Doorbell {
  ring(): void;
  wait(timeoutMs: number): Promise<void>;
}

export function createDoorbell(): Doorbell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async wait(timeoutMs) {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      isRung = false;
    },
  };
}
