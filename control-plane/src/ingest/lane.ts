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
