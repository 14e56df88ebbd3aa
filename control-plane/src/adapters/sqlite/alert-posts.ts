import type { AlertPost, PostQueue } from '../../alerts/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { elements, query, type Database } from './database.ts';
import type { AlertPostTable } from './schema.ts';
import { keyOf, scopeOf } from './scope.ts';

const toPost = (row: AlertPostTable): AlertPost => ({
  id: row.id,
  scope: scopeOf(row.scope),
  alertId: row.alert_id,
  target: row.target,
  host: row.host,
  key: row.key,
  body: row.body,
  attempts: row.attempts,
  state: row.state as AlertPost['state'],
  reason: row.reason,
  createdAtMs: row.created_at_ms,
  settledAtMs: row.settled_at_ms,
});

export class SqliteAlertPosts implements PostQueue {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async take(nowMs: number, limit: number): Promise<readonly AlertPost[]> {
    const waiting = query.selectFrom('alert_posts').selectAll().where('state', '=', 'waiting');
    return Promise.resolve(
      this.database.all(waiting.where('due_at_ms', '<=', Math.trunc(nowMs)).orderBy('due_at_ms').orderBy('id').limit(limit)).map(toPost),
    );
  }

  async settle(
    id: string,
    { state, reason, atMs }: { readonly state: 'delivered' | 'dropped'; readonly reason: string | null; readonly atMs: number },
  ): Promise<void> {
    // What was told is in the explanation; that it was told is enough here.
    const settled = { state, reason, settled_at_ms: Math.trunc(atMs), body: '' };
    this.database.run(query.updateTable('alert_posts').set(settled).where('id', '=', id));
    return Promise.resolve();
  }

  async putOff(id: string, { dueMs, reason }: { readonly dueMs: number; readonly reason: string }): Promise<void> {
    this.database.run(
      query
        .updateTable('alert_posts')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), due_at_ms: Math.trunc(dueMs), reason }))
        .where('id', '=', id),
    );
    return Promise.resolve();
  }

  async trim(limit: number, atMs: number): Promise<number> {
    const ids = this.database
      .prepare("SELECT id FROM alert_posts WHERE state = 'waiting' ORDER BY created_at_ms DESC, id DESC LIMIT -1 OFFSET ?")
      .all(limit)
      .map((row) => String(row['id']));
    if (ids.length === 0) return Promise.resolve(0);
    const dropped = { state: 'dropped', reason: 'full', settled_at_ms: Math.trunc(atMs), body: '' };
    return Promise.resolve(this.database.run(query.updateTable('alert_posts').set(dropped).where('id', 'in', elements(ids))));
  }

  async of(scope: Scope, alertId: string): Promise<readonly AlertPost[]> {
    const mine = query.selectFrom('alert_posts').selectAll().where('scope', '=', keyOf(scope)).where('alert_id', '=', alertId);
    return Promise.resolve(this.database.all(mine.orderBy('created_at_ms', 'desc').orderBy('id').limit(100)).map(toPost));
  }
}
