import type { AuditEntry } from '../../kernel/index.ts';
import type { AuditWriter } from './audit.ts';
import { query, type Database } from './database.ts';

/** Small values of the installation: salts, wrapped keys, versions. Durable when `set` resolves. */
export interface Meta {
  get(key: string): Promise<string | undefined>;
  /** With an entry of the audit log in the same transaction, where one is given. */
  set(key: string, value: string, audit?: AuditEntry): Promise<void>;
}

export class SqliteMeta implements Meta {
  private readonly database: Database;
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  async get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.database.get(query.selectFrom('meta').select('value').where('key', '=', key))?.value);
  }

  async set(key: string, value: string, audit?: AuditEntry): Promise<void> {
    const put = query
      .insertInto('meta')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }));
    this.database.transaction(() => {
      this.database.run(put);
      this.audit.add(audit);
    });
    return Promise.resolve();
  }
}
