// The address holds all state: what is shown, what is filtered, which turn is open. Links can be shared and reloaded.

/** Filters of the list, as they stand in the address. `since` is relative, so that a shared link stays true. */
export const FILTER_NAMES = ['user', 'topic', 'position', 'model', 'since', 'from', 'to'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

export type Route =
  | { readonly view: 'list'; readonly filters: Filters }
  | { readonly view: 'search'; readonly q: string }
  | { readonly view: 'thread'; readonly thread: string; readonly request: string | undefined; readonly q: string | undefined };

export function routeOf(search: string): Route {
  const parameters = new URLSearchParams(search);
  const thread = parameters.get('thread') ?? '';
  const q = parameters.get('q') ?? '';
  if (thread !== '') return { view: 'thread', thread, request: parameters.get('request') ?? undefined, q: q === '' ? undefined : q };
  if (q !== '') return { view: 'search', q };
  const filters: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = parameters.get(name);
    if (value !== null && value !== '') filters[name] = value;
  }
  return { view: 'list', filters };
}

function address(fields: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== '') parameters.set(name, value);
  return parameters.size > 0 ? `/?${parameters.toString()}` : '/';
}

/** Empty filters are left out. */
export const listAddress = (filters: Filters = {}): string => address(filters);
export const searchAddress = (q: string): string => address({ q });
export const threadAddress = (thread: string, request?: string, q?: string): string => address({ thread, request, q });

const SINCE: Readonly<Record<string, number>> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 };

/** Filters as the API takes them; a relative time is counted from the last full minute, so that answers can be kept. */
export function apiFilters(filters: Filters, nowMs: number): Readonly<Record<string, string | undefined>> {
  const { since, ...rest } = filters;
  const span = since === undefined ? undefined : SINCE[since];
  if (span === undefined) return rest;
  return { ...rest, from: new Date(Math.floor(nowMs / 60_000) * 60_000 - span).toISOString() };
}
