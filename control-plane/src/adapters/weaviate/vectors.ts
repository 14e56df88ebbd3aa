// Consistency: a batch is in the write-ahead log and in the index before Weaviate answers it (asynchronous indexing, an
// option of the server, must stay off), so an upsert that resolved is found.
import { Filters, type FilterValue } from 'weaviate-client';
import type { VectorHit, VectorItem, VectorMove, VectorQuery, Vectors } from '../../ingest/ports.ts';
import { ClewError, type Scope } from '../../kernel/index.ts';
import type { AgedVectors, SparedVectors } from '../../retention/index.ts';
import type { Collections, VectorCollection } from './collections.ts';
import type { Connection } from './connection.ts';
import { collectionOf, objectId, tenantOf } from './names.ts';

/** Objects of one REST batch: measured best between 100 and 500; a batch of 384 floats each stays under 1 MB. */
const BATCH_SIZE = 200;
/** Ids of one removal, and the most that Weaviate deletes at once (QUERY_MAXIMUM_RESULTS of the server, 10,000 unless set). */
const REMOVE_SIZE = 1_000;

interface BatchAnswer {
  readonly result?: { readonly status?: string; readonly errors?: { readonly error?: readonly { readonly message?: string }[] } | null };
}

function chunks<T>(list: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}

const objectOf = ({ scope, id, kind, threadId, principal, atMs, model, vector }: VectorItem): object => ({
  class: collectionOf(model),
  tenant: tenantOf(scope),
  id: objectId(scope, id, kind),
  properties: { requestId: id, threadId, kind, at: Math.trunc(atMs), ...(principal === null ? {} : { principal }) },
  vectors: { default: Array.from(vector) },
});

export class WeaviateVectors implements Vectors, AgedVectors {
  private readonly connection: Connection;
  private readonly collections: Collections;
  /** Collections and tenants that were seen; nothing of ours removes a tenant. */
  private readonly seen = new Set<string>();

  constructor(connection: Connection, collections: Collections) {
    this.connection = connection;
    this.collections = collections;
  }

  async upsert(items: readonly VectorItem[]): Promise<void> {
    for (const model of new Set(items.map((item) => item.model))) await this.collections.provide(model);
    for (const batch of chunks(items, BATCH_SIZE)) await this.send(batch);
  }

  /** By REST: the client's own batch polls its stream every 500 ms. */
  private async send(batch: readonly VectorItem[]): Promise<void> {
    const body = JSON.stringify({ objects: batch.map(objectOf) });
    const answers = (await this.connection.post('/v1/batch/objects', body)) as readonly BatchAnswer[];
    const failed = answers.filter(({ result }) => result?.status === 'FAILED' || (result?.errors ?? null) !== null);
    if (failed.length === 0) return;
    // The server's reason names properties and limits; what we send holds no text.
    const reason = failed[0]?.result?.errors?.error?.[0]?.message ?? 'no reason given';
    throw new ClewError('unavailable', `Weaviate refused ${failed.length} of ${batch.length} vectors: ${reason}`);
  }

  async nearest({ scope, model, vector, limit, principal, fromMs, toMs }: VectorQuery): Promise<readonly VectorHit[]> {
    const collection = await this.collections.find(model);
    const tenant = collection === undefined ? undefined : await this.tenant(collection, scope);
    if (tenant === undefined || limit <= 0) return [];
    const { filter } = tenant;
    const filters: FilterValue[] = [];
    if (principal !== undefined) filters.push(filter.byProperty('principal').equal(principal));
    if (fromMs !== undefined) filters.push(filter.byProperty('at').greaterOrEqual(Math.ceil(fromMs)));
    if (toMs !== undefined && Number.isFinite(toMs)) filters.push(filter.byProperty('at').lessOrEqual(Math.floor(toMs)));
    const found = await this.connection.run(() =>
      tenant.query.nearVector(Array.from(vector), {
        // Two vectors a request, of which the better counts.
        limit: limit * 2,
        returnMetadata: ['distance'],
        returnProperties: ['requestId', 'threadId'],
        ...(filters.length === 0 ? {} : { filters: Filters.and(...filters) }),
      }),
    );
    const best = new Map<string, VectorHit>();
    for (const { properties, metadata } of found.objects) {
      const { requestId, threadId } = properties;
      // Best first: the first of a request is its better one.
      if (!best.has(requestId)) best.set(requestId, { id: requestId, threadId, score: 1 - (metadata?.distance ?? 1) });
    }
    return [...best.values()].slice(0, limit);
  }

  async reassign(scope: Scope, moves: readonly VectorMove[]): Promise<void> {
    const threadOf = new Map(moves.map(({ id, threadId }) => [id, threadId]));
    for (const tenant of await this.tenants(scope)) {
      for (const ids of chunks([...threadOf.keys()], BATCH_SIZE)) {
        const found = await this.connection.run(() =>
          tenant.query.fetchObjects({
            filters: tenant.filter.byProperty('requestId').containsAny([...ids]),
            // A prompt and an answer each.
            limit: ids.length * 2,
            returnProperties: ['requestId', 'threadId'],
          }),
        );
        for (const { uuid, properties } of found.objects) {
          const threadId = threadOf.get(properties.requestId);
          if (threadId !== undefined && threadId !== properties.threadId) await this.rename(tenant, uuid, threadId);
        }
      }
    }
  }

  /** A merge of one property: the vector stays as it is. What was removed meanwhile must not come back. */
  private async rename(tenant: VectorCollection, id: string, threadId: string): Promise<void> {
    try {
      await this.connection.run(() => tenant.data.update({ id, properties: { threadId } }));
    } catch (error) {
      if ((await this.connection.run(() => tenant.query.fetchObjectById(id))) === null) return;
      throw error;
    }
  }

  async removePrincipal(scope: Scope, principal: string, untilMs = Infinity): Promise<number> {
    let removed = 0;
    for (const tenant of await this.tenants(scope)) {
      const theirs = tenant.filter.byProperty('principal').equal(principal);
      const where = Number.isFinite(untilMs)
        ? Filters.and(theirs, tenant.filter.byProperty('at').lessOrEqual(Math.floor(untilMs)))
        : theirs;
      removed += await this.remove(tenant, where, Infinity);
    }
    return removed;
  }

  async removeBefore(scope: Scope, atMs: number, limit: number, spared?: SparedVectors): Promise<number> {
    let removed = 0;
    while (removed < limit) {
      const ids = await this.aged(scope, atMs, limit - removed, spared);
      if (ids.length === 0) break;
      await this.removeThese(scope, ids);
      removed += ids.length;
    }
    return removed;
  }

  async aged(scope: Scope, atMs: number, limit: number, spared: SparedVectors = { users: [], threads: [] }): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const tenant of await this.tenants(scope)) {
      const wanted = Math.min(limit, REMOVE_SIZE) - ids.length;
      if (wanted <= 0) break;
      const oldest = await this.connection.run(() =>
        tenant.query.fetchObjects({
          filters: Filters.and(
            tenant.filter.byProperty('at').lessThan(Math.ceil(atMs)),
            ...spared.users.map((user) => tenant.filter.byProperty('principal').notEqual(user)),
            ...spared.threads.map((thread) => tenant.filter.byProperty('threadId').notEqual(thread)),
          ),
          sort: tenant.sort.byProperty('at', true),
          limit: wanted,
          returnProperties: [],
        }),
      );
      ids.push(...oldest.objects.map(({ uuid }) => uuid));
    }
    return ids;
  }

  async removeThese(scope: Scope, ids: readonly string[]): Promise<void> {
    for (const tenant of await this.tenants(scope)) await this.remove(tenant, tenant.filter.byId().containsAny([...ids]), ids.length);
  }

  async standing(scope: Scope, ids: readonly string[]): Promise<number> {
    let standing = 0;
    for (const tenant of await this.tenants(scope)) {
      const filters = tenant.filter.byId().containsAny([...ids]);
      const found = await this.connection.run(() => tenant.query.fetchObjects({ filters, limit: ids.length, returnProperties: [] }));
      standing += found.objects.length;
    }
    return standing;
  }

  /** Deletes until nothing matches: the server takes so many at a time. */
  private async remove(tenant: VectorCollection, where: FilterValue, atMost: number): Promise<number> {
    let removed = 0;
    while (removed < atMost) {
      const { matches, successful, failed } = await this.connection.run(() => tenant.data.deleteMany(where));
      removed += successful;
      if (failed > 0) throw new ClewError('unavailable', `Weaviate failed to remove ${failed} of ${matches} vectors; call again`);
      if (matches === 0) break;
    }
    return removed;
  }

  async removeModel(model: string): Promise<void> {
    const name = await this.collections.remove(model);
    for (const key of this.seen) if (key.startsWith(`${name}/`)) this.seen.delete(key);
  }

  async count(scope: Scope): Promise<number> {
    let total = 0;
    for (const tenant of await this.tenants(scope)) {
      total += (await this.connection.run(() => tenant.aggregate.overAll())).totalCount;
    }
    return total;
  }

  /** A collection seen by one scope; undefined where the scope has stored nothing in it. */
  private async tenant(collection: VectorCollection, scope: Scope): Promise<VectorCollection | undefined> {
    const name = tenantOf(scope);
    const key = `${collection.name}/${name}`;
    if (!this.seen.has(key)) {
      const found = await this.connection.run(() => collection.tenants.getByName(name));
      if (found === null) return undefined;
      this.seen.add(key);
    }
    return collection.withTenant(name);
  }

  private async tenants(scope: Scope): Promise<readonly VectorCollection[]> {
    const found = await Promise.all((await this.collections.all()).map((collection) => this.tenant(collection, scope)));
    return found.filter((tenant) => tenant !== undefined);
  }
}
