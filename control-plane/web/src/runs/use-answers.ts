import { askRuns, type Answered } from '../api/runs.ts';
import { usePages, type Pages } from '../api/use-pages.ts';
import type { Query } from '../api/http.ts';
import type { Page } from '../api/views.ts';

const PAGE_SIZE = '200';
/** Most runs have no answer that is looked for, so pages are short: so many are put together for one. */
const MOST_PAGES = 10;
const ENOUGH = 50;

async function gather(query: Query, cursor: string | undefined, signal?: AbortSignal): Promise<Page<Answered>> {
  const items: Answered[] = [];
  let next: string | null | undefined = cursor;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: Page<Answered> = await askRuns({ ...query, cursor: next, limit: PAGE_SIZE }, signal);
    items.push(...page.items);
    next = page.next;
    if (next === null || items.length >= ENOUGH) break;
  }
  return { items, next: next ?? null };
}

/** Newest first. @param key names the query; a new one begins anew */
export const useAnswers = (key: string, query: Query): Pages<Answered> =>
  usePages<Answered>(`answers ${key}`, (cursor, signal) => gather(query, cursor, signal));
