import type { Clock, DomainEvent } from '../../kernel/index.ts';
import { elements, query, type Database } from './database.ts';
import { scopeOf } from './scope.ts';

export interface OutboxRow {
  /** Grows with every event. */
  readonly seq: number;
  /** How often it was put off. */
  readonly attempts: number;
  readonly event: DomainEvent;
}

/** Events that were stored and not announced yet. One reader: what was taken and not acknowledged is taken again. */
export interface Outbox {
  /** The oldest that are due, in the order they were stored. */
  take(limit: number): Promise<readonly OutboxRow[]>;
  /** Gives them out again, no earlier than that time. Durable when it resolves. */
  defer(seqs: readonly number[], dueAtMs: number): Promise<void>;
  /** How many were put off. */
  deferred(): Promise<number>;
  /** Removes them: every handler has seen them. */
  ack(seqs: readonly number[]): Promise<void>;
}

export class SqliteOutbox implements Outbox {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
    // A new start is a new chance.
    database.run(query.updateTable('events').set({ due_at_ms: 0 }).where('due_at_ms', '>', 0));
  }

  async defer(seqs: readonly number[], dueAtMs: number): Promise<void> {
    const rows = query.updateTable('events').where('seq', 'in', elements(seqs));
    this.database.run(rows.set((row) => ({ due_at_ms: Math.ceil(dueAtMs), attempts: row('attempts', '+', 1) })));
    return Promise.resolve();
  }

  async deferred(): Promise<number> {
    const row = this.database.get(
      query
        .selectFrom('events')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('attempts', '>', 0),
    );
    return Promise.resolve(row?.n ?? 0);
  }

  async take(limit: number): Promise<readonly OutboxRow[]> {
    const due = query.selectFrom('events').selectAll().where('due_at_ms', '<=', Math.trunc(this.clock.nowMs()));
    const rows = this.database.all(due.orderBy('seq').limit(limit));
    return Promise.resolve(
      rows.map(({ seq, type, scope, payload, attempts }) => ({
        seq,
        attempts,
        event: { type, scope: scopeOf(scope), ...(JSON.parse(payload) as object) } as DomainEvent,
      })),
    );
  }

  async ack(seqs: readonly number[]): Promise<void> {
    const rows = query
      .deleteFrom('events')
      .where('seq', 'in', elements(seqs))
      .where((e) => e('type', '!=', 'SubjectErased'));
    this.database.run(rows);
    const named = query.deleteFrom('events').where('seq', 'in', elements(seqs));
    // What names an erased user must not stay in the log of the file either.
    const left = this.database.all(query.selectFrom('events').select('seq').where('seq', 'in', elements(seqs)));
    if (left.length > 0) this.database.shred(() => this.database.run(named));
    return Promise.resolve();
  }
}
