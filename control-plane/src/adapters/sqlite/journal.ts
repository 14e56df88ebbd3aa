// The durable queue. States of a row: waiting (buried_at_ms null) → claimed → gone, by TurnSink.commit; or back to waiting
// by retry; or buried. A restart forgets the claims, so that everything waiting is due again.
//
// A claim leaves a mark in the file. Marks that a new process finds are of rows that were in hand when the last one died: one
// of them may have killed it. They are claimed in ever smaller groups, each by itself, until the culprit stands alone; it then
// waits longer after each death, and nothing else waits for it.
import type { Selectable } from 'kysely';
import type { Clock, Scope } from '../../kernel/index.ts';
import type { AppendResult, Journal, JournalEntry, JournalRow } from '../../ingest/ports.ts';
import { elements, query, type Database } from './database.ts';
import type { JournalTable } from './schema.ts';
import { keyOf, scopeOf } from './scope.ts';

interface Call {
  readonly entries: readonly JournalEntry[];
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

// Hot path: prepared by hand. One statement decides about duplicates too, waiting or stored.
const INSERT = `INSERT INTO journal (scope, id, received_at_ms, sealed, key_id, due_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM requests WHERE scope = ?1 AND id = ?2)
  ON CONFLICT (scope, id) DO NOTHING`;
const REPLACE = `UPDATE journal SET id = ?2, sealed = ?3, key_id = ?4, due_at_ms = ?5 WHERE seq = ?6
  AND (id = ?2 OR NOT EXISTS (SELECT 1 FROM journal WHERE scope = ?1 AND id = ?2))
  AND NOT EXISTS (SELECT 1 FROM requests WHERE scope = ?1 AND id = ?2)`;
const DUE = 'SELECT seq, crashes FROM journal WHERE buried_at_ms IS NULL AND due_at_ms <= ? ORDER BY seq';
const TAKE = 'UPDATE journal SET is_in_hand = 1 WHERE seq IN (SELECT value FROM json_each(?))';
const LET_GO = 'UPDATE journal SET is_in_hand = 0 WHERE is_in_hand = 1';
const SUSPECT =
  'UPDATE journal SET crashes = crashes + 1, due_at_ms = CASE WHEN crashes + 1 < ?1 THEN 0 ELSE ?2 + min(?3 << min(crashes, 20), ?4) END, is_in_hand = 0 WHERE is_in_hand = 1';
/** Rows in a group by the deaths they were in hand at; none: as many as asked for. */
const GROUPS = [Infinity, 16, 4, 1] as const;
/** From so many deaths on a row was alone in hand at the last one. */
const ALONE = GROUPS.length;
const SUSPECT_PAUSE_MS = 5_000;
const SUSPECT_PAUSE_LIMIT_MS = 60 * 60_000;
const RETRY = `UPDATE journal SET attempts = attempts + 1, is_in_hand = 0, due_at_ms = ?
  WHERE buried_at_ms IS NULL AND seq IN (SELECT value FROM json_each(?))`;
const BURY = `UPDATE journal SET buried_at_ms = ?, buried_reason = ?, is_in_hand = 0
  WHERE buried_at_ms IS NULL AND seq IN (SELECT value FROM json_each(?))`;
const FORGET = 'DELETE FROM journal WHERE buried_at_ms < ?';
const REMOVE = 'DELETE FROM journal WHERE buried_at_ms IS NULL AND seq IN (SELECT value FROM json_each(?))';

function toRow(row: Selectable<JournalTable>): JournalRow {
  return {
    scope: scopeOf(row.scope),
    id: row.id,
    receivedAtMs: row.received_at_ms,
    sealed: row.sealed,
    keyId: row.key_id,
    seq: row.seq,
    attempts: row.attempts,
  };
}

export class SqliteJournal implements Journal {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly claimed = new Set<number>();
  /** The rows in hand are suspects. */
  private isCautious = false;
  private queue: Call[] = [];
  private scheduled = false;
  private waiting: number;
  private buried: number;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
    database.run(query.updateTable('journal').set({ due_at_ms: 0 }).where('due_at_ms', '>', 0).where('crashes', '<', ALONE));
    database.prepare(SUSPECT).run(ALONE, clock.nowMs(), SUSPECT_PAUSE_MS, SUSPECT_PAUSE_LIMIT_MS);
    const count = database.prepare('SELECT count(*) AS everything, count(buried_at_ms) AS buried FROM journal').get();
    this.buried = Number(count?.['buried']);
    this.waiting = Number(count?.['everything']) - this.buried;
  }

  append(entries: readonly JournalEntry[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ entries, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      // After the I/O of this turn of the event loop: whatever arrived together shares one fsync.
      setImmediate(() => this.flush());
    });
  }

  /** Commits what is queued. Called by close as well, so that no caller is left hanging. */
  flush(): void {
    const calls = this.queue;
    this.queue = [];
    this.scheduled = false;
    if (calls.length > 0) this.commit(calls);
  }

  private commit(calls: readonly Call[]): void {
    let results: readonly AppendResult[];
    try {
      results = this.database.transaction(() => calls.map((call) => this.insert(call.entries)));
    } catch (error) {
      // One bad call must not fail the others.
      if (calls.length > 1) calls.forEach((call) => this.commit([call]));
      else calls[0]?.reject(error);
      return;
    }
    for (const [index, result] of results.entries()) {
      this.waiting += result.appended;
      calls[index]?.resolve(result);
    }
  }

  private insert(entries: readonly JournalEntry[]): AppendResult {
    const insert = this.database.prepare(INSERT);
    const duplicates: string[] = [];
    for (const { scope, id, receivedAtMs, sealed, keyId, dueAtMs } of entries) {
      const { changes } = insert.run(keyOf(scope), id, Math.trunc(receivedAtMs), sealed, keyId, Math.ceil(dueAtMs ?? 0));
      if (changes === 0) duplicates.push(id);
    }
    return { appended: entries.length - duplicates.length, duplicates };
  }

  async replace(id: string, entry: JournalEntry): Promise<boolean> {
    // What is queued may hold the row that is meant.
    this.flush();
    const scope = keyOf(entry.scope);
    const row = this.database.get(
      query.selectFrom('journal').select('seq').where('scope', '=', scope).where('id', '=', id).where('buried_at_ms', 'is', null),
    );
    if (!row || this.claimed.has(row.seq)) return Promise.resolve(false);
    const { sealed, keyId, dueAtMs } = entry;
    const put = this.database.prepare(REPLACE);
    const { changes } = this.database.transaction(() => put.run(scope, entry.id, sealed, keyId, Math.ceil(dueAtMs ?? 0), row.seq));
    return Promise.resolve(changes > 0);
  }

  async claim(limit: number, nowMs: number): Promise<readonly JournalRow[]> {
    const seqs = this.due(limit, nowMs);
    if (seqs.length === 0) return Promise.resolve([]);
    this.database.prepare(TAKE).run(JSON.stringify(seqs));
    const rows = this.database.all(query.selectFrom('journal').selectAll().where('seq', 'in', elements(seqs)).orderBy('seq'));
    for (const seq of seqs) this.claimed.add(seq);
    return Promise.resolve(rows.map(toRow));
  }

  async rows(scope: Scope, afterSeq: number, limit: number): Promise<readonly JournalRow[]> {
    const rows = query.selectFrom('journal').selectAll().where('scope', '=', keyOf(scope)).where('seq', '>', afterSeq);
    return Promise.resolve(this.database.all(rows.orderBy('seq').limit(limit)).map(toRow));
  }

  async discard(seqs: readonly number[]): Promise<number> {
    const chosen = elements(seqs);
    const buried = this.database.all(
      query.selectFrom('journal').select('seq').where('seq', 'in', chosen).where('buried_at_ms', 'is not', null),
    );
    const gone = this.database.shred(() => this.database.run(query.deleteFrom('journal').where('seq', 'in', chosen)));
    this.buried -= buried.length;
    this.waiting -= gone - buried.length;
    return Promise.resolve(gone);
  }

  /** The next group: rows under the same suspicion, which are only in hand alone. */
  private due(limit: number, nowMs: number): readonly number[] {
    if (this.isCautious && this.claimed.size > 0) return [];
    const seqs: number[] = [];
    let group: number | undefined;
    for (const row of this.database.prepare(DUE).iterate(nowMs)) {
      const seq = Number(row['seq']);
      if (this.claimed.has(seq)) continue;
      const size = GROUPS[Math.min(Number(row['crashes']), GROUPS.length - 1)] ?? 1;
      group ??= size;
      if (size !== group || seqs.length >= Math.min(limit, size)) break;
      seqs.push(seq);
    }
    const isSuspect = group !== undefined && group !== Infinity;
    if (isSuspect && this.claimed.size > 0) return [];
    this.isCautious = isSuspect;
    return seqs;
  }

  async retry(seqs: readonly number[], dueAtMs: number): Promise<void> {
    this.database.prepare(RETRY).run(Math.ceil(dueAtMs), JSON.stringify(seqs));
    this.release(seqs);
    return Promise.resolve();
  }

  async bury(seqs: readonly number[], reason: string): Promise<void> {
    const changes = Number(this.database.prepare(BURY).run(this.clock.nowMs(), reason, JSON.stringify(seqs)).changes);
    this.waiting -= changes;
    this.buried += changes;
    this.release(seqs);
    return Promise.resolve();
  }

  /** On the way out in good order: what is still in hand is under no suspicion. */
  letGo(): void {
    this.database.prepare(LET_GO).run();
  }

  async forgetBuried(beforeMs: number): Promise<number> {
    const changes = Number(this.database.prepare(FORGET).run(Math.trunc(beforeMs)).changes);
    this.buried -= changes;
    return Promise.resolve(changes);
  }

  /** Within the transaction of a commit: takes processed rows out; answers what to do once it is durable. */
  finish(seqs: readonly number[]): () => void {
    const changes = seqs.length === 0 ? 0 : Number(this.database.prepare(REMOVE).run(JSON.stringify(seqs)).changes);
    return () => {
      this.waiting -= changes;
      this.release(seqs);
    };
  }

  private release(seqs: readonly number[]): void {
    for (const seq of seqs) this.claimed.delete(seq);
  }

  async depth(): Promise<{ readonly waiting: number; readonly buried: number; readonly oldestMs: number | null }> {
    const oldest = this.database.get(
      query.selectFrom('journal').select('received_at_ms').where('buried_at_ms', 'is', null).orderBy('seq').limit(1),
    );
    return Promise.resolve({ waiting: this.waiting, buried: this.buried, oldestMs: oldest?.received_at_ms ?? null });
  }

  async keysInUse(): Promise<readonly string[]> {
    return Promise.resolve(this.database.all(query.selectFrom('journal').select('key_id').distinct()).map((row) => row.key_id));
  }
}
