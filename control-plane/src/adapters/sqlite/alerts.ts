import type { Alert, AlertStore, SegmentCount, SegmentCounts } from '../../alerts/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { query, type Database } from './database.ts';
import type { AlertTable } from './schema.ts';
import { keyOf } from './scope.ts';

const toAlert = (row: AlertTable): Alert => ({
  id: row.id,
  status: row.status as Alert['status'],
  name: row.name,
  labels: JSON.parse(row.labels) as Record<string, string>,
  startsAtMs: row.starts_at_ms,
  endsAtMs: row.ends_at_ms,
  receivedAtMs: row.received_at_ms,
});

export class SqliteAlerts implements AlertStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async save(scope: Scope, alerts: readonly Alert[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const alert of alerts) {
        const row = {
          status: alert.status,
          name: alert.name,
          labels: JSON.stringify(alert.labels),
          starts_at_ms: Math.trunc(alert.startsAtMs),
          ends_at_ms: alert.endsAtMs === null ? null : Math.trunc(alert.endsAtMs),
          received_at_ms: Math.trunc(alert.receivedAtMs),
        };
        this.database.run(
          query
            .insertInto('alerts')
            .values({ scope: key, id: alert.id, ...row })
            .onConflict((conflict) => conflict.columns(['scope', 'id']).doUpdateSet(row)),
        );
      }
    });
    return Promise.resolve();
  }

  async list(scope: Scope, limit: number): Promise<readonly Alert[]> {
    const rows = this.database.all(
      query
        .selectFrom('alerts')
        .selectAll()
        .where('scope', '=', keyOf(scope))
        .orderBy('starts_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit),
    );
    return Promise.resolve(rows.map(toAlert));
  }

  async find(scope: Scope, id: string): Promise<Alert | undefined> {
    const row = this.database.get(query.selectFrom('alerts').selectAll().where('scope', '=', keyOf(scope)).where('id', '=', id));
    return Promise.resolve(row === undefined ? undefined : toAlert(row));
  }
}

// A topic belongs to a thread and stands on the request that brought it in; an incident counts requests.
const COLUMNS: Readonly<Record<SegmentCount['dimension'], string>> = {
  model: 'r.model',
  position: 'r.position',
  intent: 'r.intent',
  method: 'r.method',
  outcome: `CASE WHEN r.blocked = 1 THEN 'blocked' ELSE r.outcome END`,
  topic: 't.topic_id',
};
/** Values of one dimension that are counted, the most frequent: senders choose model names. */
const MAX_VALUES = 200;

const countBy = (column: string): string => `SELECT ${column} AS value, count(*) AS requests
  FROM requests r JOIN threads t ON t.scope = r.scope AND t.id = r.thread_id
  WHERE r.scope = ? AND r.at >= ? AND r.at < ? AND ${column} IS NOT NULL
  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_VALUES}`;
const TOTAL = 'SELECT count(*) AS n FROM requests WHERE scope = ? AND at >= ? AND at < ?';

export class SqliteSegmentCounts implements SegmentCounts {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async between(
    scope: Scope,
    fromMs: number,
    toMs: number,
  ): Promise<{ readonly total: number; readonly segments: readonly SegmentCount[] }> {
    const bounds = [keyOf(scope), fromMs / 1_000, toMs / 1_000] as const;
    const dimensions = Object.keys(COLUMNS) as SegmentCount['dimension'][];
    const segments = dimensions.flatMap((dimension) =>
      this.database
        .prepare(countBy(COLUMNS[dimension]))
        .all(...bounds)
        .map((row) => ({ dimension, value: row['value'] as string, requests: Number(row['requests']) })),
    );
    return Promise.resolve({ total: Number(this.database.prepare(TOTAL).get(...bounds)?.['n']), segments });
  }
}
