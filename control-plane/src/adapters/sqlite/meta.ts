import { query, type Database } from './database.ts';

/** Small values of the installation: salts, wrapped keys, versions. Durable when `set` resolves. */
export interface Meta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

export class SqliteMeta implements Meta {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.database.get(query.selectFrom('meta').select('value').where('key', '=', key))?.value);
  }

  async set(key: string, value: string): Promise<void> {
    this.database.run(
      query
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value })),
    );
    return Promise.resolve();
  }
}
