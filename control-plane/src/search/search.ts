// Searching what was said, redacted: exact ids first, then words and meaning (see gather.ts), without those that are far from the best.
import type { Scope } from '../kernel/index.ts';
import type { RequestView, ThreadReader } from '../threads/index.ts';
import { hasFilters, parseQuery, type Filters } from './parse-query.ts';
import { gather, withoutWeak, type Candidate, type Why } from './gather.ts';
import type { MeaningIndex, TextIndex } from './ports.ts';

export interface SearchHit {
  /** Request id. */
  readonly id: string;
  readonly thread: string;
  /** Higher is better; only comparable within one answer. */
  readonly score: number;
  readonly why: readonly Why[];
  /** Redacted; matches of words stand between U+E000 and U+E001. */
  readonly snippet: string;
  /** How the answer begins, redacted, where `snippet` does not show it: what is near in meaning may be the answer. */
  readonly answer: string | null;
  readonly at: string;
  readonly user: string | null;
  readonly model: string | null;
  readonly position: RequestView['position'];
  readonly intent: RequestView['intent'];
  /** Cosine to the query, where meaning found it. */
  readonly similarity: number | null;
}

export interface Found {
  readonly items: readonly SearchHit[];
  /** Candidates that were left out because they are much further from what was asked than the best; about, since filters are not asked. */
  readonly weaker: number;
}

export interface Search {
  /** @param weak gives those too that are far from the best */
  find(scope: Scope, query: string, limit: number, onlyUser: string | undefined, weak?: boolean): Promise<Found>;
}

export interface SearchParts {
  readonly reader: ThreadReader;
  readonly texts: TextIndex;
  readonly meaning: MeaningIndex;
}

const SNIPPET = 240;
const THREADS_A_PAGE = 500;
/** Threads of one topic that are told apart, the newest. */
const MOST_THREADS = 5_000;

export function createSearch(parts: SearchParts): Search {
  return {
    async find(scope, query, limit, onlyUser, weak = false) {
      const parsed = parseQuery(query);
      const user = onlyUser ?? parsed.filters.user;
      if (onlyUser !== undefined && (parsed.filters.user ?? onlyUser) !== onlyUser) return { items: [], weaker: 0 };
      // Topics are made of many people's requests: who may see one person's is not told which of them lie in one.
      if (onlyUser !== undefined && parsed.filters.topic !== undefined) return { items: [], weaker: 0 };
      const all = await gather(parts, scope, parsed, user);
      if (all.length === 0 && parsed.text === '' && hasFilters(parsed.filters)) {
        return { items: await byFilter(parts, scope, { ...parsed.filters, ...(user === undefined ? {} : { user }) }, limit), weaker: 0 };
      }
      const candidates = weak ? all : withoutWeak(all);
      const threads = candidates.length === 0 ? undefined : await threadsOf(parts.reader, scope, parsed.filters);
      const items: SearchHit[] = [];
      for (const candidate of candidates) {
        if (items.length >= limit) break;
        const request = await parts.reader.request(scope, candidate.id, user);
        if (!request || (user !== undefined && request.user !== user) || !passes(request, parsed.filters)) continue;
        if (threads?.has(request.thread) === false) continue;
        items.push(hitOf(request, candidate));
      }
      return { items, weaker: all.length - candidates.length };
    },
  };
}

/** Only filters: the newest requests that meet them. */
async function byFilter({ reader, texts }: SearchParts, scope: Scope, filters: Filters, limit: number): Promise<readonly SearchHit[]> {
  const hits: SearchHit[] = [];
  for (const id of await texts.byFilters(scope, filters, limit)) {
    const request = await reader.request(scope, id);
    const score = 1 / (hits.length + 1);
    if (request) hits.push(hitOf(request, { score, why: new Set(['filter']), snippet: '', similarity: null }));
  }
  return hits;
}

/** A request does not name its topic, its thread does: the threads that hits may be of, undefined where any will do. */
async function threadsOf(reader: ThreadReader, scope: Scope, { topic }: Filters): Promise<ReadonlySet<string> | undefined> {
  if (topic === undefined) return undefined;
  const threads = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await reader.list(scope, { topic }, { cursor, limit: THREADS_A_PAGE });
    for (const { id } of page.items) threads.add(id);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && threads.size < MOST_THREADS);
  return threads;
}

function passes(request: RequestView, filters: Filters): boolean {
  const atMs = Date.parse(request.at);
  return (
    (filters.user === undefined || request.user === filters.user) &&
    (filters.model === undefined || request.model?.executed === filters.model || request.model?.requested === filters.model) &&
    (filters.thread === undefined || request.thread === filters.thread) &&
    (filters.position === undefined || request.position === filters.position) &&
    (filters.intent === undefined || request.intent === filters.intent) &&
    (filters.method === undefined || request.method === filters.method) &&
    (filters.outcome === undefined || request.status?.outcome === filters.outcome) &&
    (filters.afterMs === undefined || atMs >= filters.afterMs) &&
    (filters.beforeMs === undefined || atMs < filters.beforeMs)
  );
}

function hitOf(request: RequestView, candidate: Omit<Candidate, 'id'>): SearchHit {
  const isOfPrompt = candidate.why.has('meaning') && candidate.snippet === '' && request.prompt !== null;
  return {
    id: request.id,
    thread: request.thread,
    score: candidate.score,
    why: [...candidate.why],
    snippet: candidate.snippet === '' ? (request.prompt ?? request.answer ?? '').slice(0, SNIPPET) : candidate.snippet,
    answer: isOfPrompt ? (request.answer?.slice(0, SNIPPET) ?? null) : null,
    at: request.at,
    user: request.user,
    model: request.model?.executed ?? request.model?.requested ?? null,
    position: request.position,
    intent: request.intent,
    similarity: candidate.similarity,
  };
}
