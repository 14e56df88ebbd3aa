// A store of as many requests as wanted, in minutes: conversations are written once through its own port, then copied within the
// file, each copy later than the one before, under ids that lie anywhere in an index, as those of traffic do.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { indexable } from '../../control-plane/src/adapters/sqlite/indexable.ts';
import { openSqlite } from '../../control-plane/src/adapters/sqlite/index.ts';
import { textOf } from '../../control-plane/src/adapters/sqlite/request-record.ts';
import { seedStore } from './seed-store.ts';
import { seeded, type Scope } from '../../control-plane/src/kernel/index.ts';

export const DAY_MS = 86_400_000;
export const SCOPE: Scope = { tenant: 'default', environment: 'default' };
/** As long as those of the model that comes with Clew. */
const DIMENSIONS = 384;
/** Of the conversations that are written once; people are named anew in so many copies, then again as in the first. */
const BASE = 20_000;
const CASTS = 5;
const SEED_SPAN_MS = 20 * DAY_MS;
/** Of the key of a row of vectors, what is the number of its request. */
const NUMBER = 2 ** 40 - 1;

export interface CopiedStore {
  /** Those who are in all copies of their cast; each has as many requests as any. */
  readonly people: readonly string[];
}

/** `requests` in the span of days that ends `endMs`, the oldest first. */
export async function seedCopies(
  folder: string,
  { requests, endMs, spanDays }: { readonly requests: number; readonly endMs: number; readonly spanDays: number },
): Promise<CopiedStore> {
  const base = Math.min(BASE, requests);
  const copies = Math.ceil(requests / base);
  const stepMs = Math.trunc((spanDays * DAY_MS) / copies);
  const store = openSqlite({ folder, clock: { nowMs: () => Date.now() } });
  const chance = seeded(11);
  await seedStore(store.turns, {
    scope: SCOPE,
    requests: base,
    nowMs: endMs - stepMs * copies + SEED_SPAN_MS,
    vectorOf: () => unit(chance),
    model: 'all-MiniLM-L6-v2',
  });
  await store.close();
  const file = openFile(folder);
  // In the order of time, as traffic comes; `nth` numbers it.
  file.exec(`CREATE TEMP TABLE base_requests AS SELECT * FROM main.requests ORDER BY at;
    CREATE INDEX temp.base_requests_seq ON base_requests (seq);
    CREATE TEMP TABLE base_threads AS SELECT * FROM main.threads;
    CREATE TEMP TABLE base_vectors AS SELECT r.rowid AS nth, v.seq - (v.seq & ${NUMBER}) AS model, v.scope, v.at_ms, v.prompt, v.answer
      FROM main.request_vectors v CROSS JOIN base_requests r ON r.seq = v.seq & ${NUMBER} ORDER BY v.seq;
    CREATE TEMP TABLE base_words AS SELECT r.rowid AS nth, w.texts FROM base_requests r JOIN main.request_words w ON w.seq = r.seq`);
  for (const table of ['requests', 'threads']) file.exec(`DELETE FROM ${table}`);
  file.exec("INSERT INTO requests_fts (requests_fts) VALUES ('delete-all')");
  const hours = (SEED_SPAN_MS / stepMs).toFixed(9);
  const squeezed = (name: string, perMs: number): string => {
    const start = (endMs - stepMs * copies) * perMs;
    return `${start} + (${name} - ${start}) / ${hours} + ?1 * ${stepMs * perMs}`;
  };
  const first = '(SELECT max(seq) FROM requests) - (SELECT count(*) FROM base_requests)';
  const statements = [
    file.prepare(copyOf(file, 'requests', squeezed)),
    file.prepare(`INSERT INTO request_words (seq, texts) SELECT ${first} + nth, texts FROM base_words WHERE ?1 >= 0`),
    file.prepare(copyOf(file, 'threads', squeezed)),
    file.prepare(`INSERT INTO request_vectors (seq, scope, at_ms, prompt, answer)
      SELECT ${first} + nth + model, scope, CAST(${squeezed('at_ms', 1)} AS INTEGER), prompt, answer FROM base_vectors`),
    file.prepare(`INSERT INTO requests_fts (rowid, wall, prompt, answer) SELECT seq, wall, prompt, answer FROM request_texts
      WHERE seq > ${first} AND ?1 >= 0`),
  ];
  for (let copy = 0; copy < copies; copy += 1) {
    file.exec('BEGIN');
    for (const statement of statements) statement.run(copy);
    file.exec('COMMIT');
  }
  const people = file.prepare('SELECT DISTINCT principal FROM requests').all();
  file.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  file.close();
  return { people: people.map(({ principal }) => String(principal)) };
}

function unit(chance: () => number): Float32Array {
  const raw = Float32Array.from({ length: DIMENSIONS }, () => chance() - 0.5);
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

function openFile(folder: string): DatabaseSync {
  const file = new DatabaseSync(path.join(folder, 'clew.db'));
  file.function('indexable', { deterministic: true }, (text) => (typeof text === 'string' ? indexable(text) : null));
  file.function('text_of', { deterministic: true }, (column, texts, which) =>
    textOf(column as string | null, texts as Uint8Array | null, Number(which)),
  );
  // Ids are of 16 random bytes in hex.
  file.function('renamed', { deterministic: true }, (id, copy) =>
    id === null
      ? null
      : createHash('md5')
          .update(`${String(id)} ${String(copy)}`)
          .digest('hex'),
  );
  file.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1500000; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF');
  return file;
}

const RENAMED = new Set(['id', 'thread_id', 'session_id', 'predecessor_id', 'trace_id', 'correlation_id']);
const IN_SECONDS = new Set(['at', 'ended_at', 'started_at', 'last_at']);

function copyOf(file: DatabaseSync, table: string, later: (name: string, perMs: number) => string): string {
  const columns = file
    .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'seq'`)
    .all()
    .map(({ name }) => String(name));
  const values = columns.map((name) => {
    if (name === 'principal') return `renamed(principal, ?1 % ${CASTS})`;
    // Gateways name a run as they name its request.
    if (name === 'run_id') return 'renamed(id, ?1)';
    if (RENAMED.has(name)) return `renamed(${name}, ?1)`;
    return IN_SECONDS.has(name) ? later(name, 0.001) : name;
  });
  return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM base_${table} ORDER BY rowid`;
}
