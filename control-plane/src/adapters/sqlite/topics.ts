import type { ThreadTopics } from '../../export/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type {
  OpenThread,
  PlacedPrompt,
  TopicAssignment,
  TopicChange,
  TopicCount,
  TopicMove,
  TopicStore,
  TopicTexts,
} from '../../topics/index.ts';
import { elements, query, type Database } from './database.ts';
import { keyOf } from './scope.ts';
import { fromBlob } from './vector-row.ts';

// The model in force; where none was named yet, that of the request.
const MODEL = `coalesce((SELECT value FROM meta WHERE key = 'embedding_model'), r.embedding_model)`;
const OPEN = `SELECT r.id AS id, r.prompt AS prompt, v.vector AS vector, v.model AS model
  FROM threads t
  JOIN requests r ON r.seq = (SELECT seq FROM requests
    WHERE scope = t.scope AND thread_id = t.id AND kind = 'turn' ORDER BY at, seq LIMIT 1)
  JOIN vectors v ON v.scope = r.scope AND v.request_id = r.id AND v.kind = 'prompt' AND v.model = ${MODEL}
  WHERE t.scope = ? AND t.topic_id IS NULL AND t.id IN (SELECT value FROM json_each(?))
  ORDER BY r.seq`;
const PLACED_ROWS = `SELECT r.seq AS seq, r.id AS id, r.topic_id AS topic_id, r.prompt AS prompt, coalesce(v.model, ${MODEL}) AS model, v.vector AS vector
  FROM requests r
  LEFT JOIN vectors v ON v.scope = r.scope AND v.request_id = r.id AND v.kind = 'prompt' AND v.model = ${MODEL}`;
const PLACED = `${PLACED_ROWS}
  WHERE r.scope = ? AND r.topic_id IS NOT NULL AND r.seq > ?
  ORDER BY r.seq LIMIT ?`;
/** Placed requests that do not begin the threads named. */
const MISPLACED = `${PLACED_ROWS}
  WHERE r.scope = ?1 AND r.thread_id IN (SELECT value FROM json_each(?2)) AND r.topic_id IS NOT NULL
    AND r.seq <> coalesce((SELECT seq FROM requests AS f
      WHERE f.scope = ?1 AND f.thread_id = r.thread_id AND f.kind = 'turn' ORDER BY at, seq LIMIT 1), -1)
  ORDER BY r.seq`;
const SETTLE_THREAD = `UPDATE threads SET topic_id = (SELECT topic_id FROM requests
    WHERE scope = ?1 AND thread_id = threads.id AND kind = 'turn' ORDER BY at, seq LIMIT 1)
  WHERE scope = ?1 AND id IN (SELECT value FROM json_each(?2))`;
const PLACE_THREAD = `UPDATE threads SET topic_id = ?1
  WHERE scope = ?2 AND topic_id IS NULL AND id = (SELECT thread_id FROM requests WHERE scope = ?2 AND id = ?3)`;
const MOVE_THREAD = `UPDATE threads SET topic_id = ?1
  WHERE scope = ?2 AND topic_id = ?3 AND id = (SELECT thread_id FROM requests WHERE scope = ?2 AND id = ?4)`;
const MOVE_REQUEST = `UPDATE requests SET topic_id = ?1 WHERE scope = ?2 AND topic_id = ?3 AND id = ?4`;
const COUNTS = `SELECT t.topic_id AS id, coalesce(max(l.label), '') AS label, count(*) AS threads,
    count(DISTINCT t.principal) AS users, max(t.last_at) AS last_at
  FROM threads t LEFT JOIN topics l ON l.scope = t.scope AND l.id = t.topic_id
  WHERE t.scope = ? AND t.topic_id IS NOT NULL
  GROUP BY t.topic_id HAVING users >= ? ORDER BY threads DESC, id LIMIT ?`;

const placedPrompt = (row: Record<string, unknown>): PlacedPrompt => ({
  seq: Number(row['seq']),
  requestId: row['id'] as string,
  topicId: row['topic_id'] as string,
  text: (row['prompt'] as string | null) ?? '',
  vector: row['vector'] === null ? undefined : fromBlob(row['vector'] as Uint8Array),
  model: (row['model'] as string | null) ?? '',
});

/** A thread's topic stands on its first request, and from there in the thread's row. */
export class SqliteTopics implements TopicStore, TopicTexts, ThreadTopics {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async open(scope: Scope, threadIds: readonly string[]): Promise<readonly OpenThread[]> {
    const rows = this.database.prepare(OPEN).all(keyOf(scope), JSON.stringify(threadIds));
    return Promise.resolve(
      rows.map((row) => ({
        requestId: row['id'] as string,
        text: (row['prompt'] as string | null) ?? '',
        vector: fromBlob(row['vector'] as Uint8Array),
        model: row['model'] as string,
      })),
    );
  }

  async placed(scope: Scope, afterSeq: number, limit: number): Promise<readonly PlacedPrompt[]> {
    return Promise.resolve(this.database.prepare(PLACED).all(keyOf(scope), afterSeq, limit).map(placedPrompt));
  }

  async settle(scope: Scope, threadIds: readonly string[]): Promise<readonly PlacedPrompt[]> {
    const [key, threads] = [keyOf(scope), JSON.stringify(threadIds)];
    const misplaced = this.database.transaction(() => {
      const rows = this.database.prepare(MISPLACED).all(key, threads).map(placedPrompt);
      const ids = elements(rows.map(({ requestId }) => requestId));
      this.database.run(query.updateTable('requests').set({ topic_id: null }).where('scope', '=', key).where('id', 'in', ids));
      this.database.prepare(SETTLE_THREAD).run(key, threads);
      return rows;
    });
    return Promise.resolve(misplaced);
  }

  async place(scope: Scope, placements: readonly { readonly requestId: string; readonly topic: TopicAssignment }[]): Promise<void> {
    if (placements.length === 0) return Promise.resolve();
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const { requestId, topic } of placements) {
        if (this.database.prepare(PLACE_THREAD).run(topic.id, key, requestId).changes === 0) continue;
        this.database.run(query.updateTable('requests').set({ topic_id: topic.id }).where('scope', '=', key).where('id', '=', requestId));
      }
      this.write(
        key,
        placements.map(({ topic }) => topic),
      );
    });
    return Promise.resolve();
  }

  async move(scope: Scope, moves: readonly TopicMove[], changes: readonly TopicChange[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const { id, from, to } of moves) {
        this.database.prepare(MOVE_THREAD).run(to, key, from, id);
        this.database.prepare(MOVE_REQUEST).run(to, key, from, id);
      }
      for (const { kind, from, to } of changes) {
        if (kind !== 'merge') continue;
        for (const table of ['threads', 'requests'] as const) {
          this.database.prepare(`UPDATE ${table} SET topic_id = ?1 WHERE scope = ?2 AND topic_id = ?3`).run(to, key, from);
        }
      }
    });
    return Promise.resolve();
  }

  async relabel(scope: Scope, labels: readonly TopicAssignment[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.write(key, labels);
      const alive = query.selectFrom('threads').select('topic_id').where('scope', '=', key).where('topic_id', 'is not', null);
      this.database.run(query.deleteFrom('topics').where('scope', '=', key).where('id', 'not in', alive.$castTo<{ topic_id: string }>()));
    });
    return Promise.resolve();
  }

  private write(scope: string, labels: readonly TopicAssignment[]): void {
    for (const { id, label } of labels) {
      this.database.run(
        query
          .insertInto('topics')
          .values({ scope, id, label })
          .onConflict((conflict) => conflict.columns(['scope', 'id']).doUpdateSet({ label })),
      );
    }
  }

  async prompts(scope: Scope, topicId: string, limit: number): Promise<readonly { readonly principal: string; readonly text: string }[]> {
    const rows = this.database.all(
      query
        .selectFrom('requests')
        .select(['principal', 'prompt'])
        .where('scope', '=', keyOf(scope))
        .where('topic_id', '=', topicId)
        .where('principal', 'is not', null)
        .where('prompt', 'is not', null)
        .orderBy('seq', 'desc')
        .limit(limit),
    );
    return Promise.resolve(rows.map(({ principal, prompt }) => ({ principal: principal ?? '', text: prompt ?? '' })));
  }

  async labelOf(scope: Scope, topicId: string): Promise<string> {
    const row = this.database.get(query.selectFrom('topics').select('label').where('scope', '=', keyOf(scope)).where('id', '=', topicId));
    return Promise.resolve(row?.label ?? '');
  }

  async topicOf(scope: Scope, threadId: string): Promise<string | undefined> {
    const row = this.database.get(
      query.selectFrom('threads').select('topic_id').where('scope', '=', keyOf(scope)).where('id', '=', threadId),
    );
    return Promise.resolve(row?.topic_id ?? undefined);
  }

  async counts(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]> {
    const rows = this.database.prepare(COUNTS).all(keyOf(scope), minUsers, limit);
    return Promise.resolve(
      rows.map((row) => ({
        id: row['id'] as string,
        label: row['label'] as string,
        threads: Number(row['threads']),
        users: Number(row['users']),
        lastAtMs: Math.round(Number(row['last_at']) * 1_000),
      })),
    );
  }
}
