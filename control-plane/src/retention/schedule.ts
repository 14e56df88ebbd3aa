import cron from 'node-cron';
import { purge, type PurgeOptions } from './purge.ts';

/** Every night at 03:17, when least is going on; the odd minute keeps many installations from starting together. */
const NIGHTLY = '17 3 * * *';

export interface Purging {
  /** Epoch milliseconds of the next run; undefined while one runs, which is now. */
  nextMs(): number | undefined;
  /** Ends a run after the batch at hand; resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Purges now, since the machine may have slept through its nights, and every night from here on. A failed run is logged and
 * tried again the next night; one that was cut off goes on at the next start, where the oldest that is left is.
 */
export function schedulePurge(options: PurgeOptions, expression: string = NIGHTLY): Purging {
  let isStopped = false;
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    try {
      const report = await purge({ ...options, isStopped: () => isStopped });
      options.meter?.purged(report, options.clock.nowMs());
    } catch (error) {
      options.meter?.purgeFailed();
      options.logger.error('purge_failed', { reason: error instanceof Error ? error.name : 'unknown' });
    } finally {
      isRunning = false;
    }
  };
  let running = run();
  const task = cron.schedule(expression, () => (running = running.then(run)), { noOverlap: true });
  return {
    nextMs: () => (isRunning ? undefined : task.getNextRun()?.getTime()),
    stop: async () => {
      isStopped = true;
      await task.destroy();
      await running;
    },
  };
}
