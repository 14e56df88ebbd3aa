// Nearest neighbours by exact comparison. A scope is scanned in memory once its vectors were read, on copies of eight bits
// a number; the best of those are compared again as the file has them. A principal's few hundred are read from the file
// where their scope is not in memory. A scope larger than the cache is scanned from the file: right, but slow, and the
// point from which a vector database is worth its keep.
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Scope } from '../../kernel/index.ts';
import type { VectorHit, VectorItem, VectorMove, VectorQuery, Vectors } from '../../ingest/ports.ts';
import type { Database } from './database.ts';
import { countVectorsIn } from './request-vectors.ts';
import { keyOf } from './scope.ts';
import { Best, dot, VectorBlock, VectorCache } from './vector-cache.ts';
import { VectorReader, type Extent } from './vector-reader.ts';
import { forgetDense, nameThread, removeOfModel, removeOfPrincipal, removeOlder, type Spared } from './vector-removal.ts';
import { writeVectors, type VectorRow } from './vector-row.ts';

export const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/** Candidates beyond twice those wanted: eight bits put some of the best a few places too low. */
const SPARE = 64;
const keyOfLoad = (scope: string, model: string): string => JSON.stringify([scope, model]);

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
    this.database.transaction(() => {
      for (const { scope, id, kind, model } of rows) forgetDense(this.database, scope, id, kind, model);
      writeVectors(this.database, rows);
    });
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
    const ranked = block === undefined ? await this.scan(scope, wanted) : this.compareAgain(scope, wanted, block);
    const threads = new VectorReader(this.database, scope, wanted.model).threads(ranked.map(({ id }) => id));
    // What was removed while others had their turn is in no thread.
    return ranked.flatMap(({ id, score }): VectorHit[] => {
      const threadId = threads.get(id);
      return threadId === undefined ? [] : [{ id, threadId, score }];
    });
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
    const reader = new VectorReader(this.database, scope, model);
    for (;;) {
      const { removals } = this;
      const extent = await this.extentOf(reader);
      if (extent === undefined) return undefined;
      const block = new VectorBlock(extent.dimensions, extent.count);
      this.filling.set(keyOfLoad(scope, model), block);
      await othersTurn();
      for (const rows of reader.portions()) {
        for (const row of rows) block.put(row);
        await othersTurn();
      }
      // What was erased in between must not live on in memory.
      if (removals !== this.removals) continue;
      this.cache.keep(scope, model, block);
      return block;
    }
  }

  /** Undefined where there is nothing, or more than fits. */
  private async extentOf(reader: VectorReader): Promise<Extent | undefined> {
    let extent: Extent | undefined;
    for (extent of reader.extents()) {
      if (!this.cache.fits(extent.count, extent.dimensions)) return undefined;
      await othersTurn();
    }
    return extent === undefined || extent.count === 0 ? undefined : extent;
  }

  private compareAgain(scope: string, wanted: VectorQuery, block: VectorBlock): ReturnType<Best['ranked']> {
    const candidates = block.search(wanted.vector, wanted.limit * 2 + SPARE, wanted);
    const best = new Best(wanted.limit);
    const { principal, fromMs = -Infinity, toMs = Infinity } = wanted;
    for (const { vector, atMs, ...found } of new VectorReader(this.database, scope, wanted.model).ofRequests(
      candidates.map(({ id }) => id),
    )) {
      // A request's two vectors may differ in more than what they stand for.
      const fits = atMs >= fromMs && atMs <= toMs && (principal === undefined || found.principal === principal);
      if (fits && vector.length === wanted.vector.length) best.offer(found.id, dot(vector, 0, wanted.vector));
    }
    return best.ranked();
  }

  /** A scope that is larger than the cache is read whole, which takes seconds: others get their turn in between. */
  private async scan(
    scope: string,
    { model, vector, limit, principal, fromMs = -Infinity, toMs = Infinity }: VectorQuery,
  ): Promise<ReturnType<Best['ranked']>> {
    const best = new Best(limit);
    const reader = new VectorReader(this.database, scope, model);
    for (const rows of principal === undefined ? reader.portions() : [reader.ofPrincipal(principal)]) {
      for (const row of rows)
        if (row.atMs >= fromMs && row.atMs <= toMs && row.vector.length === vector.length) best.offer(row.id, dot(row.vector, 0, vector));
      if (principal === undefined) await othersTurn();
    }
    return best.ranked();
  }

  async reassign(scope: Scope, moves: readonly VectorMove[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const { id, threadId } of moves) nameThread(this.database, key, id, threadId);
    });
    return Promise.resolve();
  }

  async removePrincipal(scope: Scope, principal: string, untilMs?: number): Promise<number> {
    const key = keyOf(scope);
    const removed = this.database.shredPart(() => removeOfPrincipal(this.database, key, principal, untilMs));
    this.removed(key);
    return Promise.resolve(removed);
  }

  /**
   * Both vectors of a request go together, so it may be one more than `limit`. `counted` is told how many within the same
   * transaction.
   *
   * @param spared true of vectors that stay whatever their age
   */
  async removeBefore(
    scope: Scope,
    atMs: number,
    limit: number,
    spared?: Spared,
    counted: (removed: number) => void = () => undefined,
  ): Promise<number> {
    const key = keyOf(scope);
    const { count, ids } = this.database.sweep(() => {
      const gone = removeOlder(this.database, key, atMs, limit, spared);
      counted(gone.count);
      return gone;
    });
    if (ids.length > 0) this.drop(scope, ids);
    return Promise.resolve(count);
  }

  async removeModel(model: string): Promise<void> {
    for (const scope of this.database.shred(() => removeOfModel(this.database, model))) this.removed(scope);
    return Promise.resolve();
  }

  async count(scope: Scope): Promise<number> {
    return Promise.resolve(countVectorsIn(this.database, scope));
  }
}
