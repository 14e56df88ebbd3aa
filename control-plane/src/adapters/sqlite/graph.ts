import { setImmediate as othersFirst } from 'node:timers/promises';
import type { GraphQuery, GraphReader, GraphRow } from '../../graph/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { ANSWER, PROMPT } from './request-record.ts';
import { keyOf } from './scope.ts';

/** Rows read in one go: some milliseconds. */
const PORTION = 500;

// ?1 scope, ?2 and ?3 where the walk is, ?4 from, ?5 to, ?6 newest row that counts, ?7 thread, ?8 user. What is named as a
// predecessor stood in the walk before, so that no edge leads out of it; users and threads come with their first request.
const WITHIN = `scope = ?1 AND at >= ?4 AND at < ?5 AND seq <= ?6 AND (?7 IS NULL OR thread_id = ?7) AND (?8 IS NULL OR principal = ?8)`;
const within = (alias: string): string => WITHIN.replaceAll(/\b(scope|at|seq|thread_id|principal) /g, `${alias}.$1 `);
const ROWS = (
  texts: string,
  first: string,
): string => `SELECT r.seq, r.id, r.at, r.ended_at, r.principal, r.thread_id, r.kind, r.position, r.intent, r.follow_up, r.method,
    r.confidence, r.similarity, coalesce(json_extract(r.placement, '$.fork'), 0) AS fork, r.outcome, r.blocked,
    coalesce(r.model, json_extract(r.sample, '$.model.requested')) AS model, r.input_tokens, r.output_tokens, r.cost_usd, r.run_id,
    r.trace_id, ${texts},
    (SELECT p.id FROM requests p WHERE p.id = r.predecessor_id AND ${within('p')} AND (p.at, p.seq) < (r.at, r.seq)) AS predecessor,
    NOT EXISTS (SELECT 1 FROM requests q WHERE q.scope = r.scope AND q.thread_id = r.thread_id AND (q.at, q.seq) < (r.at, r.seq)
      AND ${within('q')}) AS thread_first,
    NOT EXISTS (SELECT 1 FROM requests q WHERE q.scope = r.scope AND q.principal = r.principal AND (q.at, q.seq) < (r.at, r.seq)
      AND ${within('q')}) AS user_first,
    t.started_at, t.last_at, t.turns, t.calls, t.cost_usd AS thread_cost
  FROM requests r JOIN threads t ON t.scope = r.scope AND t.id = r.thread_id
  WHERE ${first} ${within('r')} AND (r.at, r.seq) > (?2, ?3) ORDER BY r.at, r.seq LIMIT ${PORTION}`;

export class SqliteGraph implements GraphReader {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async *walk(scope: Scope, { fromMs, toMs, thread, user, hasTexts }: GraphQuery): AsyncGenerator<readonly GraphRow[]> {
    const newest = Number(this.database.prepare('SELECT max(seq) AS seq FROM requests').get()?.['seq'] ?? 0);
    const texts = hasTexts ? `${PROMPT('r')} AS prompt, ${ANSWER('r')} AS answer` : 'NULL AS prompt, NULL AS answer';
    // The condition in front lets SQLite take the index of what was asked for.
    const narrowed = thread === undefined ? (user === undefined ? '' : 'r.principal = ?8 AND') : 'r.thread_id = ?7 AND';
    const statement = ROWS(texts, narrowed);
    const range = [fromMs / 1_000, toMs / 1_000, newest, thread ?? null, user ?? null] as const;
    let after: readonly [number, number] = [fromMs / 1_000, -1];
    for (;;) {
      const rows = this.database.prepare(statement).all(keyOf(scope), ...after, ...range);
      if (rows.length > 0) yield rows.map(toGraphRow);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PORTION) return;
      after = [Number(last['at']), Number(last['seq'])];
      await othersFirst();
    }
  }
}

function toGraphRow(row: Record<string, unknown>): GraphRow {
  const text = (name: string): string | null => row[name] as string | null;
  const number = (name: string): number | null => row[name] as number | null;
  const [at, endedAt] = [Number(row['at']), number('ended_at')];
  const isFirst = Number(row['thread_first']) === 1;
  return {
    id: String(row['id']),
    atMs: at * 1_000,
    endedAtMs: endedAt === null ? null : endedAt * 1_000,
    user: text('principal'),
    threadId: String(row['thread_id']),
    kind: String(row['kind']),
    position: String(row['position']),
    intent: String(row['intent']),
    followUp: text('follow_up'),
    method: String(row['method']),
    confidence: Number(row['confidence']),
    similarity: number('similarity'),
    isFork: Number(row['fork']) === 1,
    predecessor: text('predecessor'),
    outcome: text('outcome'),
    isBlocked: Number(row['blocked']) === 1,
    model: text('model'),
    inputTokens: number('input_tokens'),
    outputTokens: number('output_tokens'),
    costUsd: number('cost_usd'),
    runId: text('run_id'),
    traceId: text('trace_id'),
    prompt: text('prompt'),
    answer: text('answer'),
    thread: isFirst
      ? {
          startedAtMs: Number(row['started_at']) * 1_000,
          lastAtMs: Number(row['last_at']) * 1_000,
          turns: Number(row['turns']),
          calls: Number(row['calls']),
          costUsd: number('thread_cost'),
        }
      : null,
    isUsersFirst: Number(row['user_first']) === 1,
  };
}
