import type { DomainEvent } from '../../kernel/index.ts';
import type { StoredTurn, TurnSink } from '../../ingest/ports.ts';
import { fold, type Aggregate, type Step } from './aggregate.ts';
import { query, type Database } from './database.ts';
import type { SqliteJournal } from './journal.ts';
import { toRow, type NewRequest } from './request-row.ts';
import { keyOf } from './scope.ts';
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
      if (first !== undefined) this.updateThread(first.scope, first.thread_id, list);
    }
  }

  private updateThread(scope: string, id: string, added: readonly NewRequest[]): void {
    const before = this.database.get(query.selectFrom('threads').selectAll().where('scope', '=', scope).where('id', '=', id));
    const isLate = before !== undefined && added.some((row) => row.at < before.last_at);
    const steps: readonly Step[] = isLate ? this.stepsOf(scope, id) : added.toSorted((a, b) => a.at - b.at);
    const aggregate = steps.reduce<Aggregate | undefined>(fold, isLate ? undefined : before);
    if (aggregate === undefined) return;
    const row = { ...aggregate, scope, id };
    this.database.run(
      query
        .insertInto('threads')
        .values(row)
        .onConflict((conflict) => conflict.columns(['scope', 'id']).doUpdateSet(aggregate)),
    );
  }

  /** Every request of a thread in time order: read again when one arrives late. */
  private stepsOf(scope: string, id: string): readonly Step[] {
    return this.database.all(
      query
        .selectFrom('requests')
        .select(['id', 'at', 'ended_at', 'principal', 'session_id', 'kind', 'follow_up', 'confidence', 'outcome', 'blocked', 'truncated'])
        .select(['model', 'topic_id', 'topic_label', 'input_tokens', 'output_tokens', 'cost_usd', 'prompt'])
        .where('scope', '=', scope)
        .where('thread_id', '=', id)
        .orderBy('at')
        .orderBy('seq'),
    );
  }

  private announce(events: readonly DomainEvent[]): void {
    for (const event of events) {
      const { type, scope, ...payload } = event;
      this.database.run(query.insertInto('events').values({ type, scope: keyOf(scope), payload: JSON.stringify(payload) }));
    }
  }
}
