import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Alert, AlertDesk, AlertSettings, AlertStore, Explanation, FindingThread, ListedAlert, NewPost } from '../../alerts/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { query, type Database } from './database.ts';
import type { AlertTable } from './schema.ts';
import { keyOf, scopeOf } from './scope.ts';

const toAlert = (row: AlertTable): Alert => ({
  id: row.id,
  status: row.status as Alert['status'],
  name: row.name,
  labels: JSON.parse(row.labels) as Record<string, string>,
  startsAtMs: row.starts_at_ms,
  endsAtMs: row.ends_at_ms,
  receivedAtMs: row.received_at_ms,
  heardAtMs: row.heard_at_ms,
  settings: JSON.parse(row.settings) as AlertSettings,
});

export class SqliteAlerts implements AlertStore, AlertDesk {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async save(scope: Scope, alerts: readonly Alert[]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      for (const alert of alerts) this.saveOne(key, alert);
    });
    return Promise.resolve();
  }

  private saveOne(scope: string, alert: Alert): void {
    const known = this.database.get(query.selectFrom('alerts').selectAll().where('scope', '=', scope).where('id', '=', alert.id));
    const heardAtMs = Math.trunc(alert.heardAtMs);
    const row = {
      status: alert.status,
      name: alert.name,
      labels: JSON.stringify(alert.labels),
      starts_at_ms: Math.trunc(alert.startsAtMs),
      ends_at_ms: alert.endsAtMs === null ? null : Math.trunc(alert.endsAtMs),
      heard_at_ms: heardAtMs,
      settings: JSON.stringify(alert.settings),
    };
    const dueAtMs = Math.trunc(this.clock.nowMs());
    if (known === undefined) {
      const first = { scope, id: alert.id, received_at_ms: Math.trunc(alert.receivedAtMs), due_at_ms: dueAtMs };
      this.database.run(query.insertInto('alerts').values({ ...first, ...row }));
      return;
    }
    if (known.status === 'resolved' && alert.status === 'firing') return;
    const isNews = known.status !== row.status || known.ends_at_ms !== row.ends_at_ms || known.settings !== row.settings;
    // One that nobody had spoken of for long is looked at again.
    const due = isNews || (alert.status === 'firing' && known.due_at_ms === null) ? dueAtMs : known.due_at_ms;
    const mine = query.updateTable('alerts').where('scope', '=', scope).where('id', '=', alert.id);
    this.database.run(mine.set({ ...row, heard_at_ms: Math.max(heardAtMs, known.heard_at_ms), due_at_ms: due }));
  }

  async list(
    scope: Scope,
    {
      limit,
      cursor,
      status,
    }: { readonly limit: number; readonly cursor?: string | undefined; readonly status?: Alert['status'] | undefined },
  ): Promise<{ readonly items: readonly ListedAlert[]; readonly next: string | null }> {
    let found = query
      .selectFrom('alerts')
      .leftJoin('alert_explanations as e', (join) => join.onRef('e.scope', '=', 'alerts.scope').onRef('e.alert_id', '=', 'alerts.id'))
      .selectAll('alerts')
      .select('e.explanation')
      .where('alerts.scope', '=', keyOf(scope))
      .orderBy('starts_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (status !== undefined) found = found.where('status', '=', status);
    if (cursor !== undefined) {
      const { at, id } = decodeCursor(cursor);
      found = found.where(sql<boolean>`(starts_at_ms, id) < (${at}, ${id})`);
    }
    const rows = this.database.all(found);
    const items = rows.slice(0, limit).map((row) => ({
      alert: toAlert(row),
      explanation: row.explanation === null ? undefined : (JSON.parse(row.explanation) as Explanation),
    }));
    const last = items.at(-1)?.alert;
    const next = rows.length > limit && last ? encodeCursor({ at: last.startsAtMs, id: last.id }) : null;
    return Promise.resolve({ items, next });
  }

  async find(scope: Scope, id: string): Promise<Alert | undefined> {
    const row = this.database.get(query.selectFrom('alerts').selectAll().where('scope', '=', keyOf(scope)).where('id', '=', id));
    return Promise.resolve(row === undefined ? undefined : toAlert(row));
  }

  async due(nowMs: number, limit: number): Promise<readonly { readonly scope: Scope; readonly alert: Alert }[]> {
    const rows = this.database.all(
      query.selectFrom('alerts').selectAll().where('due_at_ms', '<=', Math.trunc(nowMs)).orderBy('due_at_ms').limit(limit),
    );
    return Promise.resolve(rows.map((row) => ({ scope: scopeOf(row.scope), alert: toAlert(row) })));
  }

  async explained(scope: Scope, alert: Alert, found: Parameters<AlertDesk['explained']>[2]): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      const mine = { scope: key, alert_id: alert.id };
      const now = this.database.get(query.selectFrom('alerts').select('status').where('scope', '=', key).where('id', '=', alert.id));
      if (now === undefined) return;
      const explanation = JSON.stringify(found.explanation);
      this.database.run(
        query
          .insertInto('alert_explanations')
          .values({ ...mine, explanation })
          .onConflict((conflict) => conflict.columns(['scope', 'alert_id']).doUpdateSet({ explanation })),
      );
      this.database.run(query.deleteFrom('alert_threads').where('scope', '=', key).where('alert_id', '=', alert.id));
      found.threads.forEach(({ finding, threadId, person }, place) => {
        this.database.run(query.insertInto('alert_threads').values({ ...mine, finding, place, thread_id: threadId, principal: person }));
      });
      for (const post of found.posts) this.enqueue(mine, post);
      if (now.status !== alert.status) return;
      const due = found.nextMs === null ? null : Math.trunc(found.nextMs);
      this.database.run(query.updateTable('alerts').set({ due_at_ms: due }).where('scope', '=', key).where('id', '=', alert.id));
    });
    return Promise.resolve();
  }

  private enqueue(mine: { readonly scope: string; readonly alert_id: string }, { target, host, key, body }: NewPost): void {
    const nowMs = Math.trunc(this.clock.nowMs());
    const waiting = { state: 'waiting', reason: null, attempts: 0, due_at_ms: nowMs, created_at_ms: nowMs, settled_at_ms: null };
    this.database.run(
      query
        .insertInto('alert_posts')
        .values({ id: `msg_${randomUUID()}`, ...mine, target, host, key, body, ...waiting })
        .onConflict((conflict) => conflict.columns(['scope', 'alert_id', 'target', 'key']).doNothing()),
    );
  }

  async explanation(
    scope: Scope,
    id: string,
  ): Promise<{ readonly explanation: Explanation; readonly threads: readonly FindingThread[] } | undefined> {
    const key = keyOf(scope);
    const row = this.database.get(
      query.selectFrom('alert_explanations').select('explanation').where('scope', '=', key).where('alert_id', '=', id),
    );
    if (row === undefined) return Promise.resolve(undefined);
    const threads = this.database.all(
      query
        .selectFrom('alert_threads')
        .select(['finding', 'thread_id as threadId', 'principal as person'])
        .where('scope', '=', key)
        .where('alert_id', '=', id)
        .orderBy('place'),
    );
    return Promise.resolve({ explanation: JSON.parse(row.explanation) as Explanation, threads });
  }
}
