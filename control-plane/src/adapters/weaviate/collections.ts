import weaviate, { type Collection } from 'weaviate-client';
import type { Connection } from './connection.ts';
import { COLLECTION_PREFIX, collectionOf } from './names.ts';

/** What stands beside a vector: references and what is filtered by. Never a text. */
export type Properties = {
  requestId: string;
  threadId: string;
  principal?: string;
  kind: 'prompt' | 'answer';
  /** Epoch milliseconds. */
  at: number;
};

export type VectorCollection = Collection<Properties>;

const text = (name: string) => ({ name, dataType: 'text', tokenization: 'field', indexFilterable: true, indexSearchable: false }) as const;

/** The collections, one a model, made when the first vector of a model is stored. */
export class Collections {
  private readonly connection: Connection;
  private readonly known = new Map<string, Promise<VectorCollection>>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Makes the collection where it is missing; several replicas may do so at once. */
  async provide(model: string): Promise<VectorCollection> {
    const name = collectionOf(model);
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const made = this.create(name);
    this.known.set(name, made);
    // A failed attempt must not be remembered.
    made.catch(() => this.known.delete(name));
    return made;
  }

  /** The collection of a model, if there is one. */
  async find(model: string): Promise<VectorCollection | undefined> {
    const name = collectionOf(model);
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const { collections } = this.connection.client;
    if (!(await this.connection.run(() => collections.exists(name)))) return undefined;
    const found = collections.use<string, Properties>(name);
    this.known.set(name, Promise.resolve(found));
    return found;
  }

  /** Those of every model. */
  async all(): Promise<readonly VectorCollection[]> {
    const { collections } = this.connection.client;
    const found = await this.connection.run(() => collections.listAll());
    return found.filter(({ name }) => name.startsWith(COLLECTION_PREFIX)).map(({ name }) => collections.use<string, Properties>(name));
  }

  /** Removes the collection of a model, with all tenants in it; fine where there is none. Answers its name. */
  async remove(model: string): Promise<string> {
    const name = collectionOf(model);
    const { collections } = this.connection.client;
    await this.connection.run(async () => {
      if (await collections.exists(name)) await collections.delete(name);
    });
    this.known.delete(name);
    return name;
  }

  private async create(name: string): Promise<VectorCollection> {
    const { collections } = this.connection.client;
    return this.connection.run(async () => {
      if (await collections.exists(name)) return collections.use<string, Properties>(name);
      const { configure } = weaviate;
      try {
        await collections.create({
          name,
          multiTenancy: configure.multiTenancy({ enabled: true, autoTenantCreation: true, autoTenantActivation: true }),
          properties: [
            text('requestId'),
            text('threadId'),
            text('principal'),
            text('kind'),
            { name: 'at', dataType: 'int', indexFilterable: true, indexRangeFilters: true },
          ],
          vectorizers: configure.vectors.selfProvided({
            vectorIndexConfig: configure.vectorIndex.hnsw({ distanceMetric: 'cosine' }),
          }),
        });
      } catch (error) {
        if (!(await collections.exists(name))) throw error;
      }
      return collections.use<string, Properties>(name);
    });
  }
}
