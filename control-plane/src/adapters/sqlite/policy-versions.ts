import type { PolicyVersion, PolicyVersions } from '../../policies/index.ts';
import { query, type Database } from './database.ts';
import type { PolicyVersionTable } from './schema.ts';

const toVersion = (row: Omit<PolicyVersionTable, 'text'>): PolicyVersion => ({
  version: row.version,
  digest: row.digest,
  atMs: row.at_ms,
  actor: row.actor,
  reason: row.reason,
});

export class SqlitePolicyVersions implements PolicyVersions {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async add({ digest, text, atMs, actor, reason }: Omit<PolicyVersion, 'version'> & { readonly text: string }): Promise<number> {
    const version = this.database.transaction(() => {
      const next = (this.newest(1)[0]?.version ?? 0) + 1;
      const row = { version: next, digest, text, at_ms: Math.trunc(atMs), actor, reason };
      this.database.run(query.insertInto('policy_versions').values(row));
      return next;
    });
    return Promise.resolve(version);
  }

  async list(limit: number): Promise<readonly PolicyVersion[]> {
    return Promise.resolve(this.newest(limit).map(toVersion));
  }

  async find(version: number): Promise<(PolicyVersion & { readonly text: string }) | undefined> {
    const row = this.database.get(query.selectFrom('policy_versions').selectAll().where('version', '=', version));
    return Promise.resolve(row && { ...toVersion(row), text: row.text });
  }

  private newest(limit: number) {
    return this.database.all(
      query.selectFrom('policy_versions').select(['version', 'digest', 'at_ms', 'actor', 'reason']).orderBy('version', 'desc').limit(limit),
    );
  }
}
