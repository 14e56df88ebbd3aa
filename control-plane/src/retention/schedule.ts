import cron from 'node-cron';
import { purge, type PurgeOptions } from './purge.ts';

/** Every night at 03:17, when least is going on; the odd minute keeps many installations from starting together. */
const NIGHTLY = '17 3 * * *';

/** Starts the nightly purge; the answer stops it. A failed run is logged and tried again the next night. */
export function schedulePurge(options: PurgeOptions, expression: string = NIGHTLY): { stop(): Promise<void> } {
  const task = cron.schedule(
    expression,
    async () => {
      try {
        await purge(options);
      } catch (error) {
        options.logger.error('purge_failed', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    },
    { noOverlap: true },
  );
  return {
    stop: async () => {
      await task.destroy();
    },
  };
}
