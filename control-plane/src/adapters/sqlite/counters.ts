import type { LostRange } from '#contract';
import type { CounterGap, CounterReader, EpochSummary, RefusedSignatures, UnkeptRun, UnkeptRuns } from '../../identity/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { keyOf } from './scope.ts';

// Sums by total(), a float: gateways state the numbers, and an integer past 2^53 could not be read back.
const MAX_ROWS = 10_000;
const COVERING = `SELECT first, last FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1`;
const FOLLOWING = 'SELECT last, last_seen_ms FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const EXTEND = 'UPDATE counter_ranges SET last = ?4, last_seen_ms = ?5 WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const REMOVE = 'DELETE FROM counter_ranges WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const INSERT = `INSERT INTO counter_ranges (scope, epoch, first, last, first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)`;
const SEEN = `INSERT INTO counter_epochs (scope, epoch, key_id, repeated, unproven, first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
  ON CONFLICT (scope, epoch) DO UPDATE SET key_id = ifnull(key_id, excluded.key_id), repeated = repeated + excluded.repeated,
    unproven = unproven + excluded.unproven, last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`;
const GAPS = `SELECT epoch, lag(last, 1, -1) OVER (PARTITION BY epoch ORDER BY first) + 1 AS low, first - 1 AS high, first_seen_ms AS seen
  FROM counter_ranges WHERE scope = ?`;
const EPOCHS = `SELECT e.epoch, e.key_id, e.repeated, e.unproven, e.first_seen_ms, e.last_seen_ms,
    total(r.last - r.first + 1) AS runs, max(r.last) AS last,
    s.runs AS stated_runs, s.passed, s.lost, s.state, s.received_ms
  FROM counter_epochs e
  LEFT JOIN counter_ranges r ON r.scope = e.scope AND r.epoch = e.epoch
  LEFT JOIN gateway_epochs s ON s.scope = e.scope AND s.epoch = e.epoch
  WHERE e.scope = ? GROUP BY e.epoch ORDER BY e.last_seen_ms DESC, e.epoch LIMIT ?`;
const UNKEPT = `SELECT first, last, reason FROM counter_unkept WHERE scope = ?1 AND epoch = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1`;
const UNKEPT_NEXT = 'SELECT last FROM counter_unkept WHERE scope = ?1 AND epoch = ?2 AND first = ?3 AND reason = ?4';
const UNKEPT_REMOVE = 'DELETE FROM counter_unkept WHERE scope = ?1 AND epoch = ?2 AND first = ?3';
const UNKEPT_WRITE = `INSERT INTO counter_unkept (scope, epoch, first, last, reason) VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (scope, epoch, first) DO UPDATE SET last = excluded.last`;
const UNKEPT_OF = 'SELECT epoch, first, last, reason FROM counter_unkept WHERE scope = ? ORDER BY epoch, first';
/** Senders name keys as they like. */
const MAX_REFUSED_KEYS = 200;
const REFUSED = `INSERT INTO refused_signatures (scope, reason, key_id, count, first_ms, last_ms) VALUES (?1, ?2, ?3, 1, ?4, ?4)
  ON CONFLICT (scope, reason, key_id) DO UPDATE SET count = count + 1, last_ms = excluded.last_ms`;

export interface NumberedRun {
  readonly epoch: string;
  readonly counter: number;
  /** The gateway's key, where its signature was taken. */
  readonly keyId: string | undefined;
}

/**
 * A number of an epoch has come in. Within a transaction. Keeps runs of numbers, so that gaps stand between rows. Once a key
 * has signed for an epoch only what that key signed counts: else anyone who may hand in samples could fill a gap.
 */
export function noteCounter(database: Database, scope: string, { epoch, counter, keyId }: NumberedRun, nowMs: number): void {
  const bound = database.prepare('SELECT key_id FROM counter_epochs WHERE scope = ? AND epoch = ?').get(scope, epoch)?.['key_id'] ?? null;
  const seen = (repeated: number, unproven: number) => database.prepare(SEEN).run(scope, epoch, keyId ?? null, repeated, unproven, nowMs);
  if (bound !== null && bound !== keyId) {
    seen(0, 1);
    return;
  }
  const before = database.prepare(COVERING).get(scope, epoch, counter) as { first: number; last: number } | undefined;
  const isKnown = before !== undefined && before.last >= counter;
  seen(isKnown ? 1 : 0, 0);
  if (isKnown) return;
  const after = database.prepare(FOLLOWING).get(scope, epoch, counter + 1) as { last: number } | undefined;
  if (after) database.prepare(REMOVE).run(scope, epoch, counter + 1);
  const last = after?.last ?? counter;
  if (before?.last === counter - 1) database.prepare(EXTEND).run(scope, epoch, before.first, last, nowMs);
  else database.prepare(INSERT).run(scope, epoch, counter, last, nowMs);
}

/** A number came in whose run is not kept. Within a transaction. The same rule as above: a stranger explains no gap of a signed epoch. */
function noteUnkept(database: Database, scope: string, { epoch, counter, keyId, reason }: UnkeptRun, nowMs: number): void {
  const bound = database.prepare('SELECT key_id FROM counter_epochs WHERE scope = ? AND epoch = ?').get(scope, epoch)?.['key_id'] ?? null;
  const isStranger = bound !== null && bound !== keyId;
  database.prepare(SEEN).run(scope, epoch, keyId ?? null, 0, isStranger ? 1 : 0, nowMs);
  if (isStranger) return;
  const before = database.prepare(UNKEPT).get(scope, epoch, counter) as { first: number; last: number; reason: string } | undefined;
  if (before !== undefined && before.last >= counter) return;
  const after = database.prepare(UNKEPT_NEXT).get(scope, epoch, counter + 1, reason) as { last: number } | undefined;
  if (after) database.prepare(UNKEPT_REMOVE).run(scope, epoch, counter + 1);
  const first = before?.last === counter - 1 && before.reason === reason ? before.first : counter;
  database.prepare(UNKEPT_WRITE).run(scope, epoch, first, after?.last ?? counter, reason);
}

/** An epoch was stated under a key. Within a transaction; false where another key speaks for it. */
export function bindEpoch(database: Database, scope: string, epoch: string, keyId: string, nowMs: number): boolean {
  database.prepare(SEEN).run(scope, epoch, keyId, 0, 0, nowMs);
  return database.prepare('SELECT key_id FROM counter_epochs WHERE scope = ? AND epoch = ?').get(scope, epoch)?.['key_id'] === keyId;
}

/** A gateway's signature was not taken. `claimed`: the key id that the sender named. */
export function noteRefused(database: Database, scope: string, reason: string, claimed: string, nowMs: number): void {
  const known = database.prepare('SELECT 1 FROM refused_signatures WHERE scope = ? AND reason = ? AND key_id = ?');
  const count = database.prepare('SELECT count(*) AS n FROM refused_signatures WHERE scope = ?');
  const isNamed = known.get(scope, reason, claimed) !== undefined || Number(count.get(scope)?.['n']) < MAX_REFUSED_KEYS;
  database.prepare(REFUSED).run(scope, reason, isNamed ? claimed : '', nowMs);
}

export class SqliteCounters implements CounterReader, UnkeptRuns {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async note(scope: Scope, runs: readonly UnkeptRun[]): Promise<void> {
    const [key, nowMs] = [keyOf(scope), this.clock.nowMs()];
    this.database.transaction(() => {
      for (const run of runs) noteUnkept(this.database, key, run, nowMs);
    });
    return Promise.resolve();
  }

  async epochs(scope: Scope, limit: number): Promise<readonly EpochSummary[]> {
    const rows = this.database.prepare(EPOCHS).all(keyOf(scope), Math.min(limit, MAX_ROWS));
    const unkept = Map.groupBy(this.database.prepare(UNKEPT_OF).all(keyOf(scope)), ({ epoch }) => String(epoch));
    return Promise.resolve(rows.map((row) => toEpoch(row, unkept.get(String(row['epoch'])) ?? [])));
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

  async refused(scope: Scope): Promise<readonly RefusedSignatures[]> {
    const rows = this.database.prepare('SELECT * FROM refused_signatures WHERE scope = ? ORDER BY last_ms DESC').all(keyOf(scope));
    return Promise.resolve(
      rows.map((row) => ({
        reason: String(row['reason']),
        keyId: String(row['key_id']),
        count: Number(row['count']),
        firstAtMs: Number(row['first_ms']),
        lastAtMs: Number(row['last_ms']),
      })),
    );
  }
}

type Row = Readonly<Record<string, unknown>>;

function toEpoch(row: Row, unkept: readonly Row[]): EpochSummary {
  const { stated_runs: runs, passed, lost, state, received_ms: atMs } = row;
  const keyId = row['key_id'];
  return {
    epoch: String(row['epoch']),
    keyId: typeof keyId === 'string' ? keyId : null,
    runs: Number(row['runs']),
    last: Number(row['last'] ?? -1),
    repeated: Number(row['repeated']),
    unproven: Number(row['unproven']),
    firstSeenMs: Number(row['first_seen_ms']),
    lastSeenMs: Number(row['last_seen_ms']),
    unkept: unkept.map(({ first, last, reason }) => ({ from: Number(first), to: Number(last), reason: String(reason) })),
    stated:
      typeof lost === 'string'
        ? {
            runs: Number(runs),
            passed: Number(passed),
            lost: JSON.parse(lost) as LostRange[],
            state: state === 'closed' ? 'closed' : 'open',
            atMs: Number(atMs),
          }
        : null,
  };
}
