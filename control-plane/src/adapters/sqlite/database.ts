// The one connection to clew.db. Everything on it is synchronous, so that a transaction never spans an await and
// callers cannot interleave: Kysely writes the SQL (typed, against schema.ts), this class runs it on prepared statements.
import { closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql, type Compilable, type RawBuilder } from 'kysely';
import { ClewError } from '../../kernel/index.ts';
import { indexable } from './indexable.ts';
import { migrate } from './migrate.ts';
import { textOf, withoutRun } from './request-record.ts';
import type { Tables } from './schema.ts';

/** Writes SQL and never runs it: `query.selectFrom(…)`, handed to Database.all, get or run. */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** A list as one parameter, so that its length does not make another statement: `.where('id', 'in', elements(ids))`. */
export const elements = <T>(list: readonly T[]): RawBuilder<T> => sql<T>`(SELECT value FROM json_each(${JSON.stringify(list)}))`;

const MAX_STATEMENTS = 256;
const EMPTY_EVERY_MS = 60_000;
/** Pages of the write-ahead log from which on a commit carries it over: by itself, and where another thread usually has. */
const LONG_LOG = 1_000;
const LONGEST_LOG = 8_000;
const PROBE_BYTES = 32 * 1024;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary code: extended ones stand in the higher bytes. */
const codeOf = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff;

export class Database {
  readonly file: string;
  private readonly raw: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  /** When the write-ahead log was emptied last, of the monotonic clock. */
  private emptiedMs = performance.now();
  /** Something was swept since; or by a process that died before it could empty the log. */
  private isSwept: boolean;
  /** Whether commits carry the write-ahead log over into the file. */
  private keepsLog = true;
  private opened: number | undefined;

  /** Opens, creates or migrates the file. Throws ClewError 'unavailable' when it is damaged or from a newer version. */
  constructor(file: string) {
    this.file = file;
    // Whoever closes leaves none behind.
    this.isSwept = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    closeSync(openSync(file, 'a', 0o600));
    this.raw = new DatabaseSync(file, { timeout: 5_000 });
    try {
      // FULL: a commit is on the disk before it is acknowledged. secure_delete ON and not FAST: merges of the text index
      // free whole pages of words, which FAST leaves as they are until something else needs them.
      // Says something to a file that is new only. Rows of two kilobytes leave half a page of four empty.
      this.raw
        .exec(`PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
        PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;`);
      this.raw.function('indexable', { deterministic: true }, (text) => (typeof text === 'string' ? indexable(text) : null));
      this.raw.function('text_of', { deterministic: true }, (column, texts, which) =>
        textOf(column as string | null, texts as Uint8Array | null, Number(which)),
      );
      this.raw.function('without_run', { deterministic: true }, (packed) => (packed instanceof Uint8Array ? withoutRun(packed) : null));
      migrate(this.raw, file);
    } catch (error) {
      this.raw.close();
      const code = codeOf(error);
      if (code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) throw error;
      throw new ClewError(
        'unavailable',
        `${file} is damaged or no database; restore it from a backup, or set CLEW_DATA to another folder`,
        {
          cause: error,
        },
      );
    }
  }

  /** A prepared statement, kept: for hot paths with constant SQL. */
  prepare(text: string): StatementSync {
    const known = this.statements.get(text);
    if (known !== undefined) return known;
    if (this.statements.size >= MAX_STATEMENTS) this.statements.clear();
    const statement = this.raw.prepare(text);
    this.statements.set(text, statement);
    return statement;
  }

  all<T>(built: Compilable<T>): T[] {
    const { sql: text, parameters } = built.compile();
    return this.prepare(text).all(...(parameters as SQLInputValue[])) as T[];
  }

  get<T>(built: Compilable<T>): T | undefined {
    const { sql: text, parameters } = built.compile();
    return this.prepare(text).get(...(parameters as SQLInputValue[])) as T | undefined;
  }

  /** Answers how many rows changed. */
  run(built: Compilable): number {
    const { sql: text, parameters } = built.compile();
    return Number(this.prepare(text).run(...(parameters as SQLInputValue[])).changes);
  }

  /**
   * All of `work` or nothing; durable when it returns. `work` is synchronous and starts no transaction itself. Throws
   * ClewError 'unavailable' where the disk is full or fails.
   */
  transaction<T>(work: () => T): T {
    this.prepare('BEGIN IMMEDIATE').run();
    try {
      const result = work();
      this.prepare('COMMIT').run();
      return result;
    } catch (error) {
      // After some faults (disk full) SQLite has rolled back already.
      if (this.raw.isTransaction) this.prepare('ROLLBACK').run();
      const code = codeOf(error);
      if (code !== SQLITE_FULL && code !== SQLITE_IOERR) throw error;
      const why = code === SQLITE_FULL ? 'the disk is full' : 'the disk reports an error';
      throw new ClewError('unavailable', `${this.file} cannot be written: ${why}; nothing of this was stored`, { cause: error });
    }
  }

  /**
   * Writes as much as a small batch does, and takes it back: what a full or failing disk refuses. Durable like any write, so
   * that the answer holds for those. Throws ClewError 'unavailable'.
   */
  probe(): void {
    this.transaction(() => {
      this.prepare("INSERT INTO meta (key, value) VALUES ('probe', hex(zeroblob(?))) ON CONFLICT DO NOTHING").run(PROBE_BYTES);
    });
    this.transaction(() => {
      this.prepare("DELETE FROM meta WHERE key = 'probe'").run();
    });
  }

  /**
   * A transaction that leaves no trace of what it deletes: the log that still holds the pages as they were is emptied, where
   * anything was changed.
   */
  shred<T>(work: () => T): T {
    const before = this.changes();
    const result = this.transaction(work);
    if (this.changes() > before) this.emptyLog();
    return result;
  }

  /** One of several such transactions, each as durable as any; `endSweep` empties the log after the last. */
  shredPart<T>(work: () => T): T {
    const result = this.transaction(work);
    this.isSwept = true;
    return result;
  }

  /**
   * One of many transactions that delete: the log is emptied once a minute, and by `endSweep` when the last is done. Each time
   * holds up whoever writes, so it is not done for every few rows. Nor is each synced: a sweep that is lost with the power is
   * done again by whoever began it, and the next commit of others makes it durable along with its own.
   */
  sweep<T>(work: () => T): T {
    this.raw.exec('PRAGMA synchronous = NORMAL');
    try {
      const result = this.transaction(work);
      this.isSwept = true;
      return result;
    } finally {
      this.raw.exec('PRAGMA synchronous = FULL');
      if (this.keepsLog) this.endLongSweep();
    }
  }

  /** Who carries the write-ahead log over into the file, and empties it during sweeps. */
  leaveLogTo(who: 'another' | 'itself'): void {
    this.keepsLog = who === 'itself';
    this.raw.exec(`PRAGMA wal_autocheckpoint = ${this.keepsLog ? LONG_LOG : LONGEST_LOG}`);
  }

  /** Whether the log may hold what sweeps deleted. */
  get hasSwept(): boolean {
    return this.isSwept;
  }

  /** Rows changed since the file was opened. */
  changes(): number {
    return Number(this.prepare('SELECT total_changes() AS n').get()?.['n']);
  }

  /** The file itself, for what SQLite has no statement for. To close any descriptor of it drops all locks that this process has on it. */
  descriptor(): number {
    this.opened ??= openSync(this.file, 'r+');
    return this.opened;
  }

  pageSize(): number {
    return Number(this.prepare('PRAGMA page_size').get()?.['page_size']);
  }

  /** Pages that nobody uses leave the memory: what is read next is what the file has. */
  forgetPages(): void {
    this.raw.exec('PRAGMA shrink_memory');
  }

  /**
   * Does `work` while nobody writes to the file but into the log; false, and nothing is done, where the log is not carried over
   * entirely. A reader of the file alone keeps everybody from carrying over.
   */
  whileFileRests(work: () => void): boolean {
    const { log, checkpointed } = this.prepare('PRAGMA wal_checkpoint(NOOP)').get() ?? {};
    if (log !== checkpointed) return false;
    this.prepare('BEGIN').run();
    try {
      this.prepare('SELECT count(*) FROM sqlite_schema').get();
      work();
    } finally {
      this.prepare('COMMIT').run();
    }
    return true;
  }

  /** Pages in the write-ahead log, carried over or not. */
  logPages(): number {
    return Number(this.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.['log']);
  }

  /** As far as nobody is in the way. */
  carryOver(): void {
    this.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
  }

  /** From here on nothing of what was deleted stands in the write-ahead log. */
  emptyLog(): void {
    // Busy: another process reads, for longer than the file's time to wait. Then the next sweep, or its end, tries again.
    this.isSwept = this.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 1;
    this.emptiedMs = performance.now();
  }

  /** Empties the log where it holds what sweeps deleted a minute ago. */
  endLongSweep(): void {
    if (this.isSwept && performance.now() - this.emptiedMs > EMPTY_EVERY_MS) this.emptyLog();
  }

  /** Ends sweeps; nothing to do where there was none since. */
  endSweep(): void {
    if (this.isSwept) this.emptyLog();
  }

  /** Faults of the file and of the text index; empty when it is sound. Reads the whole file: seconds on gigabytes. */
  check(): readonly string[] {
    const found = this.raw
      .prepare('PRAGMA quick_check')
      .all()
      .map((row) => String(row['quick_check']));
    return found.length === 1 && found[0] === 'ok' ? [] : found;
  }

  close(): void {
    this.statements.clear();
    this.raw.close();
    if (this.opened !== undefined) closeSync(this.opened);
  }
}
