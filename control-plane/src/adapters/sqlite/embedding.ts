// Moves between embedding models. The vectors of the target stand beside those of the source, which serve until the switch:
// one row of `meta`. The cursor runs over all vectors by number, those of the target too, which it passes over.
import type { VectorItem } from '../../ingest/ports.ts';
import { ClewError } from '../../kernel/index.ts';
import type { Chunk, EmbeddingStore, Move } from '../../reembed/index.ts';
import { query, type Database } from './database.ts';
import { ANSWER, PROMPT } from './request-record.ts';
import { keyOf, scopeOf } from './scope.ts';
import { toBlob } from './vector-blob.ts';
import type { VectorRow } from './vector-row.ts';
import type { SqliteVectors } from './vectors.ts';

const IN_FORCE = 'embedding_model';
/** Rows that one read passes: most of them may be of another model. */
const SCAN = 512;

const TEXT = `(CASE v.kind WHEN 'prompt' THEN ${PROMPT('r')} ELSE ${ANSWER('r')} END)`;
// A topic-only request has a row and a vector, and no text; the join is outer so that it counts.
const NEXT = `SELECT v.seq AS seq, v.model AS model, v.scope AS scope, v.request_id AS id, v.kind AS kind, v.principal AS principal,
    v.thread_id AS thread_id, v.at_ms AS at_ms, ${TEXT} AS text
  FROM vectors v LEFT JOIN requests r ON v.model = ?1 AND r.scope = v.scope AND r.id = v.request_id
  WHERE v.seq > ?2 ORDER BY v.seq LIMIT ?3`;
// Thread and principal as they are now: both may have changed while the text was embedded.
const TAKE = `INSERT INTO vectors (scope, model, request_id, kind, principal, thread_id, at_ms, vector)
  SELECT v.scope, ?5, v.request_id, v.kind, v.principal, v.thread_id, v.at_ms, ?6
  FROM vectors v JOIN requests r ON r.scope = v.scope AND r.id = v.request_id
  WHERE v.scope = ?1 AND v.request_id = ?2 AND v.kind = ?3 AND v.model = ?4 AND ${TEXT} IS NOT NULL
  ON CONFLICT (scope, request_id, kind, model) DO UPDATE SET
    principal = excluded.principal, thread_id = excluded.thread_id, at_ms = excluded.at_ms, vector = excluded.vector
  RETURNING thread_id, principal`;
const LEFT = `SELECT 1 FROM vectors WHERE seq > ? AND model = ? LIMIT 1`;
const REMOVE = `DELETE FROM vectors WHERE seq IN (SELECT seq FROM vectors WHERE seq > ?1 AND model <> ?2 ORDER BY seq LIMIT ?3) RETURNING seq, scope`;

export class SqliteEmbedding implements EmbeddingStore {
  private readonly database: Database;
  private readonly vectors: SqliteVectors;
  /** No vector of another model has a number up to this one; of this process only. */
  private swept = 0;

  constructor(database: Database, vectors: SqliteVectors) {
    this.database = database;
    this.vectors = vectors;
  }

  inForce(): Promise<string | undefined> {
    return Promise.resolve(this.modelInForce());
  }

  adopt(model: string): Promise<string> {
    const insert = query.insertInto('meta').values({ key: IN_FORCE, value: model });
    this.database.run(insert.onConflict((conflict) => conflict.column('key').doNothing()));
    return Promise.resolve(this.modelInForce() ?? model);
  }

  move(): Promise<Move | undefined> {
    return Promise.resolve(this.current());
  }

  begin(target: string, nowMs: number): Promise<Move> {
    return attempt(() =>
      this.database.transaction(() => {
        const source = this.modelInForce();
        const running = this.current();
        if (running?.target === target) return running;
        if (running !== undefined) throw new ClewError('conflict', `a move to ${running.target} is under way; wait for it or cancel it`);
        if (source === undefined) throw new ClewError('conflict', 'the store has no model yet');
        if (source === target) throw new ClewError('conflict', `${target} is in force already`);
        const total = Number(this.database.prepare('SELECT count(*) AS n FROM vectors WHERE model = ?').get(source)?.['n']);
        const move = { source, target, total, moved: 0, lost: 0, startedAtMs: nowMs, switchedAtMs: null };
        this.database
          .prepare(
            `INSERT INTO embedding_moves (id, source, target, cursor, total, moved, lost, started_at_ms) VALUES (1, ?, ?, 0, ?, 0, 0, ?)`,
          )
          .run(source, target, total, nowMs);
        return move;
      }),
    );
  }

  next(limit: number): Promise<Chunk> {
    return attempt(() => {
      const move = this.running();
      let cursor = this.cursor();
      const pending: Chunk['pending'][number][] = [];
      let read = 0;
      for (const row of this.database.prepare(NEXT).all(move.source, cursor, SCAN)) {
        if (pending.length >= limit) break;
        cursor = Number(row['seq']);
        read += 1;
        if (row['model'] !== move.source) continue;
        pending.push({
          scope: scopeOf(row['scope'] as string),
          id: row['id'] as string,
          kind: row['kind'] as 'prompt' | 'answer',
          principal: row['principal'] as string | null,
          threadId: row['thread_id'] as string,
          atMs: Number(row['at_ms']),
          text: row['text'] as string | null,
        });
      }
      return { pending, cursor, isEnd: pending.length < limit && read < SCAN };
    });
  }

  take(items: readonly VectorItem[], { pending, cursor }: Chunk): Promise<readonly VectorItem[]> {
    return attempt(() => {
      const stored: VectorRow[] = [];
      const leftOut: VectorItem[] = [];
      this.database.transaction(() => {
        const { source, target } = this.running();
        for (const item of items) {
          const { id, kind, vector } = item;
          const scope = keyOf(item.scope);
          const row = this.database.prepare(TAKE).get(scope, id, kind, source, target, toBlob(vector));
          if (row === undefined) leftOut.push(item);
          else {
            const [threadId, principal] = [row['thread_id'] as string, row['principal'] as string | null];
            stored.push({ scope, model: target, id, kind, principal, threadId, atMs: item.atMs, vector });
          }
        }
        this.database
          .prepare('UPDATE embedding_moves SET cursor = min(?, ceiling), ceiling = ?, moved = moved + ?, lost = lost + ?')
          .run(cursor, Number.MAX_SAFE_INTEGER, stored.length, pending.length - stored.length);
      });
      this.vectors.stored(stored);
      return leftOut;
    });
  }

  switchOver(nowMs: number): Promise<void> {
    return attempt(() =>
      this.database.transaction(() => {
        const { source, target, switchedAtMs } = this.running();
        if (switchedAtMs !== null) return;
        if (this.database.prepare(LEFT).get(this.cursor(), source) !== undefined)
          throw new ClewError('conflict', 'vectors came since the last ones were taken over');
        this.database.prepare('UPDATE meta SET value = ? WHERE key = ?').run(target, IN_FORCE);
        this.database.prepare('UPDATE embedding_moves SET switched_at_ms = ?').run(nowMs);
        this.swept = 0;
      }),
    );
  }

  removeOthers(limit: number): Promise<number> {
    return attempt(() => {
      const model = this.modelInForce();
      if (model === undefined) return 0;
      const rows = this.database.shred(() => this.database.prepare(REMOVE).all(this.swept, model, limit));
      this.swept = Math.max(this.swept, ...rows.map((row) => Number(row['seq'])));
      for (const scope of new Set(rows.map((row) => row['scope'] as string))) this.vectors.forget(scopeOf(scope));
      return rows.length;
    });
  }

  finish(): Promise<void> {
    this.database.prepare('DELETE FROM embedding_moves').run();
    return Promise.resolve();
  }

  cancel(nowMs: number): Promise<void> {
    return attempt(() => {
      const { switchedAtMs } = this.running();
      if (switchedAtMs !== null) throw new ClewError('conflict', 'the switch has been made; move back instead');
      this.swept = 0;
      this.database.prepare('UPDATE embedding_moves SET source = target, target = source, switched_at_ms = ?').run(nowMs);
    });
  }

  private modelInForce(): string | undefined {
    return this.database.get(query.selectFrom('meta').select('value').where('key', '=', IN_FORCE))?.value;
  }

  private cursor(): number {
    return Number(this.database.prepare('SELECT cursor FROM embedding_moves').get()?.['cursor']);
  }

  private running(): Move {
    const move = this.current();
    if (move === undefined) throw new ClewError('conflict', 'no move is under way');
    return move;
  }

  private current(): Move | undefined {
    const row = this.database.prepare('SELECT * FROM embedding_moves').get();
    if (row === undefined) return undefined;
    const switched = row['switched_at_ms'];
    return {
      source: row['source'] as string,
      target: row['target'] as string,
      total: Number(row['total']),
      moved: Number(row['moved']),
      lost: Number(row['lost']),
      startedAtMs: Number(row['started_at_ms']),
      switchedAtMs: switched === null ? null : Number(switched),
    };
  }
}

/** What is thrown becomes a rejection: the port is asynchronous, this adapter is not. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
