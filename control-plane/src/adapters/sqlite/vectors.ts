// Exact nearest neighbours. A scope is scanned in memory once its vectors were read; a principal's few hundred are read
// from the file where their scope is not in memory. A scope larger than the cache is scanned from the file: right, but slow,
// and the point from which a vector database is worth its keep.
import type { Scope } from '../../kernel/index.ts';
import type { VectorHit, VectorItem, VectorQuery, Vectors } from '../../ingest/ports.ts';
import { elements, query, type Database } from './database.ts';
import { keyOf } from './scope.ts';
import { Best, dot, VectorBlock, VectorCache } from './vector-cache.ts';
import { fromBlob, writeVectors, type VectorRow } from './vector-row.ts';

export const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

export class SqliteVectors implements Vectors {
  private readonly database: Database;
  private readonly cache: VectorCache;

  constructor(database: Database, cacheBytes: number) {
    this.database = database;
    this.cache = new VectorCache(cacheBytes);
  }

  async upsert(items: readonly VectorItem[]): Promise<void> {
    const rows = items.map((item): VectorRow => ({ ...item, scope: keyOf(item.scope) }));
    this.database.transaction(() => writeVectors(this.database, rows));
    this.cache.put(rows);
    return Promise.resolve();
  }

  /** What another writer of this adapter has committed. */
  stored(rows: readonly VectorRow[]): void {
    this.cache.put(rows);
  }

  /** After another writer of this adapter removed vectors of the scope. */
  forget(scope: Scope): void {
    this.cache.forget(keyOf(scope));
  }

  async nearest(wanted: VectorQuery): Promise<readonly VectorHit[]> {
    const scope = keyOf(wanted.scope);
    const block = this.cache.get(scope, wanted.model) ?? (wanted.principal === undefined ? this.load(scope, wanted.model) : undefined);
    const ranked = block === undefined ? this.scan(scope, wanted) : block.search(wanted.vector, wanted.limit, wanted);
    const threads = this.threadsOf(
      scope,
      wanted.model,
      ranked.map(({ id }) => id),
    );
    return Promise.resolve(ranked.map(({ id, score }) => ({ id, threadId: threads.get(id) ?? '', score })));
  }

  private load(scope: string, model: string): VectorBlock | undefined {
    const found = this.database
      // length() of a blob reads its header only.
      .prepare('SELECT count(*) AS n, max(length(vector)) / 4 AS dimensions FROM vectors WHERE scope = ? AND model = ?')
      .get(scope, model);
    const count = Number(found?.['n']);
    const dimensions = Number(found?.['dimensions']);
    if (count === 0) return undefined;
    if (!this.cache.fits(count, dimensions)) return undefined;
    const block = new VectorBlock(dimensions, count);
    for (const row of this.rows(scope, model)) block.put(row);
    this.cache.keep(scope, model, block);
    return block;
  }

  private *rows(scope: string, model: string, principal?: string): Generator<VectorRow> {
    const text = `SELECT request_id, kind, principal, thread_id, at_ms, vector FROM vectors
      WHERE scope = ? AND model = ?${principal === undefined ? '' : ' AND principal = ?'}`;
    const parameters = principal === undefined ? [scope, model] : [scope, model, principal];
    for (const row of this.database.prepare(text).iterate(...parameters)) {
      yield {
        scope,
        model,
        id: row['request_id'] as string,
        kind: row['kind'] as 'prompt' | 'answer',
        principal: row['principal'] as string | null,
        threadId: row['thread_id'] as string,
        atMs: row['at_ms'] as number,
        vector: fromBlob(row['vector'] as Uint8Array),
      };
    }
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

  async removePrincipal(scope: Scope, principal: string): Promise<number> {
    const key = keyOf(scope);
    const mine = query.deleteFrom('vectors').where('scope', '=', key).where('principal', '=', principal);
    const removed = this.database.shred(() => this.database.run(mine));
    this.cache.forget(key);
    return Promise.resolve(removed);
  }

  async removeBefore(scope: Scope, atMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const oldest = query
      .selectFrom('vectors')
      .select('seq')
      .where('scope', '=', key)
      .where('at_ms', '<', atMs)
      .orderBy('at_ms')
      .limit(limit);
    const removed = this.database.shred(() => this.database.run(query.deleteFrom('vectors').where('seq', 'in', oldest)));
    if (removed > 0) this.cache.forget(key);
    return Promise.resolve(removed);
  }

  async count(scope: Scope): Promise<number> {
    const found = this.database.prepare('SELECT count(*) AS n FROM vectors WHERE scope = ?').get(keyOf(scope));
    return Promise.resolve(Number(found?.['n']));
  }
}
