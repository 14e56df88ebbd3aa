// What becomes of a request that a stage failed on: it goes back with a growing pause, or, when that has not helped, is buried.
import { ClewError, errorFields } from '../kernel/index.ts';
import type { Failure } from './isolate.ts';
import type { Kept } from './last-resort.ts';
import type { JournalRow, Stage } from './ports.ts';
import type { PipelineParts } from './workshop.ts';

export const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** About a day of waiting for a part that is away. */
const MAX_ATTEMPTS_AWAY = 1_500;
const LAST_PAUSE_MS = 60_000;

type GiveBack = (failures: readonly Failure<{ readonly row: JournalRow }>[], stage: Stage) => Promise<void>;

/** @param keepWhatCan of a request that is buried */
export function createGiveBack(
  { journal, meter, logger, clock }: PipelineParts,
  keepWhatCan: (row: JournalRow, stage: Stage) => Promise<Kept>,
): GiveBack {
  return async (failures, stage) => {
    for (const { item, error } of failures) {
      const { seq, attempts, id } = item.row;
      const fields = { requestId: id, stage, attempt: attempts + 1, ...errorFields(error) };
      if (attempts + 1 >= (isAway(error) ? MAX_ATTEMPTS_AWAY : MAX_ATTEMPTS)) {
        const kept = await keepWhatCan(item.row, stage);
        await journal.bury([seq], `${stage}: ${nameOf(error)}`);
        meter.dropped('buried', 1);
        logger.error('request_buried', { ...fields, kept });
      } else {
        await journal.retry([seq], clock.nowMs() + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts));
        meter.retried(1);
        logger.warn('request_put_back', fields);
      }
    }
  };
}

const isAway = (error: unknown): boolean => error instanceof ClewError && error.code === 'unavailable';

/** Class of the error only: messages can quote what a user wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
