import { sql } from 'kysely';
import type { ThreadTopics } from '../../export/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type {
  OpenThread,
  PlacedPrompt,
  TopicAssignment,
  TopicChange,
  TopicCount,
  TopicEvent,
  TopicMove,
  TopicName,
  TopicStandings,
  TopicStore,
  TopicTexts,
} from '../../topics/index.ts';
import { elements, query, type Database } from './database.ts';
import { PROMPT } from './request-record.ts';
import { PROMPT_VECTOR } from './request-vectors.ts';
import { keyOf } from './scope.ts';
import { becameOf, changesOf, noteChange, threadsMoved } from './topic-history.ts';
import { fromBlob } from './vector-blob.ts';

// The model in force; where none was named yet, that of the request.
const MODEL = `coalesce((SELECT value FROM meta WHERE key = 'embedding_model'), r.embedding_model)`;
const OPEN = `SELECT r.id AS id, ${PROMPT('r')} AS prompt, ${PROMPT_VECTOR('r', MODEL)} AS vector, ${MODEL} AS model
  FROM threads t
  JOIN requests r ON r.seq = (SELECT seq FROM requests
    WHERE scope = t.scope AND thread_id = t.id AND kind = 'turn' ORDER BY at, seq LIMIT 1)
  WHERE t.scope = ? AND t.topic_id IS NULL AND t.id IN (SELECT value FROM json_each(?))
  ORDER BY r.seq`;
const PLACED_ROWS = `SELECT r.seq AS seq, r.id AS id, r.topic_id AS topic_id, ${PROMPT('r')} AS prompt, ${MODEL} AS model, ${PROMPT_VECTOR('r', MODEL)} AS vector
  FROM requests r`;
const PLACED = `${PLACED_ROWS}
  WHERE r.scope = ? AND r.topic_id IS NOT NULL AND r.topic_id IS NOT r.fixed_topic AND r.seq > ?
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
const PLACE_FIXED = `UPDATE requests SET topic_id = fixed_topic
  WHERE scope = ?1 AND fixed_topic IS NOT NULL AND topic_id IS NULL AND thread_id IN (SELECT value FROM json_each(?2))
    AND seq = (SELECT seq FROM requests AS f
      WHERE f.scope = ?1 AND f.thread_id = requests.thread_id AND f.kind = 'turn' ORDER BY at, seq LIMIT 1)
  RETURNING topic_id`;
const PLACE_THREAD = `UPDATE threads SET topic_id = ?1
  WHERE scope = ?2 AND topic_id IS NULL AND id = (SELECT thread_id FROM requests WHERE scope = ?2 AND id = ?3)`;
const MOVE_THREAD = `UPDATE threads SET topic_id = ?1
  WHERE scope = ?2 AND topic_id = ?3 AND id = (SELECT thread_id FROM requests WHERE scope = ?2 AND id = ?4)`;
const MOVE_REQUEST = `UPDATE requests SET topic_id = ?1 WHERE scope = ?2 AND topic_id = ?3 AND id = ?4`;
const COUNTS = `SELECT t.topic_id AS id, coalesce(max(l.label), '') AS label, count(*) AS threads,
    count(DISTINCT t.principal) AS users, max(t.last_at) AS last_at, max(l.parent) AS parent, max(p.label) AS parent_label
  FROM threads t LEFT JOIN topics l ON l.scope = t.scope AND l.id = t.topic_id
    LEFT JOIN topics p ON p.scope = t.scope AND p.id = l.parent
  WHERE t.scope = ? AND t.topic_id IS NOT NULL
  GROUP BY t.topic_id HAVING users >= ? ORDER BY threads DESC, id LIMIT ?`;
const PARENTS = `SELECT l.parent AS id, coalesce(max(p.label), '') AS label, count(*) AS threads,
    count(DISTINCT t.principal) AS users, max(t.last_at) AS last_at, NULL AS parent, NULL AS parent_label
  FROM threads t JOIN topics l ON l.scope = t.scope AND l.id = t.topic_id
    LEFT JOIN topics p ON p.scope = t.scope AND p.id = l.parent
  WHERE t.scope = ? AND l.parent IS NOT NULL
  GROUP BY l.parent HAVING users >= ? ORDER BY threads DESC, id LIMIT ?`;
const KEEP_TOPIC = `INSERT INTO topics (scope, id, label, parent, join_at) VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (scope, id) DO UPDATE SET parent = coalesce(?4, parent), join_at = coalesce(?5, join_at),
    label = CASE WHEN ?3 = '' THEN label ELSE ?3 END`;
const ALIVE = `SELECT topic_id FROM threads WHERE scope = ?1 AND topic_id IS NOT NULL`;
const FORGET_TOPICS = `DELETE FROM topics WHERE scope = ?1 AND id NOT IN (${ALIVE})
  AND id NOT IN (SELECT parent FROM topics WHERE scope = ?1 AND parent IS NOT NULL AND id IN (${ALIVE}))`;
const USERS = `SELECT count(*) AS users FROM (SELECT DISTINCT principal FROM threads
  WHERE scope = ? AND topic_id = ? AND principal IS NOT NULL LIMIT ?)`;

const placedPrompt = (row: Record<string, unknown>): PlacedPrompt => ({
  seq: Number(row['seq']),
  requestId: row['id'] as string,
  topicId: row['topic_id'] as string,
  text: (row['prompt'] as string | null) ?? '',
  vector: row['vector'] === null ? undefined : fromBlob(row['vector'] as Uint8Array),
  model: (row['model'] as string | null) ?? '',
});

const topicCount = (row: Record<string, unknown>): TopicCount => ({
  id: row['id'] as string,
  label: row['label'] as string,
  threads: Number(row['threads']),
  users: Number(row['users']),
  lastAtMs: Math.round(Number(row['last_at']) * 1_000),
  parent: row['parent'] === null ? null : { id: row['parent'] as string, label: (row['parent_label'] as string | null) ?? '' },
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
      rows.flatMap(({ vector, ...row }) => {
        if (vector === null) return [];
        const text = (row['prompt'] as string | null) ?? '';
        return [{ requestId: row['id'] as string, text, vector: fromBlob(vector as Uint8Array), model: row['model'] as string }];
      }),
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

  async placeFixed(scope: Scope, threadIds: readonly string[], names: readonly TopicName[]): Promise<void> {
    const [key, threads] = [keyOf(scope), JSON.stringify(threadIds)];
    this.database.transaction(() => {
      const used = new Set(
        this.database
          .prepare(PLACE_FIXED)
          .all(key, threads)
          .map((row) => row['topic_id']),
      );
      if (used.size === 0) return;
      this.database.prepare(SETTLE_THREAD).run(key, threads);
      this.write(
        key,
        names.filter(({ id }) => used.has(id)),
      );
    });
    return Promise.resolve();
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

  async move(scope: Scope, moves: readonly TopicMove[], changes: readonly TopicChange[], atMs: number): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const { id, from, to } of moves) {
        this.database.prepare(MOVE_THREAD).run(to, key, from, id);
        this.database.prepare(MOVE_REQUEST).run(to, key, from, id);
      }
      for (const change of changes) {
        let threads = threadsMoved(moves, change);
        for (const table of change.kind === 'merge' ? (['requests', 'threads'] as const) : []) {
          const moved = this.database.prepare(`UPDATE ${table} SET topic_id = ?1 WHERE scope = ?2 AND topic_id = ?3`);
          const { changes: count } = moved.run(change.to, key, change.from);
          if (table === 'threads') threads += Number(count);
        }
        noteChange(this.database, key, { ...change, threads, atMs });
      }
    });
    return Promise.resolve();
  }

  async relabel(scope: Scope, topics: readonly TopicName[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.write(key, topics);
      this.database.prepare(FORGET_TOPICS).run(key);
    });
    return Promise.resolve();
  }

  private write(scope: string, topics: readonly TopicName[]): void {
    const keep = this.database.prepare(KEEP_TOPIC);
    for (const { id, label, parent, joinAt } of topics) {
      keep.run(scope, id, label, parent?.id ?? null, joinAt ?? null);
      if (parent) keep.run(scope, parent.id, parent.label, null, null);
    }
  }

  async reviewed(scope: Scope, model: string, texts: number, atMs: number): Promise<void> {
    const row = { texts, at_ms: Math.trunc(atMs) };
    this.database.run(
      query
        .insertInto('topic_reviews')
        .values({ scope: keyOf(scope), model, ...row })
        .onConflict((conflict) => conflict.columns(['scope', 'model']).doUpdateSet(row)),
    );
    return Promise.resolve();
  }

  async standings(scope: Scope): Promise<TopicStandings> {
    const topics = this.database.all(query.selectFrom('topics').selectAll().where('scope', '=', keyOf(scope)));
    const reviews = this.database.all(query.selectFrom('topic_reviews').selectAll().where('scope', '=', keyOf(scope)));
    return Promise.resolve({
      topics: topics.map(({ id, parent, join_at }) => ({ id, parent: parent ?? undefined, joinAt: join_at ?? undefined })),
      reviewedAt: new Map(reviews.map(({ model, texts }) => [model, texts])),
    });
  }

  async became(scope: Scope, topicId: string): Promise<string | undefined> {
    return Promise.resolve(becameOf(this.database, keyOf(scope), topicId));
  }

  async changes(scope: Scope, wanted: Parameters<TopicStore['changes']>[1]): Promise<readonly TopicEvent[]> {
    return Promise.resolve(changesOf(this.database, keyOf(scope), wanted));
  }

  async prompts(scope: Scope, topicId: string, limit: number): Promise<readonly { readonly principal: string; readonly text: string }[]> {
    const rows = this.database.all(
      query
        .selectFrom('requests')
        .select(['principal', sql<string | null>`${sql.raw(PROMPT())}`.as('text')])
        .where('scope', '=', keyOf(scope))
        .where('topic_id', '=', topicId)
        .where('principal', 'is not', null)
        .where('prompt', 'is not', null)
        .orderBy('seq', 'desc')
        .limit(limit),
    );
    return Promise.resolve(rows.map(({ principal, text }) => ({ principal: principal ?? '', text: text ?? '' })));
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

  async hasUsers(scope: Scope, topicId: string, atLeast: number): Promise<boolean> {
    const row = this.database.prepare(USERS).get(keyOf(scope), topicId, atLeast);
    return Promise.resolve(Number(row?.['users']) >= atLeast);
  }

  async counts(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]> {
    return Promise.resolve(this.database.prepare(COUNTS).all(keyOf(scope), minUsers, limit).map(topicCount));
  }

  async parents(scope: Scope, minUsers: number, limit: number): Promise<readonly TopicCount[]> {
    return Promise.resolve(this.database.prepare(PARENTS).all(keyOf(scope), minUsers, limit).map(topicCount));
  }
}
