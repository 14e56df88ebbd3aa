import { setImmediate as othersFirst } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { Scope } from '../../kernel/index.ts';
import type { AgedClass, AgeLimits, BesideClass, Purgeable, PurgeCounts, RetainedClass, RetentionReader } from '../../retention/index.ts';
import { removeBeside } from './aged-beside.ts';
import { agedIn, PLACES } from './aged.ts';
import type { AuditWriter } from './audit.ts';
import type { Checkpointer } from './checkpointer.ts';
import { cutThread, noteCutThread } from './cut-thread.ts';
import { elements, query, type Database } from './database.ts';
import { heldIn, isHeld, OF_REQUEST, REQUEST } from './holds.ts';
import { blankGaps } from './page-gaps.ts';
import { PurgeTally } from './purge-tally.ts';
import { keepRuns, rebuildThreads, removeRequests, removeTexts, type Leaving } from './removal.ts';
import { keyOf, scopeOf } from './scope.ts';
import type { Spared } from './vector-removal.ts';
import type { SqliteVectors } from './vectors.ts';
import { mergeWords } from './word-merge.ts';

const SCOPES = `SELECT scope FROM threads UNION SELECT scope FROM vectors UNION SELECT scope FROM past_runs
  UNION SELECT scope FROM run_identities UNION SELECT scope FROM alerts UNION SELECT scope FROM vault_values
  UNION SELECT scope FROM deploys UNION SELECT scope FROM feedback UNION SELECT scope FROM link_verdicts UNION SELECT scope FROM repairs
  UNION SELECT scope FROM topic_changes UNION SELECT scope FROM holds`;

export class SqliteRetention implements Purgeable, RetentionReader {
  private readonly database: Database;
  private readonly vectors: SqliteVectors;
  /** Of vectors elsewhere, what they are counted by. */
  readonly tally: PurgeTally;
  private readonly checkpointer: Checkpointer;

  constructor(database: Database, vectors: SqliteVectors, audit: AuditWriter, checkpointer: Checkpointer) {
    this.database = database;
    this.tally = new PurgeTally(database, audit);
    this.vectors = vectors;
    this.checkpointer = checkpointer;
  }

  async scopes(): Promise<readonly Scope[]> {
    const stored = this.database.prepare(SCOPES).all();
    const keys = new Set([...stored.map((row) => String(row['scope'])), ...this.tally.scopes().map(keyOf)]);
    return Promise.resolve([...keys].map(scopeOf));
  }

  tell(scope: Scope, seen: PurgeCounts): Promise<PurgeCounts> {
    return Promise.resolve(this.tally.tell(scope, seen));
  }

  room(): Promise<void> {
    return this.checkpointer.room();
  }

  async settle(isStopped: () => boolean = () => false): Promise<void> {
    const between = async (tookMs: number): Promise<boolean> => {
      await new Promise((resolve) => setTimeout(resolve, 2 * tookMs));
      return !isStopped();
    };
    await mergeWords(this.database, between);
    await blankGaps(this.database, this.checkpointer, between);
    await this.checkpointer.settle();
  }

  async purgeTexts(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const hasText = sql<boolean>`(prompt IS NOT NULL OR answer IS NOT NULL)`;
    return this.purgeThreads(scope, beforeMs, limit, hasText, (rows) => {
      removeTexts(this.database, rows);
      this.tally.add(key, 'texts', rows.length);
    });
  }

  async purgeVectors(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const spared: Spared | undefined = held === 'some' ? (table, columns) => isHeld(key, table, columns) : undefined;
    return this.vectors.removeBefore(scope, beforeMs, limit, spared, (removed) => this.tally.add(key, 'vectors', removed));
  }

  async purgeRequests(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    let gone: readonly string[] = [];
    const removed = await this.purgeThreads(scope, beforeMs, limit, sql<boolean>`true`, (rows) => {
      gone = rows.map(({ id }) => id);
      const sealed = query.selectFrom('vault_values').select('principal').distinct().where('scope', '=', key);
      const people = this.database.all(sealed.where('request_id', 'in', elements(gone)));
      keepRuns(this.database, key, rows, { withTrace: true });
      removeRequests(this.database, key, rows, { atOnce: false });
      this.forgetKeys(key, new Set(people.map(({ principal }) => principal)));
      this.tally.add(key, 'requests', rows.length);
    });
    if (removed > 0) this.vectors.drop(scope, gone);
    return removed;
  }

  async purgeBeside(scope: Scope, name: BesideClass, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const removed = this.database.sweep(() => {
      const gone = removeBeside(this.database, name, { scope: key, beforeMs, limit, someAreHeld: held === 'some' });
      this.tally.add(key, name, gone);
      return gone;
    });
    return Promise.resolve(removed);
  }

  async purgeVault(scope: Scope, beforeMs: number, limit: number): Promise<number> {
    const key = keyOf(scope);
    const held = heldIn(this.database, key);
    if (held === 'all') return Promise.resolve(0);
    const old = query.selectFrom('vault_values').select('seq').where('scope', '=', key).where('at_ms', '<', Math.trunc(beforeMs));
    const due = held === 'some' ? old.where(sql<boolean>`NOT ${isHeld(key, 'vault_values', OF_REQUEST)}`) : old;
    const oldest = due.orderBy('at_ms').limit(limit);
    return Promise.resolve(
      this.database.sweep(() => {
        const gone = this.database.all(query.deleteFrom('vault_values').where('seq', 'in', oldest).returning('principal'));
        this.forgetKeys(key, new Set(gone.map(({ principal }) => principal)));
        this.tally.add(key, 'vault', gone.length);
        return gone.length;
      }),
    );
  }

  /** Data keys of those of whom no value is left. */
  private forgetKeys(scope: string, principals: ReadonlySet<string>): void {
    const left = query.selectFrom('vault_values').select('principal').where('scope', '=', scope);
    const theirs = query.deleteFrom('vault_keys').where('scope', '=', scope);
    for (const principal of principals) {
      if (this.database.get(left.where('principal', '=', principal).limit(1)) !== undefined) continue;
      this.database.run(theirs.where('principal', '=', principal));
    }
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
    const live = this.purge(scope, beforeMs, limit - past, sql<boolean>`run_id IS NOT NULL`, (rows) => {
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

  /** Those that are due, meet the condition, and that no hold keeps. */
  private purge(
    scope: Scope,
    beforeMs: number,
    limit: number,
    condition: RawBuilder<boolean>,
    remove: (rows: readonly Leaving[]) => void,
  ): number {
    const key = keyOf(scope);
    const due = limit <= 0 ? undefined : this.dueIn(key, beforeMs, condition);
    const rows = due === undefined ? [] : this.database.all(due.limit(limit));
    if (rows.length > 0) this.database.sweep(() => remove(rows));
    return rows.length;
  }

  /** The same thread by thread, whose rows are made anew. */
  private purgeThreads(
    scope: Scope,
    beforeMs: number,
    limit: number,
    condition: RawBuilder<boolean>,
    remove: (rows: readonly Leaving[]) => void,
  ): Promise<number> {
    const key = keyOf(scope);
    const due = limit <= 0 ? undefined : this.dueIn(key, beforeMs, condition);
    const before = cutThread(this.database, key);
    const { rows, cut } = due === undefined ? NOTHING_DUE : this.byThread(due, limit, before);
    if (rows.length === 0 && before === undefined) return Promise.resolve(0);
    this.database.sweep(() => {
      if (rows.length > 0) remove(rows);
      const threads = new Set([...rows.map((row) => row.thread_id), ...(before === undefined ? [] : [before])]);
      if (cut !== undefined) threads.delete(cut);
      rebuildThreads(this.database, key, threads);
      if (cut !== before) noteCutThread(this.database, key, cut);
    });
    return Promise.resolve(rows.length);
  }

  /** The oldest first; undefined where a hold keeps all. */
  private dueIn(scope: string, beforeMs: number, condition: RawBuilder<boolean>): DueRequests | undefined {
    const held = heldIn(this.database, scope);
    if (held === 'all') return undefined;
    return requestsBefore(scope, beforeMs, held === 'some' ? sql<boolean>`${condition} AND NOT ${REQUEST_HELD(scope)}` : condition);
  }

  /**
   * The oldest, and with each what else is due of its thread: a thread's row is made anew from what is left of it, and taken
   * apart over many batches it would be made anew in each. Fewer than `limit` only where no more are due. `before`: the thread
   * that the last batch ended in.
   */
  private byThread(due: DueRequests, limit: number, before: string | undefined): DueRows {
    const oldest = this.database.all(due.limit(limit));
    if (oldest.length < limit) return { rows: oldest, cut: undefined };
    const rows: Leaving[] = [];
    for (const thread of new Set([...(before === undefined ? [] : [before]), ...oldest.map((row) => row.thread_id)])) {
      rows.push(...this.database.all(due.where('thread_id', '=', thread).limit(limit - rows.length + 1)));
      if (rows.length > limit) return { rows: rows.slice(0, limit), cut: thread };
      if (rows.length === limit) break;
    }
    return { rows, cut: undefined };
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

const requestsBefore = (scope: string, beforeMs: number, condition: RawBuilder<boolean>) =>
  query
    .selectFrom('requests')
    .select(['seq', 'id', 'thread_id'])
    .where('scope', '=', scope)
    .where('at', '<', beforeMs / 1_000)
    .where(condition)
    .orderBy('at');
type DueRequests = ReturnType<typeof requestsBefore>;

interface DueRows {
  readonly rows: readonly Leaving[];
  /** More of this thread is due. */
  readonly cut: string | undefined;
}
const NOTHING_DUE: DueRows = { rows: [], cut: undefined };

const REQUEST_HELD = (key: string): RawBuilder<boolean> => isHeld(key, 'requests', REQUEST);
