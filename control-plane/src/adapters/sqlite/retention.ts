import { setImmediate as othersFirst } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { Scope } from '../../kernel/index.ts';
import type { AgedClass, AgeLimits, Purgeable, PurgeCounts, RetainedClass, RetentionReader } from '../../retention/index.ts';
import { agedIn, PLACES } from './aged.ts';
import type { AuditWriter } from './audit.ts';
import { elements, query, type Database } from './database.ts';
import { heldIn, isHeld, OF_REQUEST, REQUEST } from './holds.ts';
import { PurgeTally } from './purge-tally.ts';
import { keepRuns, removeRequests, removeTexts, type Leaving } from './removal.ts';
import { keyOf, scopeOf } from './scope.ts';
import type { SqliteVectors } from './vectors.ts';

const SCOPES = `SELECT scope FROM threads UNION SELECT scope FROM vectors UNION SELECT scope FROM past_runs
  UNION SELECT scope FROM run_identities UNION SELECT scope FROM alerts UNION SELECT scope FROM vault_values
  UNION SELECT scope FROM deploys UNION SELECT scope FROM feedback UNION SELECT scope FROM link_verdicts UNION SELECT scope FROM repairs`;

export class SqliteRetention implements Purgeable, RetentionReader {
  private readonly database: Database;
  private readonly vectors: SqliteVectors;
  private readonly tally: PurgeTally;

  constructor(database: Database, vectors: SqliteVectors, audit: AuditWriter) {
    this.database = database;
    this.tally = new PurgeTally(database, audit);
    this.vectors = vectors;
  }

  async scopes(): Promise<readonly Scope[]> {
    const stored = this.database.prepare(SCOPES).all();
    const keys = new Set([...stored.map((row) => String(row['scope'])), ...this.tally.scopes().map(keyOf)]);
    return Promise.resolve([...keys].map(scopeOf));
  }

  tell(scope: Scope, seen: PurgeCounts): Promise<PurgeCounts> {
    return Promise.resolve(this.tally.tell(scope, seen));
  }

  async purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    // A comment has an age of its own.
    const before = Math.trunc(beforeMs);
    const comments = query.deleteFrom('feedback').where('scope', '=', key).where('kind', '=', 'comment').where('at_ms', '<', before);
    const spared = held === 'some' ? comments.where(sql<boolean>`NOT ${feedbackHeld(key)}`) : comments;
    this.database.run(spared);
    const old = query.updateTable('repairs').set({ reason: null, undo_reason: null }).where('scope', '=', key).where('at_ms', '<', before);
    const reasons = held === 'some' ? old.where(sql<boolean>`NOT ${repairHeld(key)}`) : old;
    this.database.run(reasons.where('reason', 'is not', null));
    const hasText = sql<boolean>`(prompt IS NOT NULL OR answer IS NOT NULL)`;
    return this.purge(scope, beforeMs, limit, hasText, (rows) => {
      removeTexts(this.database, key, rows);
      this.tally.add(key, 'texts', rows.length);
    });
  }

  async purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const spared = held === 'some' ? isHeld(key, 'vectors', OF_REQUEST) : undefined;
    return this.vectors.removeBefore(scope, beforeMs, limit, spared, (removed) => this.tally.add(key, 'vectors', removed));
  }

  async purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const removed = await this.purge(scope, beforeMs, limit, sql<boolean>`true`, (rows) => {
      keepRuns(this.database, key, rows, { withTrace: true });
      removeRequests(this.database, key, rows);
      this.tally.add(key, 'requests', rows.length);
    });
    if (removed > 0) this.vectors.forget(scope);
    const before = Math.trunc(beforeMs);
    this.database.run(query.deleteFrom('topic_changes').where('scope', '=', key).where('at_ms', '<', before));
    this.database.run(query.deleteFrom('alerts').where('scope', '=', key).where('starts_at_ms', '<', before));
    this.database.run(query.deleteFrom('deploys').where('scope', '=', key).where('at_ms', '<', before));
    const feedback = query.deleteFrom('feedback').where('scope', '=', key).where('at_ms', '<', before);
    this.database.run(held === 'some' ? feedback.where(sql<boolean>`NOT ${feedbackHeld(key)}`) : feedback);
    this.database.run(query.deleteFrom('holds').where('scope', '=', key).where('lifted_at_ms', '<', before));
    this.purgeLinking(key, beforeMs, held === 'some');
    return removed;
  }

  /** What was said of the linking of requests goes with them. A repair stays while a request that it moved does. */
  private purgeLinking(scope: string, beforeMs: number, someAreHeld: boolean): void {
    for (const table of ['link_verdicts', 'repair_moves', 'repair_contradictions'] as const) {
      const old = query
        .deleteFrom(table)
        .where('scope', '=', scope)
        .where('at', '<', beforeMs / 1_000);
      this.database.run(someAreHeld ? old.where(sql<boolean>`NOT ${isHeld(scope, table, OF_REQUEST)}`) : old);
    }
    const moved = query.selectFrom('repair_moves').select('repair_id').where('scope', '=', scope);
    const oldRepairs = query.deleteFrom('repairs').where('scope', '=', scope).where('at_ms', '<', Math.trunc(beforeMs));
    const due = someAreHeld ? oldRepairs.where(sql<boolean>`NOT ${repairHeld(scope)}`) : oldRepairs;
    this.database.run(due.where('id', 'not in', moved));
  }

  async purgeVault(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const old = query.selectFrom('vault_values').select('seq').where('scope', '=', key).where('at_ms', '<', Math.trunc(beforeMs));
    const due = held === 'some' ? old.where(sql<boolean>`NOT ${isHeld(key, 'vault_values', OF_REQUEST)}`) : old;
    const oldest = due.orderBy('at_ms').limit(limit);
    const isDue = this.database.get(oldest) !== undefined;
    if (!isDue) return Promise.resolve(0);
    return this.ended(
      limit,
      this.database.sweep(() => {
        const gone = this.database.run(query.deleteFrom('vault_values').where('seq', 'in', oldest));
        const held = query.selectFrom('vault_values').select('principal').where('scope', '=', key);
        this.database.run(query.deleteFrom('vault_keys').where('scope', '=', key).where('principal', 'not in', held));
        this.tally.add(key, 'vault', gone);
        return gone;
      }),
    );
  }

  async purgeRuns(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const before = beforeMs / 1_000;
    const gone = query.selectFrom('past_runs').select('seq').where('scope', '=', key).where('at', '<', before);
    const oldest = gone.orderBy('at').limit(limit);
    // The log keeps the leaf, which says nothing by itself.
    const proven = query.selectFrom('run_identities').select('seq').where('scope', '=', key).where('at', '<', before);
    const isOfHeld = sql<boolean>`EXISTS (SELECT 1 FROM requests r WHERE r.scope = ${key} AND r.id = run_identities.request_id
      AND ${isHeld(key, 'r', REQUEST)})`;
    const proofs = (held === 'some' ? proven.where(sql<boolean>`NOT ${isOfHeld}`) : proven).orderBy('at').limit(limit);
    const [past, identities] = this.database.sweep(() => {
      const counts = [
        this.database.run(query.deleteFrom('past_runs').where('seq', 'in', oldest)),
        this.database.run(query.deleteFrom('run_identities').where('seq', 'in', proofs)),
      ] as const;
      this.tally.add(key, 'runs', Math.max(...counts));
      return counts;
    });
    // Requests that are kept longer than the identity of their runs.
    const live = await this.purge(scope, beforeMs, limit - past, sql<boolean>`run_id IS NOT NULL`, (rows) => {
      this.database.run(
        query
          .updateTable('requests')
          .set({ run_id: null, sample: sql`json_remove(sample, '$.runId', '$.composition')`, packed: sql`without_run(packed)` })
          .where('seq', 'in', elements(rows.map(({ seq }) => seq))),
      );
      this.tally.add(key, 'runs', Math.max(past + rows.length, identities) - Math.max(past, identities));
    });
    // The greater: fewer than `limit` then means that neither has any left.
    return Math.max(past + live, identities);
  }

  /** The oldest that are due and that no hold keeps. */
  private purge(
    scope: Scope,
    beforeMs: number,
    limit: number,
    condition: RawBuilder<boolean>,
    remove: (rows: readonly Leaving[]) => void,
  ): Promise<number> {
    const key = keyOf(scope);
    const due = query
      .selectFrom('requests')
      .select(['seq', 'id', 'thread_id'])
      .where('scope', '=', key)
      .where('at', '<', beforeMs / 1_000)
      .where(condition);
    const mine = heldIn(this.database, key) === 'some' ? due.where(sql<boolean>`NOT ${REQUEST_HELD(key)}`) : due;
    const rows = limit > 0 ? this.database.all(mine.orderBy('at').limit(limit)) : [];
    if (rows.length > 0) this.database.sweep(() => remove(rows));
    return this.ended(limit, rows.length);
  }

  /** The last batch of a pass takes along what the log of the file still holds of those before. */
  private ended(limit: number, removed: number): Promise<number> {
    if (removed < limit) this.database.endSweep();
    return Promise.resolve(removed);
  }

  async aged(scope: Scope, dueBeforeMs: AgeLimits): Promise<Readonly<Record<RetainedClass, AgedClass>>> {
    const found: Partial<Record<RetainedClass, AgedClass>> = {};
    for (const [name, limits] of Object.entries(dueBeforeMs) as [RetainedClass, AgeLimits[RetainedClass]][]) {
      found[name] = agedIn(this.database, keyOf(scope), PLACES[name], limits);
      await othersFirst();
    }
    return found as Record<RetainedClass, AgedClass>;
  }
}

const REQUEST_HELD = (key: string): RawBuilder<boolean> => isHeld(key, 'requests', REQUEST);
const repairHeld = (key: string): RawBuilder<boolean> => sql<boolean>`(${isHeld(key, 'repairs', { principal: 'principal' })}
  OR EXISTS (SELECT 1 FROM repair_moves m WHERE m.scope = ${key} AND m.repair_id = repairs.id
    AND ${isHeld(key, 'm', OF_REQUEST)}))`;
/** Feedback on a thread names no request. */
const feedbackHeld = (key: string): RawBuilder<boolean> => sql<boolean>`(${isHeld(key, 'feedback', OF_REQUEST)}
  OR EXISTS (SELECT 1 FROM held_requests t JOIN requests r ON r.scope = t.scope AND r.id = t.request_id
    WHERE t.scope = ${key} AND r.thread_id = feedback.thread_id))`;
