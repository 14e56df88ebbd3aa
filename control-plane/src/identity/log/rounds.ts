// When logs are signed: once a second, and once more at the end.
import type { Checkpointer } from './checkpointer.ts';

export interface SigningRounds {
  start(): void;
  /** Signs what came in last. */
  stop(): Promise<void>;
}

const ROUND_MS = 1_000;

export function createSigningRounds(checkpointer: Pick<Checkpointer, 'advanceAll'>): SigningRounds {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const sign = (): void => {
    round = round
      .then(() => checkpointer.advanceAll())
      .finally(() => {
        if (timer !== undefined) timer = setTimeout(sign, ROUND_MS).unref();
      });
    round.catch(() => undefined);
  };
  return {
    start() {
      timer ??= setTimeout(sign, ROUND_MS).unref();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await round.catch(() => undefined);
      await checkpointer.advanceAll();
    },
  };
}
