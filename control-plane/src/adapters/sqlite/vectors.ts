// Nearest neighbours by exact comparison. A scope is scanned in memory once its vectors were read, on copies of eight bits
// a number; the best of those are compared again as the file has them. A principal's few hundred are read from the file
// where their scope is not in memory. A scope larger than the cache is scanned from the file: right, but slow, and the
// point from which a vector database is worth its keep.
import { setImmediate as othersTurn } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { Scope } from '../../kernel/index.ts';
import type { VectorHit, VectorItem, VectorMove, VectorQuery, Vectors } from '../../ingest/ports.ts';
import { elements, query, type Database } from './database.ts';
import { keyOf } from './scope.ts';
import { Best, dot, VectorBlock, VectorCache } from './vector-cache.ts';
import { fromBlob } from './vector-blob.ts';
import { writeVectors, type VectorRow } from './vector-row.ts';

export const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/** Candidates beyond twice those wanted: eight bits put some of the best a few places too low. */
const SPARE = 64;
// "+" on the model: by its index the planner would walk every vector of the model instead of looking a few requests up.
const OF_REQUESTS = `SELECT request_id, kind, principal, thread_id, at_ms, vector FROM vectors
  WHERE scope = ? AND +model = ? AND request_id IN (SELECT value FROM json_each(?))`;

/** Vectors read before others get their turn. */
const CHUNK = 4_000;
const NEXT = `SELECT seq, request_id, kind, principal, thread_id, at_ms, vector FROM vectors
  WHERE +scope = ? AND +model = ? AND seq > ? ORDER BY seq LIMIT ?`;

const keyOfLoad = (scope: string, model: string): string => JSON.stringify([scope, model]);

const toVectorRow = (scope: string, model: string, row: Record<string, unknown>): VectorRow => ({
  scope,
  model,
  id: row['request_id'] as string,
  kind: row['kind'] as 'prompt' | 'answer',
  principal: row['principal'] as string | null,
  threadId: row['thread_id'] as string,
  atMs: row['at_ms'] as number,
  vector: fromBlob(row['vector'] as Uint8Array),
});

export class SqliteVectors implements Vectors {
  private readonly database: Database;
  private readonly cache: VectorCache;
  /** Blocks that are being read from the file: who waits for them, and what was read so far. */
  private readonly loads = new Map<string, Promise<VectorBlock | undefined>>();
  private readonly filling = new Map<string, VectorBlock>();
  private removals = 0;

  constructor(database: Database, cacheBytes: number) {
    this.database = database;
    this.cache = new VectorCache(cacheBytes);
  }

  async upsert(items: readonly VectorItem[]): Promise<void> {
    const rows = items.map((item): VectorRow => ({ ...item, scope: keyOf(item.scope) }));
    this.database.transaction(() => writeVectors(this.database, rows));
    this.stored(rows);
    return Promise.resolve();
  }

  /** What another writer of this adapter has committed. */
  stored(rows: readonly VectorRow[]): void {
    this.cache.put(rows);
    // What was read already may be replaced by these.
    for (const row of rows) this.filling.get(keyOfLoad(row.scope, row.model))?.put(row);
  }

  /** After another writer of this adapter removed vectors of the scope. */
  forget(scope: Scope): void {
    this.removed(keyOf(scope));
  }

  /** After a purge removed all vectors of these requests: one in small batches must not have thousands be read again after each. */
  drop(scope: Scope, ids: readonly string[]): void {
    const key = keyOf(scope);
    this.cache.remove(key, ids);
    // What is being read finds no more of them in the file, and loses here what it has read already.
    for (const [load, block] of this.filling) if ((JSON.parse(load) as string[])[0] === key) for (const id of ids) block.remove(id);
  }

  private removed(key: string): void {
    this.removals += 1;
    this.cache.forget(key);
  }

  async nearest(wanted: VectorQuery): Promise<readonly VectorHit[]> {
    const scope = keyOf(wanted.scope);
    const known = this.cache.get(scope, wanted.model);
    const block = known ?? (wanted.principal === undefined ? await this.load(scope, wanted.model) : undefined);
    const ranked = block === undefined ? this.scan(scope, wanted) : this.compareAgain(scope, wanted, block);
    const threads = this.threadsOf(
      scope,
      wanted.model,
      ranked.map(({ id }) => id),
    );
    return Promise.resolve(ranked.map(({ id, score }) => ({ id, threadId: threads.get(id) ?? '', score })));
  }

  /** Reads the block once, however many wait for it. */
  private load(scope: string, model: string): Promise<VectorBlock | undefined> {
    const key = keyOfLoad(scope, model);
    const running = this.loads.get(key);
    if (running !== undefined) return running;
    const load = this.read(scope, model).finally(() => {
      this.loads.delete(key);
      this.filling.delete(key);
    });
    this.loads.set(key, load);
    return load;
  }

  /** Undefined where there is nothing, or too much for the cache. Others get their turn in between: it takes seconds. */
  private async read(scope: string, model: string): Promise<VectorBlock | undefined> {
    for (;;) {
      const found = this.database
        // length() of a blob reads its header only; the vector is that of the longest.
        .prepare('SELECT count(*) AS n, max(length(vector)), vector FROM vectors WHERE scope = ? AND model = ?')
        .get(scope, model);
      const count = Number(found?.['n']);
      if (count === 0) return undefined;
      const dimensions = fromBlob(found?.['vector'] as Uint8Array).length;
      if (!this.cache.fits(count, dimensions)) return undefined;
      const { removals } = this;
      const block = new VectorBlock(dimensions, count);
      this.filling.set(keyOfLoad(scope, model), block);
      for (let after = 0, read = CHUNK; read === CHUNK;) {
        await othersTurn();
        read = 0;
        for (const row of this.database.prepare(NEXT).iterate(scope, model, after, CHUNK)) {
          block.put(toVectorRow(scope, model, row));
          after = Number(row['seq']);
          read += 1;
        }
      }
      // What was erased in between must not live on in memory.
      if (removals !== this.removals) continue;
      this.cache.keep(scope, model, block);
      return block;
    }
  }

  private *rows(scope: string, model: string, principal?: string): Generator<VectorRow> {
    const text = `SELECT request_id, kind, principal, thread_id, at_ms, vector FROM vectors
      WHERE scope = ? AND model = ?${principal === undefined ? '' : ' AND principal = ?'}`;
    const parameters = principal === undefined ? [scope, model] : [scope, model, principal];
    for (const row of this.database.prepare(text).iterate(...parameters)) {
      yield toVectorRow(scope, model, row);
    }
  }

  private compareAgain(scope: string, wanted: VectorQuery, block: VectorBlock): ReturnType<Best['ranked']> {
    const candidates = block.search(wanted.vector, wanted.limit * 2 + SPARE, wanted);
    const best = new Best(wanted.limit);
    const rows = this.database.prepare(OF_REQUESTS).iterate(scope, wanted.model, JSON.stringify(candidates.map(({ id }) => id)));
    const { principal, fromMs = -Infinity, toMs = Infinity } = wanted;
    for (const row of rows) {
      // A request's two vectors may differ in more than what they stand for.
      const { vector, atMs, ...found } = toVectorRow(scope, wanted.model, row);
      const fits = atMs >= fromMs && atMs <= toMs && (principal === undefined || found.principal === principal);
      if (fits && vector.length === wanted.vector.length) best.offer(found.id, dot(vector, 0, wanted.vector));
    }
    return best.ranked();
  }

  private scan(
    scope: string,
    { model, vector, limit, principal, fromMs = -Infinity, toMs = Infinity }: VectorQuery,
  ): ReturnType<Best['ranked']> {
    const best = new Best(limit);
    for (const row of this.rows(scope, model, principal)) {
      if (row.atMs >= fromMs && row.atMs <= toMs && row.vector.length === vector.length) best.offer(row.id, dot(row.vector, 0, vector));
    }
    return best.ranked();
  }

  private threadsOf(scope: string, model: string, ids: readonly string[]): ReadonlyMap<string, string> {
    // Not by model: the planner would then walk every vector of the model instead of looking a few requests up.
    const rows = this.database.all(
      query
        .selectFrom('vectors')
        .select(['request_id', 'thread_id', 'model'])
        .where('scope', '=', scope)
        .where('request_id', 'in', elements(ids)),
    );
    return new Map(rows.filter((row) => row.model === model).map((row) => [row.request_id, row.thread_id]));
  }

  async reassign(scope: Scope, moves: readonly VectorMove[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const { id, threadId } of moves) {
        this.database.run(query.updateTable('vectors').set({ thread_id: threadId }).where('scope', '=', key).where('request_id', '=', id));
      }
    });
    return Promise.resolve();
  }

  async removePrincipal(scope: Scope, principal: string, untilMs?: number): Promise<number> {
    const key = keyOf(scope);
    const theirs = query.deleteFrom('vectors').where('scope', '=', key).where('principal', '=', principal);
    const mine = untilMs === undefined ? theirs : theirs.where('at_ms', '<=', untilMs);
    const removed = this.database.shred(() => this.database.run(mine));
    this.removed(key);
    return Promise.resolve(removed);
  }

  /** @param spared true of vectors that stay whatever their age */
  /** `counted` is told how many within the same transaction. */
  async removeBefore(
    scope: Scope,
    atMs: number,
    limit: number,
    spared?: RawBuilder<boolean>,
    counted: (removed: number) => void = () => undefined,
  ): Promise<number> {
    const key = keyOf(scope);
    const old = query.selectFrom('vectors').select('seq').where('scope', '=', key).where('at_ms', '<', atMs);
    const oldest = (spared === undefined ? old : old.where(sql<boolean>`NOT ${spared}`)).orderBy('at_ms').limit(limit);
    const ids = this.database.sweep(() => {
      const rows = this.database.all(query.deleteFrom('vectors').where('seq', 'in', oldest).returning('request_id'));
      counted(rows.length);
      return rows.map((row) => row.request_id);
    });
    if (ids.length > 0) this.drop(scope, ids);
    return Promise.resolve(ids.length);
  }

  async removeModel(model: string): Promise<void> {
    const gone = this.database.shred(() => this.database.prepare('DELETE FROM vectors WHERE model = ? RETURNING scope').all(model));
    for (const scope of new Set(gone.map((row) => row['scope'] as string))) this.removed(scope);
    return Promise.resolve();
  }

  async count(scope: Scope): Promise<number> {
    const found = this.database.prepare('SELECT count(*) AS n FROM vectors WHERE scope = ?').get(keyOf(scope));
    return Promise.resolve(Number(found?.['n']));
  }
}
