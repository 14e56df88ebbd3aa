// The embedded store: one SQLite file under the data folder, behind the ports of the rooms.
import path from 'node:path';
import type { Clock } from '../../kernel/index.ts';
import type { Journal, TurnSink, Vectors } from '../../ingest/ports.ts';
import type { TextIndex } from '../../search/ports.ts';
import type { PastTurns, ThreadReader } from '../../threads/index.ts';
import { Database } from './database.ts';
import { SqliteJournal } from './journal.ts';
import { lockFolder } from './lock.ts';
import { SqliteMeta, type Meta } from './meta.ts';
import { SqliteOutbox, type Outbox } from './outbox.ts';
import { SqlitePastTurns } from './past-turns.ts';
import { SqliteTextIndex } from './text-index.ts';
import { SqliteThreads } from './thread-reader.ts';
import { SqliteTurns } from './turns.ts';
import { DEFAULT_CACHE_BYTES, SqliteVectors } from './vectors.ts';

export type { Meta } from './meta.ts';
export type { Outbox, OutboxRow } from './outbox.ts';

export interface SqliteOptions {
  /** The data folder; made when missing, for this user only. The file in it is clew.db. */
  readonly folder: string;
  readonly clock: Clock;
  /** Memory for vectors that `nearest` scans; 256 MB unless given. */
  readonly vectorCacheBytes?: number | undefined;
}

export interface SqliteStore {
  readonly journal: Journal;
  /** Stores the vectors of the turns as well: no `vectors.upsert` is needed beside it. */
  readonly turns: TurnSink;
  readonly past: PastTurns;
  readonly threads: ThreadReader;
  readonly texts: TextIndex;
  readonly vectors: Vectors;
  readonly events: Outbox;
  readonly meta: Meta;
  /** Faults of the file; empty when it is sound. Reads the whole file and blocks meanwhile: for `clew doctor`. */
  check(): readonly string[];
  /** Commits what is queued, closes the file and gives the folder free. Later calls do nothing. */
  close(): Promise<void>;
}

/**
 * Opens the store for this process alone.
 *
 * Throws ClewError 'locked' when another process (or another call in this one) holds the folder, with its pid, and
 * 'unavailable' when the file is damaged or was written by a newer version.
 */
export function openSqlite({ folder, clock, vectorCacheBytes = DEFAULT_CACHE_BYTES }: SqliteOptions): SqliteStore {
  const lock = lockFolder(folder);
  let database: Database;
  try {
    database = new Database(path.join(folder, 'clew.db'));
  } catch (error) {
    lock.release();
    throw error;
  }
  const journal = new SqliteJournal(database, clock);
  const vectors = new SqliteVectors(database, vectorCacheBytes);
  let open = true;
  return {
    journal,
    turns: new SqliteTurns(database, journal, vectors),
    past: new SqlitePastTurns(database),
    threads: new SqliteThreads(database, clock),
    texts: new SqliteTextIndex(database),
    vectors,
    events: new SqliteOutbox(database),
    meta: new SqliteMeta(database),
    check: () => database.check(),
    close: async () => {
      if (open) {
        open = false;
        journal.flush();
        database.close();
        lock.release();
      }
      return Promise.resolve();
    },
  };
}
