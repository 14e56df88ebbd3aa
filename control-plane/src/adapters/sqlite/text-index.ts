import type { Scope } from '../../kernel/index.ts';
import type { Filters } from '../../search/index.ts';
import type { TextHit, TextIndex } from '../../search/ports.ts';
import type { Database } from './database.ts';
import { numbersBy } from './id-keys.ts';
import { MATCH_END, MATCH_START, matchExpression, readable } from './indexable.ts';
import { localScore } from './local-rank.ts';
import { ANSWER, PROMPT } from './request-record.ts';
import { requestsThatMeet } from './request-filter.ts';
import { keyOf } from './scope.ts';
import { wordIndexes, type WordIndex } from './word-index.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');
/** What the column "wall" must hold for rows of the scope, and of the principal where one is given. */
export const wallOfRow = (scope: string, principal: string | null): string => `s${hex(scope)} p${hex(principal ?? '')}`;
export const wallOf = (scope: string, principal?: string): string =>
  `"s${hex(scope)}${principal === undefined ? '' : ` p${hex(principal)}`}"`;
/** Tokens around a match. */
const SNIPPET_TOKENS = 32;
const SNIPPET_LENGTH = 240;

/** Of a principal's matches, the newest so many are put in order. */
const NEWEST = 500;

const columns = ({ name, prompt, answer }: WordIndex): string => `SELECT r.id AS id, r.thread_id AS thread_id,
    ${PROMPT('r')} AS prompt_text, ${ANSWER('r')} AS answer_text,
    snippet(${name}, ${prompt}, '${MATCH_START}', '${MATCH_END}', '…', ${SNIPPET_TOKENS}) AS prompt,
    snippet(${name}, ${answer}, '${MATCH_START}', '${MATCH_END}', '…', ${SNIPPET_TOKENS}) AS answer
  FROM ${name} CROSS JOIN requests r ON r.seq = ${name}.rowid`;
// Which of a scope's many matches are looked at, the index says. Prompts count twice, the column "wall" counts for nothing.
// Ordering by `rank` lets the index sort by itself, so that snippets are cut for the rows that are shown only.
const matching = (index: WordIndex): string => `${columns(index)}
  WHERE ${index.name} MATCH ? AND ${index.name}.rank MATCH 'bm25(${index.weights})' AND r.scope = ?
  ORDER BY ${index.name}.rank LIMIT ?`;
// Not so for one principal: not even which of them are found may hang on what others wrote.
const matchingOf = (index: WordIndex): string => `${columns(index)}
  WHERE ${index.name} MATCH ? AND r.scope = ? AND r.principal = ?
  ORDER BY ${index.name}.rowid DESC LIMIT ${NEWEST}`;

// One look-up an index: joined by OR, the planner reads the whole scope instead.
const BY_COLUMN = ['id', 'declared_session', 'thread_id'].map((column) => `SELECT seq FROM requests WHERE scope = ?1 AND ${column} = ?2`);
const BY_END = (['run', 'trace', 'correlation'] as const).map((kind) => numbersBy(kind, '?1', '?2'));
const BY_IDENTIFIER = `SELECT id, thread_id, ${PROMPT()} AS prompt FROM requests
  WHERE seq IN (${[...BY_COLUMN, ...BY_END].join(' UNION ')})
    AND (?3 IS NULL OR principal = ?3)
  ORDER BY at DESC, seq DESC LIMIT ?4`;

interface Match {
  readonly id: string;
  readonly thread_id: string;
  readonly prompt_text: string | null;
  readonly answer_text: string | null;
  readonly prompt: string | null;
  readonly answer: string | null;
}

function snippetOf({ prompt, answer }: Match): string {
  const matched = [prompt, answer].find((text) => text?.includes(MATCH_START));
  return readable(matched ?? prompt ?? answer ?? '');
}

export class SqliteTextIndex implements TextIndex {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async match(scope: Scope, words: readonly string[], limit: number, principal?: string): Promise<readonly TextHit[]> {
    const expression = matchExpression(words);
    if (expression === undefined) return Promise.resolve([]);
    const key = keyOf(scope);
    const wanted = `wall : ${wallOf(key, principal)} AND {prompt answer} : (${expression})`;
    const found = wordIndexes(this.database).flatMap((index) =>
      principal === undefined
        ? this.database.prepare(matching(index)).all(wanted, key, limit)
        : this.database.prepare(matchingOf(index)).all(wanted, key, principal),
    );
    const rows = (principal === undefined ? found : found.slice(0, NEWEST)) as unknown as Match[];
    const hits = rows.map((row) => ({
      requestId: row.id,
      threadId: row.thread_id,
      score: localScore(words, row.prompt_text, row.answer_text),
      snippet: snippetOf(row),
    }));
    return Promise.resolve(hits.sort((one, other) => other.score - one.score).slice(0, limit));
  }

  async byIdentifier(scope: Scope, identifier: string, limit: number, principal?: string): Promise<readonly TextHit[]> {
    const found = this.database.prepare(BY_IDENTIFIER).all(keyOf(scope), identifier, principal ?? null, limit);
    return Promise.resolve(
      found.map((row) => ({
        requestId: row['id'] as string,
        threadId: row['thread_id'] as string,
        score: 1,
        snippet: ((row['prompt'] as string | null) ?? '').slice(0, SNIPPET_LENGTH),
      })),
    );
  }

  async byFilters(scope: Scope, filters: Filters, limit: number): Promise<readonly string[]> {
    return Promise.resolve(this.database.all(requestsThatMeet(keyOf(scope), filters, limit)).map(({ id }) => id));
  }
}
