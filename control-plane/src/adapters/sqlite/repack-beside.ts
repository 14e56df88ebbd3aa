import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '../../kernel/index.ts';

/** Rows of one transaction: some milliseconds. */
const BATCH = 20;
/** Between batches, so that who sends and who asks hardly notice. */
const PAUSE_MS = 20;

/** Takes rows of an older form over in the background; what is left when it stops, the next start goes on with. */
export function repackBeside(
  store: { repack(limit: number): number },
  logger: Logger,
): { readonly start: () => void; readonly stop: () => Promise<void> } {
  const ending = new AbortController();
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    let rows = 0;
    for (let done = 1; done > 0 && !ending.signal.aborted; rows += done) {
      done = store.repack(BATCH);
      if (done > 0) await pause(PAUSE_MS);
    }
    if (rows > 0) logger.info('store_repacked', { rows });
  };
  return {
    start: () => {
      running = run().catch((error: unknown) => logger.error('store_not_repacked', errorFields(error)));
    },
    stop: () => {
      ending.abort();
      return running;
    },
  };
}
