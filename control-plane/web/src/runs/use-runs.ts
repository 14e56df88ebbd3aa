import { listRuns, type RunSummary } from '../api/runs.ts';
import { usePages, type Pages } from '../api/use-pages.ts';
import { apiRunFilters, runsAddress, type RunFilters } from '../route/url.ts';

const POLL_MS = 5000;
const PAGE_SIZE = '50';

/** The newest runs first. */
export function useRuns(filters: RunFilters): Pages<RunSummary> {
  const narrowing: RunFilters = { ...filters, first: '' };
  return usePages<RunSummary>(
    `runs ${runsAddress(narrowing)}`,
    (cursor, signal) => listRuns({ ...apiRunFilters(narrowing, Date.now()), cursor, limit: PAGE_SIZE }, signal),
    POLL_MS,
  );
}
