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
