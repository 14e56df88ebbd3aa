import type { Deploy, DeployStore, TimeRange } from '../../alerts/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { query, type Database } from './database.ts';
import { keyOf } from './scope.ts';

export class SqliteDeploys implements DeployStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async add(scope: Scope, deploys: readonly Deploy[]): Promise<void> {
    this.database.transaction(() => {
      for (const { id, atMs, service, version } of deploys) {
        const row = { scope: keyOf(scope), id, at_ms: Math.trunc(atMs), service, version };
        this.database.run(
          query
            .insertInto('deploys')
            .values(row)
            .onConflict((conflict) => conflict.columns(['scope', 'id']).doNothing()),
        );
      }
    });
    return Promise.resolve();
  }

  async list(scope: Scope, { fromMs, toMs }: TimeRange, limit: number): Promise<readonly Deploy[]> {
    const rows = this.database.all(
      query
        .selectFrom('deploys')
        .select(['id', 'at_ms as atMs', 'service', 'version'])
        .where('scope', '=', keyOf(scope))
        .where('at_ms', '>=', Math.trunc(fromMs))
        .where('at_ms', '<', Math.trunc(toMs))
        .orderBy('at_ms', 'desc')
        .orderBy('id')
        .limit(limit),
    );
    return Promise.resolve(rows);
  }

  /** Gateway processes that began in the time, as far as their runs were counted. */
  async gateways(scope: Scope, { fromMs, toMs }: TimeRange): Promise<readonly { readonly id: string; readonly atMs: number }[]> {
    const rows = this.database
      .prepare(
        'SELECT epoch, first_seen_ms FROM counter_epochs WHERE scope = ? AND first_seen_ms >= ? AND first_seen_ms < ? ORDER BY first_seen_ms DESC LIMIT 50',
      )
      .all(keyOf(scope), Math.trunc(fromMs), Math.trunc(toMs));
    return Promise.resolve(rows.map((row) => ({ id: String(row['epoch']), atMs: Number(row['first_seen_ms']) })));
  }
}
