import type { Scope } from '../../kernel/index.ts';
import type { TextHit, TextIndex } from '../../search/ports.ts';
import type { Database } from './database.ts';
import { MATCH_END, MATCH_START, matchExpression, readable } from './indexable.ts';
import { keyOf } from './scope.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');
/** What the column "wall" must hold for rows of the scope, and of the principal where one is given. */
export const wallOf = (scope: string, principal?: string): string =>
  `"s${hex(scope)}${principal === undefined ? '' : ` p${hex(principal)}`}"`;
/** Tokens around a match. */
const SNIPPET_TOKENS = 32;
const SNIPPET_LENGTH = 240;

// Prompts count twice: they are what people remember. The column "wall" counts for nothing. Ordering by `rank` lets the
// index sort by itself, so that snippets are cut for the rows that are shown and not for every match.
const MATCH = `SELECT r.id AS id, r.thread_id AS thread_id, -requests_fts.rank AS score,
    snippet(requests_fts, 1, '${MATCH_START}', '${MATCH_END}', '…', ${SNIPPET_TOKENS}) AS prompt,
    snippet(requests_fts, 2, '${MATCH_START}', '${MATCH_END}', '…', ${SNIPPET_TOKENS}) AS answer
  FROM requests_fts CROSS JOIN requests r ON r.seq = requests_fts.rowid
  WHERE requests_fts MATCH ? AND requests_fts.rank MATCH 'bm25(0.0, 2.0, 1.0)' AND r.scope = ? AND (? IS NULL OR r.principal = ?)
  ORDER BY requests_fts.rank LIMIT ?`;

// One look-up an index: joined by OR, the planner reads the whole scope instead.
const IDENTIFIERS = ['id', 'run_id', 'trace_id', 'correlation_id', 'declared_session', 'thread_id'];
const BY_IDENTIFIER = `SELECT id, thread_id, prompt FROM requests
  WHERE seq IN (${IDENTIFIERS.map((column) => `SELECT seq FROM requests WHERE scope = ?1 AND ${column} = ?2`).join(' UNION ')})
    AND (?3 IS NULL OR principal = ?3)
  ORDER BY at DESC, seq DESC LIMIT ?4`;

interface Match {
  readonly id: string;
  readonly thread_id: string;
  readonly score: number;
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
    const found = this.database
      .prepare(MATCH)
      .all(
        `wall : ${wallOf(key, principal)} AND {prompt answer} : (${expression})`,
        key,
        principal ?? null,
        principal ?? null,
        limit,
      ) as unknown as Match[];
    return Promise.resolve(found.map((row) => ({ requestId: row.id, threadId: row.thread_id, score: row.score, snippet: snippetOf(row) })));
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
}
