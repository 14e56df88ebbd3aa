// What may be meant by a query: exact ids, requests that hold its words, and those near to it in meaning, merged by reciprocal rank.
import type { Scope } from '../kernel/index.ts';
import { stopWordsOf } from '../topics/index.ts';
import type { ParsedQuery } from './parse-query.ts';
import type { MeaningIndex, TextIndex } from './ports.ts';

/** What made a request a hit. */
export type Why = 'id' | 'words' | 'meaning' | 'filter';

export interface Candidate {
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
/**
 * Of the best cosine: what is further away is another matter. Cosines of one model are larger for long, plain questions than for a
 * few words, so the bound goes with the best of the answer. Chosen on half of the questions of test/measure/search.test.ts.
 */
const CLOSE = 0.75;
/** An exact id outweighs anything that words or meaning can say. */
const ID_WEIGHT = 100;
/** All words as they were written say a little more than those that carry the matter. */
const MATTER_WEIGHT = 0.8;

/** Best first. */
export async function gather(
  { texts, meaning }: { readonly texts: TextIndex; readonly meaning: MeaningIndex },
  scope: Scope,
  query: ParsedQuery,
  user: string | undefined,
): Promise<readonly Candidate[]> {
  if (query.text === '') return [];
  const { afterMs, beforeMs } = query.filters;
  const isOneWord = !/\s/.test(query.text);
  // An id holds no matter: a part of one may be a stop word of some language, and what is left stand in anything.
  const matter = isOneWord ? undefined : matterOf(query.words);
  const [ids, words, matters, near] = await Promise.all([
    isOneWord ? texts.byIdentifier(scope, query.text, CANDIDATES, user) : [],
    query.words.length === 0 ? [] : texts.match(scope, query.words, CANDIDATES, user),
    matter === undefined ? [] : texts.match(scope, matter, CANDIDATES, user),
    meaning.nearest(scope, query.text, CANDIDATES, { principal: user, fromMs: afterMs, toMs: beforeMs }),
  ]);
  const candidates = new Map<string, Candidate>();
  const add = (id: string, rank: number, why: Why, snippet: string, weight: number): Candidate => {
    const candidate = candidates.get(id) ?? { id, score: 0, why: new Set<Why>(), snippet: '', similarity: null };
    candidate.score += weight / (RANK_SMOOTHING + rank + 1);
    candidate.why.add(why);
    if (candidate.snippet === '') candidate.snippet = snippet;
    candidates.set(id, candidate);
    return candidate;
  };
  ids.forEach((hit, rank) => add(hit.requestId, rank, 'id', hit.snippet, ID_WEIGHT));
  words.forEach((hit, rank) => add(hit.requestId, rank, 'words', hit.snippet, 1));
  const whole = new Set(words.map(({ requestId }) => requestId));
  matters
    .filter(({ requestId }) => !whole.has(requestId))
    .forEach((hit, rank) => add(hit.requestId, rank, 'words', hit.snippet, MATTER_WEIGHT));
  near
    .filter(({ score }) => score >= LEAST_SIMILARITY)
    .forEach((hit, rank) => {
      add(hit.id, rank, 'meaning', '', 1).similarity = hit.score;
    });
  return [...candidates.values()].sort((a, b) => b.score - a.score);
}

/** The words that carry the matter; undefined where that is all of them or none. The last one is kept as written: it may be unfinished. */
function matterOf(words: readonly string[]): readonly string[] | undefined {
  const stop = stopWordsOf(words);
  const matter = words.filter((word) => !stop.has(word));
  return matter.length === 0 || matter.length === words.length ? undefined : matter;
}

/** Without what only meaning found and that is far from the best; where an id is known, without anything that meaning alone found. */
export function withoutWeak(candidates: readonly Candidate[]): readonly Candidate[] {
  const isId = candidates.some(({ why }) => why.has('id'));
  const best = Math.max(0, ...candidates.map(({ similarity }) => similarity ?? 0));
  return candidates.filter(({ why, similarity }) => why.has('id') || why.has('words') || (!isId && (similarity ?? 0) >= CLOSE * best));
}
