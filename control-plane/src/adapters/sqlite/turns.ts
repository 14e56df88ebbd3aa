import type { SQLInputValue } from 'node:sqlite';
import type { Insertable } from 'kysely';
import type { Clock, DomainEvent } from '../../kernel/index.ts';
import type { StoredTurn, TurnSink } from '../../ingest/ports.ts';
import { noteCounter, noteRefused } from './counters.ts';
import { query, type Database } from './database.ts';
import { indexable } from './indexable.ts';
import type { SqliteJournal } from './journal.ts';
import { LeafAppender } from './log.ts';
import { applyRelinks } from './relinks.ts';
import { noteContradictions } from './repair-rows.ts';
import { toRow, type Incoming, type NewRequest } from './request-row.ts';
import type { RequestTable } from './schema.ts';
import { keyOf } from './scope.ts';
import { addIdentity } from './run-identities.ts';
import { wallOfRow } from './text-index.ts';
import { extendThread } from './thread-rows.ts';
import { isBuried } from './tombstones.ts';
import { writeDense } from './request-vectors.ts';
import type { VectorRow } from './vector-row.ts';
import { addDeposit } from './vault.ts';
import { writeVerdicts } from './verdicts.ts';
import type { SqliteVectors } from './vectors.ts';

const ADD_EVENT = 'INSERT INTO events (type, scope, payload) VALUES (?, ?, ?)';
const ADD_WORDS = 'INSERT INTO request_words (seq, texts) VALUES (?, ?)';
// As the view request_texts has them, which is what takes them out again.
const INDEX_TEXT = 'INSERT INTO requests_fts (rowid, wall, prompt, answer) VALUES (?, ?, ?, ?)';
const indexed = (text: string | null): string | null => (text === null ? null : indexable(text));

function vectorsOf({ scope, turn, placement, principal, embeddingModel }: StoredTurn): VectorRow[] {
  if (embeddingModel === null) return [];
  const place = {
    scope: keyOf(scope),
    model: embeddingModel,
    id: turn.id,
    principal,
    threadId: placement.threadId,
    atMs: turn.at * 1_000,
  };
  return [
    ...(turn.vector === undefined ? [] : [{ ...place, kind: 'prompt' as const, vector: turn.vector }]),
    ...(turn.answerVector === undefined ? [] : [{ ...place, kind: 'answer' as const, vector: turn.answerVector }]),
  ];
}

function logOf(logs: Map<string, LeafAppender>, scope: string, database: Database): LeafAppender {
  const log = logs.get(scope) ?? new LeafAppender(database, scope);
  logs.set(scope, log);
  return log;
}

export class SqliteTurns implements TurnSink {
  private readonly database: Database;
  private readonly journal: SqliteJournal;
  private readonly vectors: SqliteVectors;
  private readonly clock: Clock;

  constructor(database: Database, journal: SqliteJournal, vectors: SqliteVectors, clock: Clock) {
    this.clock = clock;
    this.database = database;
    this.journal = journal;
    this.vectors = vectors;
  }

  async commit(turns: readonly StoredTurn[], finished: readonly number[], events: readonly DomainEvent[]): Promise<void> {
    const stored: VectorRow[] = [];
    const release = this.database.transaction(() => {
      const fresh: NewRequest[] = [];
      const logs = new Map<string, LeafAppender>();
      for (const turn of turns) {
        const incoming = toRow(turn);
        const row = { ...incoming.stored, ...incoming.words };
        // What waited, sealed or in a spool, while its user was erased.
        const isErased = row.principal !== null && isBuried(this.database, row.scope, row.principal, row.at * 1_000);
        const seq = isErased ? undefined : this.insert(incoming);
        if (!isErased && seq === undefined) continue;
        this.count(turn);
        if (seq === undefined) continue;
        fresh.push(row);
        stored.push(...this.addVectors(seq, turn));
        if (turn.deposit && row.principal !== null) {
          const { scope, principal, id, at } = row;
          addDeposit(this.database, { scope, principal, requestId: id, atMs: at * 1_000 }, turn.deposit);
        }
        if (turn.identity) addIdentity(this.database, logOf(logs, row.scope, this.database), row, turn.identity, turn.sample);
      }
      for (const log of logs.values()) log.write();
      this.updateThreads(fresh);
      const kept = turns.filter(({ scope, turn }) => fresh.some((row) => row.id === turn.id && row.scope === keyOf(scope)));
      applyRelinks(this.database, kept);
      for (const turn of kept) {
        writeVerdicts(this.database, turn);
        noteContradictions(this.database, turn);
      }
      this.announce(events);
      return this.journal.finish(finished);
    });
    release();
    this.vectors.stored(stored);
    return Promise.resolve();
  }

  /** The number of a run whose user was erased is not missing. */
  private count({ scope, sample: { gateway }, identity }: StoredTurn): void {
    const [key, nowMs] = [keyOf(scope), this.clock.nowMs()];
    const { signed } = identity ?? {};
    if (signed?.refused !== undefined) noteRefused(this.database, key, signed.refused, signed.claimed ?? '', nowMs);
    if (gateway?.epoch === undefined || gateway.counter === undefined) return;
    const keyId = signed?.by === 'gateway' ? signed.keyId : undefined;
    noteCounter(this.database, key, { epoch: gateway.epoch, counter: gateway.counter, keyId }, nowMs);
  }

  private addVectors(seq: number, turn: StoredTurn): readonly VectorRow[] {
    const rows = vectorsOf(turn);
    const [first] = rows;
    const { vector: prompt, answerVector: answer } = turn.turn;
    if (first !== undefined) writeDense(this.database, { seq, scope: first.scope, model: first.model, atMs: first.atMs, prompt, answer });
    return rows;
  }

  /** The number of the request; undefined where the id is stored already. */
  private insert({ stored, words: { prompt, answer } }: Incoming): number | undefined {
    const row: Readonly<Record<string, unknown>> = { ...stored, texts: null };
    const columns = Object.keys(row).filter((name) => row[name] !== undefined);
    const values = columns.map((name) => row[name] as SQLInputValue);
    const inserted = this.database.prepare(insertOf(columns)).get(...values) as { readonly seq: number } | undefined;
    if (inserted === undefined) return undefined;
    if (stored.texts !== null) this.database.prepare(ADD_WORDS).run(inserted.seq, stored.texts);
    if (prompt !== null || answer !== null) {
      const wall = wallOfRow(stored.scope, stored.principal);
      this.database.prepare(INDEX_TEXT).run(inserted.seq, wall, indexed(prompt), indexed(answer));
    }
    return inserted.seq;
  }

  private updateThreads(rows: readonly NewRequest[]): void {
    const threads = new Map<string, NewRequest[]>();
    for (const row of rows) {
      const key = JSON.stringify([row.scope, row.thread_id]);
      const list = threads.get(key);
      if (list === undefined) threads.set(key, [row]);
      else list.push(row);
    }
    for (const list of threads.values()) {
      const [first] = list;
      if (first !== undefined) extendThread(this.database, first.scope, first.thread_id, list);
    }
  }

  private announce(events: readonly DomainEvent[]): void {
    const statement = this.database.prepare(ADD_EVENT);
    for (const { type, scope, ...payload } of events) statement.run(type, keyOf(scope), JSON.stringify(payload));
  }
}

const inserts = new Map<string, string>();

/** Built once for each list of columns: building it takes as long as running it. */
function insertOf(columns: readonly string[]): string {
  const key = columns.join();
  let text = inserts.get(key);
  if (text === undefined) {
    text = query
      .insertInto('requests')
      .values(Object.fromEntries(columns.map((name) => [name, 0])) as Insertable<RequestTable>)
      .onConflict((conflict) => conflict.columns(['scope', 'id']).doNothing())
      .returning('seq')
      .compile().sql;
    inserts.set(key, text);
  }
  return text;
}
