import type { CounterGap, CounterReader, EpochSummary } from '../../identity/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { keyOf } from './scope.ts';

// Sums by total(), a float: gateways state the numbers, and an integer past 2^53 could not be read back.
const MAX_ROWS = 1_000;
const COVERING = `SELECT first, last FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1`;
const FOLLOWING = 'SELECT last, last_seen_ms FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const EXTEND = 'UPDATE counter_ranges SET last = ?4, last_seen_ms = ?5 WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const REMOVE = 'DELETE FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const INSERT = `INSERT INTO counter_ranges (scope, epoch, first, last, first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)`;
const SEEN = `INSERT INTO counter_epochs (scope, epoch, repeated, first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?4)
  ON CONFLICT (scope, epoch) DO UPDATE SET repeated = repeated + excluded.repeated, last_seen_ms = excluded.last_seen_ms`;
const GAPS = `SELECT epoch, lag(last, 1, -1) OVER (PARTITION BY epoch ORDER BY first) + 1 AS low, first - 1 AS high, first_seen_ms AS seen
  FROM counter_ranges WHERE scope = ?`;

/** A number of an epoch has come in. Within a transaction. Keeps runs of numbers, so that gaps stand between rows. */
export function noteCounter(database: Database, scope: string, epoch: string, counter: number, nowMs: number): void {
  const before = database.prepare(COVERING).get(scope, epoch, counter) as { first: number; last: number } | undefined;
  const isKnown = before !== undefined && before.last >= counter;
  database.prepare(SEEN).run(scope, epoch, isKnown ? 1 : 0, nowMs);
  if (isKnown) return;
  const after = database.prepare(FOLLOWING).get(scope, epoch, counter + 1) as { last: number } | undefined;
  if (after) database.prepare(REMOVE).run(scope, epoch, counter + 1);
  const last = after?.last ?? counter;
  if (before?.last === counter - 1) database.prepare(EXTEND).run(scope, epoch, before.first, last, nowMs);
  else database.prepare(INSERT).run(scope, epoch, counter, last, nowMs);
}

export class SqliteCounters implements CounterReader {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async epochs(scope: Scope, limit: number): Promise<readonly EpochSummary[]> {
    const rows = this.database
      .prepare(
        `SELECT e.epoch, e.repeated, e.first_seen_ms, e.last_seen_ms, total(r.last - r.first + 1) AS runs, max(r.last) AS last
         FROM counter_epochs e JOIN counter_ranges r ON r.scope = e.scope AND r.epoch = e.epoch
         WHERE e.scope = ? GROUP BY e.epoch ORDER BY e.last_seen_ms DESC LIMIT ?`,
      )
      .all(keyOf(scope), Math.min(limit, MAX_ROWS));
    return Promise.resolve(
      rows.map((row) => ({
        epoch: String(row['epoch']),
        runs: Number(row['runs']),
        last: Number(row['last']),
        repeated: Number(row['repeated']),
        firstSeenMs: Number(row['first_seen_ms']),
        lastSeenMs: Number(row['last_seen_ms']),
      })),
    );
  }

  async gaps(scope: Scope, limit: number): Promise<{ readonly items: readonly CounterGap[]; readonly missing: number }> {
    const key = keyOf(scope);
    const rows = this.database
      .prepare(`SELECT * FROM (${GAPS}) WHERE high >= low ORDER BY seen DESC, epoch, low LIMIT ?`)
      .all(key, Math.min(limit, MAX_ROWS));
    const total = this.database.prepare(`SELECT total(high - low + 1) AS n FROM (${GAPS}) WHERE high >= low`).get(key);
    const items = rows.map((row) => ({
      epoch: String(row['epoch']),
      from: Number(row['low']),
      to: Number(row['high']),
      seenAtMs: Number(row['seen']),
    }));
    return Promise.resolve({ items, missing: Number(total?.['n'] ?? 0) });
  }
}
