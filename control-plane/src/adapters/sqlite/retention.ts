import { sql } from 'kysely';
import type { Scope } from '../../kernel/index.ts';
import type { Purgeable } from '../../retention/index.ts';
import { elements, query, type Database } from './database.ts';
import { keepRuns, removeRequests, removeTexts, type Leaving } from './removal.ts';
import { keyOf, scopeOf } from './scope.ts';
import type { SqliteVectors } from './vectors.ts';

const SCOPES = `SELECT scope FROM threads UNION SELECT scope FROM vectors UNION SELECT scope FROM past_runs
  UNION SELECT scope FROM run_identities UNION SELECT scope FROM alerts UNION SELECT scope FROM vault_values
  UNION SELECT scope FROM feedback UNION SELECT scope FROM link_verdicts UNION SELECT scope FROM repairs`;

export class SqliteRetention implements Purgeable {
  private readonly database: Database;
  private readonly vectors: SqliteVectors;

  constructor(database: Database, vectors: SqliteVectors) {
    this.database = database;
    this.vectors = vectors;
  }

  async scopes(): Promise<readonly Scope[]> {
    return Promise.resolve(
      this.database
        .prepare(SCOPES)
        .all()
        .map((row) => scopeOf(row['scope'] as string)),
    );
  }

  async purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    // A comment has an age of its own.
    const comments = query.deleteFrom('feedback').where('scope', '=', keyOf(scope)).where('kind', '=', 'comment');
    this.database.shred(() => this.database.run(comments.where('at_ms', '<', Math.trunc(beforeMs))));
    const reasons = query.updateTable('repairs').set({ reason: null, undo_reason: null }).where('scope', '=', keyOf(scope));
    this.database.shred(() => this.database.run(reasons.where('at_ms', '<', Math.trunc(beforeMs)).where('reason', 'is not', null)));
    const hasText = sql<boolean>`(prompt IS NOT NULL OR answer IS NOT NULL)`;
    return this.purge(scope, beforeMs, limit, hasText, (key, rows) => removeTexts(this.database, key, rows));
  }

  async purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    return this.vectors.removeBefore(scope, beforeMs, limit);
  }

  async purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const removed = await this.purge(scope, beforeMs, limit, sql<boolean>`true`, (key, rows) => {
      keepRuns(this.database, key, rows, { withTrace: true });
      removeRequests(this.database, key, rows);
    });
    if (removed > 0) this.vectors.forget(scope);
    this.database.run(query.deleteFrom('alerts').where('scope', '=', keyOf(scope)).where('starts_at_ms', '<', Math.trunc(beforeMs)));
    this.database.run(query.deleteFrom('feedback').where('scope', '=', keyOf(scope)).where('at_ms', '<', Math.trunc(beforeMs)));
    this.purgeLinking(keyOf(scope), beforeMs);
    return removed;
  }

  /** What was said of the linking of requests goes with them. A repair stays while a request that it moved does. */
  private purgeLinking(scope: string, beforeMs: number): void {
    for (const table of ['link_verdicts', 'repair_moves', 'repair_contradictions'] as const) {
      this.database.run(
        query
          .deleteFrom(table)
          .where('scope', '=', scope)
          .where('at', '<', beforeMs / 1_000),
      );
    }
    const moved = query.selectFrom('repair_moves').select('repair_id').where('scope', '=', scope);
    this.database.run(
      query.deleteFrom('repairs').where('scope', '=', scope).where('at_ms', '<', Math.trunc(beforeMs)).where('id', 'not in', moved),
    );
  }

  async purgeVault(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const oldest = query
      .selectFrom('vault_values')
      .select('seq')
      .where('scope', '=', key)
      .where('at_ms', '<', Math.trunc(beforeMs))
      .orderBy('at_ms')
      .limit(limit);
    const isDue = this.database.get(oldest) !== undefined;
    if (!isDue) return Promise.resolve(0);
    return Promise.resolve(
      this.database.shred(() => {
        const gone = this.database.run(query.deleteFrom('vault_values').where('seq', 'in', oldest));
        const held = query.selectFrom('vault_values').select('principal').where('scope', '=', key);
        this.database.run(query.deleteFrom('vault_keys').where('scope', '=', key).where('principal', 'not in', held));
        return gone;
      }),
    );
  }

  async purgeRuns(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const oldest = query
      .selectFrom('past_runs')
      .select('seq')
      .where('scope', '=', keyOf(scope))
      .where('at', '<', beforeMs / 1_000)
      .orderBy('at')
      .limit(limit);
    const past = this.database.run(query.deleteFrom('past_runs').where('seq', 'in', oldest));
    // The log keeps the leaf, which says nothing by itself.
    const proofs = query
      .selectFrom('run_identities')
      .select('seq')
      .where('scope', '=', keyOf(scope))
      .where('at', '<', beforeMs / 1_000)
      .orderBy('at')
      .limit(limit);
    const identities = this.database.run(query.deleteFrom('run_identities').where('seq', 'in', proofs));
    // Requests that are kept longer than the identity of their runs.
    const live = await this.purge(scope, beforeMs, limit - past, sql<boolean>`run_id IS NOT NULL`, (_key, rows) => {
      this.database.run(
        query
          .updateTable('requests')
          .set({ run_id: null, sample: sql`json_remove(sample, '$.runId', '$.composition')` })
          .where('seq', 'in', elements(rows.map(({ seq }) => seq))),
      );
    });
    // The greater: fewer than `limit` then means that neither has any left.
    return Math.max(past + live, identities);
  }

  private purge(
    scope: Scope,
    beforeMs: number,
    limit: number,
    condition: ReturnType<typeof sql<boolean>>,
    remove: (key: string, rows: readonly Leaving[]) => void,
  ): Promise<number> {
    const key = keyOf(scope);
    const due = query
      .selectFrom('requests')
      .select(['seq', 'id', 'thread_id'])
      .where('scope', '=', key)
      .where('at', '<', beforeMs / 1_000)
      .where(condition)
      .orderBy('at')
      .limit(limit);
    const rows = limit > 0 ? this.database.all(due) : [];
    if (rows.length > 0) this.database.shred(() => remove(key, rows));
    return Promise.resolve(rows.length);
  }
}
