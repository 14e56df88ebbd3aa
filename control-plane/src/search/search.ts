// Searching what was said, redacted: exact ids first, then words and meaning, merged by reciprocal rank.
import type { Scope } from '../kernel/index.ts';
import type { RequestView, ThreadReader } from '../threads/index.ts';
import { hasFilters, parseQuery, type Filters, type ParsedQuery } from './parse-query.ts';
import type { MeaningIndex, TextIndex } from './ports.ts';

/** What made a request a hit. */
export type Why = 'id' | 'words' | 'meaning' | 'filter';

export interface SearchHit {
  /** Request id. */
  readonly id: string;
  readonly thread: string;
  /** Higher is better; only comparable within one answer. */
  readonly score: number;
  readonly why: readonly Why[];
  /** Redacted; matches of words stand between U+E000 and U+E001. */
  readonly snippet: string;
  readonly at: string;
  readonly user: string | null;
  readonly model: string | null;
  readonly position: RequestView['position'];
  readonly intent: RequestView['intent'];
  /** Cosine to the query, where meaning found it. */
  readonly similarity: number | null;
}

export interface Search {
  find(scope: Scope, query: string, limit: number, onlyUser: string | undefined): Promise<readonly SearchHit[]>;
}

export interface SearchParts {
  readonly reader: ThreadReader;
  readonly texts: TextIndex;
  readonly meaning: MeaningIndex;
}

interface Candidate {
  readonly id: string;
  score: number;
  readonly why: Set<Why>;
  snippet: string;
  similarity: number | null;
}

const CANDIDATES = 100;
/** Of reciprocal rank fusion: how little the very first ranks count more than the next. */
const RANK_SMOOTHING = 60;
/** Below this cosine two texts of the shipped model have nothing to do with each other. */
const LEAST_SIMILARITY = 0.25;
const SNIPPET = 240;
const THREADS_A_PAGE = 500;
/** Threads of one topic that are told apart, the newest. */
const MOST_THREADS = 5_000;

export function createSearch(parts: SearchParts): Search {
  return {
    async find(scope, query, limit, onlyUser) {
      const parsed = parseQuery(query);
      const user = onlyUser ?? parsed.filters.user;
      if (onlyUser !== undefined && (parsed.filters.user ?? onlyUser) !== onlyUser) return [];
      // Topics are made of many people's requests: who may see one person's is not told which of them lie in one.
      if (onlyUser !== undefined && parsed.filters.topic !== undefined) return [];
      const candidates = await gather(parts, scope, parsed, user);
      if (candidates.size === 0 && parsed.text === '' && hasFilters(parsed.filters)) {
        return byFilter(parts, scope, { ...parsed.filters, ...(user === undefined ? {} : { user }) }, limit);
      }
      const threads = candidates.size === 0 ? undefined : await threadsOf(parts.reader, scope, parsed.filters);
      const ranked = [...candidates.values()].sort((a, b) => b.score - a.score);
      const hits: SearchHit[] = [];
      for (const candidate of ranked) {
        if (hits.length >= limit) break;
        const request = await parts.reader.request(scope, candidate.id, user);
        if (!request || (user !== undefined && request.user !== user) || !passes(request, parsed.filters)) continue;
        if (threads?.has(request.thread) === false) continue;
        hits.push(hitOf(request, candidate));
      }
      return hits;
    },
  };
}

async function gather(parts: SearchParts, scope: Scope, query: ParsedQuery, user: string | undefined): Promise<Map<string, Candidate>> {
  const candidates = new Map<string, Candidate>();
  if (query.text === '') return candidates;
  const { afterMs, beforeMs } = query.filters;
  const [ids, words, near] = await Promise.all([
    /\s/.test(query.text) ? [] : parts.texts.byIdentifier(scope, query.text, CANDIDATES, user),
    query.words.length === 0 ? [] : parts.texts.match(scope, query.words, CANDIDATES, user),
    parts.meaning.nearest(scope, query.text, CANDIDATES, { principal: user, fromMs: afterMs, toMs: beforeMs }),
  ]);
  const add = (id: string, rank: number, why: Why, snippet: string, weight: number): Candidate => {
    const candidate = candidates.get(id) ?? { id, score: 0, why: new Set<Why>(), snippet: '', similarity: null };
    candidate.score += weight / (RANK_SMOOTHING + rank + 1);
    candidate.why.add(why);
    if (candidate.snippet === '') candidate.snippet = snippet;
    candidates.set(id, candidate);
    return candidate;
  };
  // An exact id outweighs anything that words or meaning can say.
  ids.forEach((hit, rank) => add(hit.requestId, rank, 'id', hit.snippet, 100));
  words.forEach((hit, rank) => add(hit.requestId, rank, 'words', hit.snippet, 1));
  near
    .filter(({ score }) => score >= LEAST_SIMILARITY)
    .forEach((hit, rank) => {
      add(hit.id, rank, 'meaning', '', 1).similarity = hit.score;
    });
  return candidates;
}

/** Only filters: the newest requests that meet them. */
async function byFilter({ reader, texts }: SearchParts, scope: Scope, filters: Filters, limit: number): Promise<readonly SearchHit[]> {
  const hits: SearchHit[] = [];
  for (const id of await texts.byFilters(scope, filters, limit)) {
    const request = await reader.request(scope, id);
    const score = 1 / (RANK_SMOOTHING + hits.length + 1);
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
  return {
    id: request.id,
    thread: request.thread,
    score: candidate.score,
    why: [...candidate.why],
    snippet: candidate.snippet === '' ? (request.prompt ?? request.answer ?? '').slice(0, SNIPPET) : candidate.snippet,
    at: request.at,
    user: request.user,
    model: request.model?.executed ?? request.model?.requested ?? null,
    position: request.position,
    intent: request.intent,
    similarity: candidate.similarity,
  };
}
