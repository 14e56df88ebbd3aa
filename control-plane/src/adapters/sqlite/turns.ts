import type { DomainEvent } from '../../kernel/index.ts';
import type { StoredTurn, TurnSink } from '../../ingest/ports.ts';
import { query, type Database } from './database.ts';
import type { SqliteJournal } from './journal.ts';
import { toRow, type NewRequest } from './request-row.ts';
import { keyOf } from './scope.ts';
import { extendThread } from './thread-rows.ts';
import { isBuried } from './tombstones.ts';
import { writeVectors, type VectorRow } from './vector-row.ts';
import type { SqliteVectors } from './vectors.ts';

const INDEX_TEXT = `INSERT INTO requests_fts (rowid, wall, prompt, answer)
  SELECT seq, wall, prompt, answer FROM request_texts WHERE seq = ?`;

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

export class SqliteTurns implements TurnSink {
  private readonly database: Database;
  private readonly journal: SqliteJournal;
  private readonly vectors: SqliteVectors;

  constructor(database: Database, journal: SqliteJournal, vectors: SqliteVectors) {
    this.database = database;
    this.journal = journal;
    this.vectors = vectors;
  }

  async commit(turns: readonly StoredTurn[], finished: readonly number[], events: readonly DomainEvent[]): Promise<void> {
    const stored: VectorRow[] = [];
    const release = this.database.transaction(() => {
      const fresh: NewRequest[] = [];
      for (const turn of turns) {
        const row = toRow(turn);
        // What waited, sealed or in a spool, while its user was erased.
        if (row.principal !== null && isBuried(this.database, row.scope, row.principal, row.at * 1_000)) continue;
        if (!this.insert(row)) continue;
        fresh.push(row);
        stored.push(...vectorsOf(turn));
      }
      writeVectors(this.database, stored);
      this.updateThreads(fresh);
      this.announce(events);
      return this.journal.finish(finished);
    });
    release();
    this.vectors.stored(stored);
    return Promise.resolve();
  }

  /** False where the id is stored already. */
  private insert(row: NewRequest): boolean {
    const inserted = this.database.get(
      query
        .insertInto('requests')
        .values(row)
        .onConflict((conflict) => conflict.columns(['scope', 'id']).doNothing())
        .returning('seq'),
    );
    if (inserted === undefined) return false;
    if (row.prompt !== null || row.answer !== null) this.database.prepare(INDEX_TEXT).run(inserted.seq);
    return true;
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
    for (const event of events) {
      const { type, scope, ...payload } = event;
      this.database.run(query.insertInto('events').values({ type, scope: keyOf(scope), payload: JSON.stringify(payload) }));
    }
  }
}
