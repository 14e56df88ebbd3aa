// The address holds all state: what is shown, what is filtered, which turn is open. Links can be shared and reloaded.

/** Filters of the list, as they stand in the address. `since` is relative, so that a shared link stays true. */
export const FILTER_NAMES = ['user', 'topic', 'outcome', 'breakdown', 'position', 'model', 'since', 'from', 'to', 'calls'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** Filters of the runs; `first` is the run that another one is being chosen to be compared with. */
const RUN_FILTER_NAMES = ['verdict', 'model', 'since', 'from', 'to', 'first'] as const;
export type RunFilterName = (typeof RUN_FILTER_NAMES)[number];
export type RunFilters = Readonly<Partial<Record<RunFilterName, string>>>;

/** One question to all runs of a time. */
export interface AnswersPlace {
  readonly ask?: string | undefined;
  readonly answer?: string | undefined;
  readonly since?: string | undefined;
}

/** A place in a thread. */
export interface ThreadPlace {
  readonly thread: string;
  /** Without one the thread opens where it broke down. */
  readonly request?: string | undefined;
  /** The search that led there. */
  readonly q?: string | undefined;
  /** `facts`: how the thread went is unfolded. */
  readonly open?: string | undefined;
}

/** Filters of the audit log. */
const AUDIT_FILTER_NAMES = ['kind', 'actor', 'since'] as const;
export type AuditFilters = Readonly<Partial<Record<(typeof AUDIT_FILTER_NAMES)[number], string>>>;

/** Two models to compare, over a time. */
export interface ModelsPlace {
  readonly a?: string | undefined;
  readonly b?: string | undefined;
  readonly since?: string | undefined;
}

/** Which of the passing requests are shown. */
const LIVE_FILTER_NAMES = ['user', 'model', 'trouble'] as const;
export type LiveFilter = Readonly<Partial<Record<(typeof LIVE_FILTER_NAMES)[number], string | undefined>>>;

export type Route =
  | { readonly view: 'list'; readonly filters: Filters }
  /** `weak`: hits that are far from the best too. */
  | { readonly view: 'search'; readonly q: string; readonly weak: boolean }
  | ({ readonly view: 'thread' } & ThreadPlace)
  | { readonly view: 'runs'; readonly filters: RunFilters }
  | { readonly view: 'run'; readonly run: string; readonly against: string | undefined }
  | ({ readonly view: 'answers' } & AnswersPlace)
  | { readonly view: 'changes'; readonly at: string | undefined; readonly minutes: string | undefined }
  | { readonly view: 'manifests'; readonly since: string | undefined }
  | { readonly view: 'log' }
  | { readonly view: 'topics'; readonly figures: 'released' | undefined }
  | { readonly view: 'topic'; readonly topic: string; readonly figures: 'released' | undefined }
  | ({ readonly view: 'models' } & ModelsPlace)
  | { readonly view: 'costs'; readonly by: string | undefined; readonly since: string | undefined }
  | { readonly view: 'live'; readonly filter: LiveFilter }
  | { readonly view: 'works'; readonly since: string | undefined; readonly least: string | undefined }
  | { readonly view: 'accuracy'; readonly since: string | undefined }
  | { readonly view: 'health' }
  | { readonly view: 'retention' }
  /** `user`: whose pseudonym the form begins with. */
  | { readonly view: 'erasure'; readonly user: string | undefined }
  | { readonly view: 'audit'; readonly filters: AuditFilters }
  | { readonly view: 'tokens' }
  | { readonly view: 'policies'; readonly version: string | undefined }
  | { readonly view: 'alerts'; readonly status: string | undefined }
  | { readonly view: 'alert'; readonly alert: string }
  /** The address names nothing that is here. */
  | { readonly view: 'nowhere'; readonly asked: string };

/** @param pathname all pages stand at "/"; any other path is a mistake */
export function routeOf(search: string, pathname = '/'): Route {
  if (pathname !== '/' && pathname !== '/index.html') return { view: 'nowhere', asked: pathname };
  const parameters = new URLSearchParams(search);
  const read = (name: string): string | undefined => parameters.get(name) || undefined;
  const [thread, run, alert, q] = [read('thread'), read('run'), read('alert'), read('q')];
  if (thread !== undefined) return { view: 'thread', thread, request: read('request'), q, open: read('open') };
  if (run !== undefined) return { view: 'run', run, against: read('against') };
  if (alert !== undefined) return { view: 'alert', alert };
  if (q !== undefined) return { view: 'search', q, weak: read('weak') === 'true' };
  const view = read('view');
  const [topic, figures] = [read('topic'), read('figures') === 'released' ? ('released' as const) : undefined];
  if (view === 'topic' && topic !== undefined) return { view, topic, figures };
  if (view === 'topics') return { view, figures };
  if (view === 'health' || view === 'retention' || view === 'tokens') return { view };
  if (view === 'erasure') return { view, user: read('user') };
  if (view === 'audit') return { view, filters: filtersOf(AUDIT_FILTER_NAMES, read) };
  if (view === 'policies') return { view, version: read('version') };
  if (view === 'alerts') return { view, status: read('status') };
  if (view === 'costs') return { view, by: read('by'), since: read('since') };
  if (view === 'models') return { view, a: read('a'), b: read('b'), since: read('since') };
  if (view === 'works') return { view, since: read('since'), least: read('least') };
  if (view === 'accuracy') return { view, since: read('since') };
  if (view === 'answers') return { view, ask: read('ask'), answer: read('answer'), since: read('since') };
  if (view === 'changes') return { view, at: read('at'), minutes: read('minutes') };
  if (view === 'manifests') return { view, since: read('since') };
  if (view === 'log') return { view };
  if (view === 'live') return { view, filter: filtersOf(LIVE_FILTER_NAMES, read) };
  if (view === 'runs') return { view, filters: filtersOf(RUN_FILTER_NAMES, read) };
  if (view !== undefined && view !== 'list') return { view: 'nowhere', asked: view };
  return { view: 'list', filters: filtersOf(FILTER_NAMES, read) };
}

function filtersOf<Name extends string>(names: readonly Name[], read: (name: Name) => string | undefined): Partial<Record<Name, string>> {
  const filters: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) filters[name] = value;
  }
  return filters;
}

function address(fields: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== '') parameters.set(name, value);
  return parameters.size > 0 ? `/?${parameters.toString()}` : '/';
}

/** Empty filters are left out. */
export const listAddress = (filters: Filters = {}): string => address(filters);
export const searchAddress = (q: string, weak = false): string => address({ q, weak: weak ? 'true' : undefined });
export const threadAddress = ({ thread, request, q, open }: ThreadPlace): string => address({ thread, request, q, open });
export const runsAddress = (filters: RunFilters = {}): string => address({ view: 'runs', ...filters });
export const runAddress = (run: string, against?: string): string => address({ run, against });
export const answersAddress = ({ ask, answer, since }: AnswersPlace = {}): string => address({ view: 'answers', ask, answer, since });
export const changesAddress = (at?: string, minutes?: string): string => address({ view: 'changes', at, minutes });
export const manifestsAddress = (since?: string): string => address({ view: 'manifests', since });
export const logAddress = (): string => address({ view: 'log' });
export const topicsAddress = (figures?: 'released'): string => address({ view: 'topics', figures });
export const topicAddress = (topic: string, figures?: 'released'): string => address({ view: 'topic', topic, figures });
export const modelsAddress = ({ a, b, since }: ModelsPlace = {}): string => address({ view: 'models', a, b, since });
export const costsAddress = (by?: string, since?: string): string => address({ view: 'costs', by, since });
export const worksAddress = (since?: string, least?: string): string => address({ view: 'works', since, least });
export const accuracyAddress = (since?: string): string => address({ view: 'accuracy', since });
export const liveAddress = (filter: LiveFilter = {}): string => address({ view: 'live', ...filter });
export const healthAddress = (): string => address({ view: 'health' });
export const retentionAddress = (): string => address({ view: 'retention' });
export const erasureAddress = (user?: string): string => address({ view: 'erasure', user });
export const auditAddress = (filters: AuditFilters = {}): string => address({ view: 'audit', ...filters });
export const tokensAddress = (): string => address({ view: 'tokens' });
export const policiesAddress = (version?: string): string => address({ view: 'policies', version });
export const alertsAddress = (status?: string): string => address({ view: 'alerts', status });
export const alertAddress = (alert: string): string => address({ alert });

const SINCE: Readonly<Record<string, number>> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 };

/** A relative time is counted from the last full minute, so that answers can be kept. */
export function sinceTime(since: string | undefined, nowMs: number): string | undefined {
  const span = since === undefined ? undefined : SINCE[since];
  return span === undefined ? undefined : new Date(Math.floor(nowMs / 60_000) * 60_000 - span).toISOString();
}

type Query = Readonly<Record<string, string | undefined>>;

/** Filters as the API takes them. Threads of background calls alone are left out unless they are asked for. */
export function apiFilters({ since, calls, ...rest }: Filters, nowMs: number): Query {
  return { from: sinceTime(since, nowMs), ...rest, minTurns: calls === 'all' ? undefined : '1' };
}

export const apiRunFilters = ({ since, verdict, model, from, to }: RunFilters, nowMs: number): Query => ({
  verdict,
  model,
  from: sinceTime(since, nowMs) ?? from,
  to,
});
