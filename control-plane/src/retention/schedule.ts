import cron from 'node-cron';
import { purge, type PurgeOptions } from './purge.ts';

/** Every night at 03:17, when least is going on; the odd minute keeps many installations from starting together. */
const NIGHTLY = '17 3 * * *';

/**
 * Purges now, since the machine may have slept through its nights, and every night from here on; the answer stops it and
 * resolves when a purge that runs is done. A failed run is logged and tried again the next night.
 */
export function schedulePurge(options: PurgeOptions, expression: string = NIGHTLY): { stop(): Promise<void> } {
  let isStopped = false;
  const run = async (): Promise<void> => {
    try {
      await purge({ ...options, isStopped: () => isStopped });
    } catch (error) {
      options.logger.error('purge_failed', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  };
  let running = run();
  const task = cron.schedule(expression, () => (running = running.then(run)), { noOverlap: true });
  return {
    stop: async () => {
      isStopped = true;
      await task.destroy();
      await running;
    },
  };
}
