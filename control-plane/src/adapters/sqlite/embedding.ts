// Moves between embedding models. The vectors of the target stand beside those of the source, which serve until the switch:
// one row of `meta`. One cursor runs over the table `vectors` by number, rows of the target too, which it passes over; when that
// one is at the end, another over the source's rows of request_vectors by the numbers of requests.
import type { VectorItem } from '../../ingest/ports.ts';
import { ClewError } from '../../kernel/index.ts';
import type { Chunk, EmbeddingStore, Move, Pending } from '../../reembed/index.ts';
import { query, type Database } from './database.ts';
import { ANSWER, PROMPT } from './request-record.ts';
import { HELD, modelKeys, NO_KEYS, writeDense, type ModelKeys } from './request-vectors.ts';
import { keyOf, scopeOf } from './scope.ts';
import { writeVectors, type VectorRow } from './vector-row.ts';
import type { SqliteVectors } from './vectors.ts';

const IN_FORCE = 'embedding_model';
/** Rows that one read passes: most of them may be of another model. */
const SCAN = 512;
const KINDS = ['prompt', 'answer'] as const;
type Kind = (typeof KINDS)[number];

const TEXT = `(CASE v.kind WHEN 'prompt' THEN ${PROMPT('r')} ELSE ${ANSWER('r')} END)`;
// A topic-only request has a row and a vector, and no text; the join is outer so that it counts.
const NEXT = `SELECT v.seq AS seq, v.model AS model, v.scope AS scope, v.request_id AS id, v.kind AS kind, v.principal AS principal,
    v.thread_id AS thread_id, v.at_ms AS at_ms, ${TEXT} AS text
  FROM vectors v LEFT JOIN requests r ON v.model = ?1 AND r.scope = v.scope AND r.id = v.request_id
  WHERE v.seq > ?2 ORDER BY v.seq LIMIT ?3`;
// ?1 is what is added to the number of a request, ?2 where the rows of the source end, ?3 the same as ?1 of the target. What
// has a vector of the target was taken over while it stood in the other table.
const NEXT_DENSE = `SELECT r.seq AS seq, r.scope AS scope, r.id AS id, r.principal AS principal, r.thread_id AS thread_id, v.at_ms AS at_ms,
    ${toTake('prompt')} AS has_prompt, ${toTake('answer')} AS has_answer,
    ${PROMPT('r')} AS prompt, ${ANSWER('r')} AS answer
  FROM request_vectors v CROSS JOIN requests r ON r.seq = v.seq - ?1 LEFT JOIN request_vectors t ON t.seq = r.seq + ?3
  WHERE v.seq > ?1 + ?4 AND v.seq < ?2 ORDER BY v.seq LIMIT ?5`;
// Thread and principal as they are now: both may have changed while the text was embedded.
const OWN_SOURCE = `SELECT r.seq AS seq, v.principal AS principal, v.thread_id AS thread_id, v.at_ms AS at_ms,
    v.principal IS r.principal AND v.thread_id = r.thread_id AS is_alike
  FROM vectors v JOIN requests r ON r.scope = v.scope AND r.id = v.request_id
  WHERE v.scope = ?1 AND v.request_id = ?2 AND v.kind = ?3 AND v.model = ?4 AND ${TEXT} IS NOT NULL`;
const DENSE_SOURCE = {
  prompt: denseSource('prompt', PROMPT('r')),
  answer: denseSource('answer', ANSWER('r')),
} as const;
const LEFT = `SELECT 1 FROM vectors WHERE seq > ? AND model = ? LIMIT 1`;
const LEFT_DENSE = `SELECT 1 FROM request_vectors v LEFT JOIN request_vectors t ON t.seq = v.seq - ?1 + ?3
  WHERE v.seq > ?1 + ?4 AND v.seq < ?2 AND (${toTake('prompt')} OR ${toTake('answer')}) LIMIT 1`;
const COUNT_DENSE = `SELECT coalesce(sum(${HELD}), 0) AS n FROM request_vectors WHERE seq > ? AND seq < ?`;
const REMOVE = `DELETE FROM vectors WHERE seq IN (SELECT seq FROM vectors WHERE seq > ?1 AND model <> ?2 ORDER BY seq LIMIT ?3) RETURNING seq, scope`;
const REMOVE_DENSE = `DELETE FROM request_vectors WHERE seq IN (SELECT seq FROM request_vectors WHERE seq < ?1 OR seq > ?2 LIMIT ?3)
  RETURNING (SELECT s.scope FROM scopes s WHERE s.id = request_vectors.scope) AS scope`;

/** Of a row `v` of the source and `t` of the target. */
function toTake(kind: Kind): string {
  return `(v.${kind} IS NOT NULL AND t.${kind} IS NULL)`;
}

function denseSource(kind: 'prompt' | 'answer', text: string): string {
  return `SELECT r.seq AS seq, r.principal AS principal, r.thread_id AS thread_id, v.at_ms AS at_ms, 1 AS is_alike
    FROM requests r CROSS JOIN request_vectors v ON v.seq = r.seq + ?3
    WHERE r.scope = ?1 AND r.id = ?2 AND v.${kind} IS NOT NULL AND ${text} IS NOT NULL`;
}

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
        const own = Number(this.database.prepare('SELECT count(*) AS n FROM vectors WHERE model = ?').get(source)?.['n']);
        const { base, to } = this.keys(source);
        const total = own + Number(this.database.prepare(COUNT_DENSE).get(base, to)?.['n']);
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
      const { cursor, ...own } = this.nextOwn(move, limit);
      const room = limit - own.pending.length;
      if (!own.isEnd || room <= 0) return { ...own, cursor };
      const dense = this.nextDense(move, room, cursor.request);
      return {
        pending: [...own.pending, ...dense.pending],
        cursor: { own: cursor.own, request: dense.request },
        isEnd: dense.isEnd,
      };
    });
  }

  private nextOwn({ source }: Move, limit: number): Chunk {
    const cursor = this.cursor();
    let { own } = cursor;
    const pending: Pending[] = [];
    let read = 0;
    for (const row of this.database.prepare(NEXT).all(source, own, SCAN)) {
      if (pending.length >= limit) break;
      own = Number(row['seq']);
      read += 1;
      if (row['model'] === source) pending.push(pendingOf(row, row['kind'] as Kind, row['text']));
    }
    return { pending, cursor: { ...cursor, own }, isEnd: pending.length < limit && read < SCAN };
  }

  /** Both vectors of a request at once: one more than the limit where that is odd. */
  private nextDense(
    { source, target }: Move,
    limit: number,
    after: number,
  ): Pick<Chunk, 'pending' | 'isEnd'> & { readonly request: number } {
    const { base, to } = this.keys(source);
    const pending: Pending[] = [];
    let [request, read] = [after, 0];
    const targetBase = modelKeys(this.database, target)?.base ?? null;
    for (const row of this.database.prepare(NEXT_DENSE).all(base, to, targetBase, after, limit)) {
      if (pending.length >= limit) break;
      request = Number(row['seq']);
      read += 1;
      for (const kind of KINDS) if (row[`has_${kind}`] === 1) pending.push(pendingOf(row, kind, row[kind]));
    }
    return { pending, request, isEnd: pending.length < limit && read < limit };
  }

  take(items: readonly VectorItem[], { pending, cursor }: Chunk): Promise<readonly VectorItem[]> {
    return attempt(() => {
      const stored: VectorRow[] = [];
      const leftOut: VectorItem[] = [];
      this.database.transaction(() => {
        const move = this.running();
        for (const item of items) {
          const row = this.takeOne(item, move);
          if (row === undefined) leftOut.push(item);
          else stored.push(row);
        }
        this.database
          .prepare(
            'UPDATE embedding_moves SET cursor = min(?, ceiling), request_cursor = ?, ceiling = ?, moved = moved + ?, lost = lost + ?',
          )
          .run(cursor.own, cursor.request, Number.MAX_SAFE_INTEGER, stored.length, pending.length - stored.length);
      });
      this.vectors.stored(stored);
      return leftOut;
    });
  }

  /** Undefined where the vector of the source, or the text, has gone. */
  private takeOne({ id, kind, vector, atMs, ...item }: VectorItem, { source, target }: Move): VectorRow | undefined {
    const scope = keyOf(item.scope);
    const found =
      this.database.prepare(OWN_SOURCE).get(scope, id, kind, source) ??
      this.database.prepare(DENSE_SOURCE[kind]).get(scope, id, this.keys(source).base);
    if (found === undefined) return undefined;
    const [threadId, principal] = [found['thread_id'] as string, found['principal'] as string | null];
    const row: VectorRow = { scope, model: target, id, kind, principal, threadId, atMs: Number(found['at_ms']), vector };
    if (found['is_alike'] === 1)
      writeDense(this.database, { seq: Number(found['seq']), scope, model: target, atMs: row.atMs, [kind]: vector });
    else writeVectors(this.database, [row]);
    return { ...row, atMs };
  }

  switchOver(nowMs: number): Promise<void> {
    return attempt(() =>
      this.database.transaction(() => {
        const { source, target, switchedAtMs } = this.running();
        if (switchedAtMs !== null) return;
        if (this.isLeft(source, target)) throw new ClewError('conflict', 'vectors came since the last ones were taken over');
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
      const { base, to } = this.keys(model);
      const rows = this.database.shred(() => {
        const own = this.database.prepare(REMOVE).all(this.swept, model, limit);
        this.swept = Math.max(this.swept, ...own.map((row) => Number(row['seq'])));
        return [...own, ...this.database.prepare(REMOVE_DENSE).all(base, to, limit - own.length)];
      });
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

  private isLeft(source: string, target: string): boolean {
    const { base, to } = this.keys(source);
    const { own, request } = this.cursor();
    const targetBase = modelKeys(this.database, target)?.base ?? null;
    return [this.database.prepare(LEFT).get(own, source), this.database.prepare(LEFT_DENSE).get(base, to, targetBase, request)].some(
      (row) => row !== undefined,
    );
  }

  private modelInForce(): string | undefined {
    return this.database.get(query.selectFrom('meta').select('value').where('key', '=', IN_FORCE))?.value;
  }

  private cursor(): Chunk['cursor'] {
    const row = this.database.prepare('SELECT cursor, request_cursor FROM embedding_moves').get();
    return { own: Number(row?.['cursor']), request: Number(row?.['request_cursor']) };
  }

  private keys(model: string): ModelKeys {
    return modelKeys(this.database, model) ?? NO_KEYS;
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

function pendingOf(row: Record<string, unknown>, kind: Kind, text: unknown): Pending {
  return {
    scope: scopeOf(row['scope'] as string),
    id: row['id'] as string,
    kind,
    principal: row['principal'] as string | null,
    threadId: row['thread_id'] as string,
    atMs: Number(row['at_ms']),
    text: text as string | null,
  };
}

/** What is thrown becomes a rejection: the port is asynchronous, this adapter is not. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
