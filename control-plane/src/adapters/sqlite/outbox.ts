import type { DomainEvent } from '../../kernel/index.ts';
import { elements, query, type Database } from './database.ts';
import { scopeOf } from './scope.ts';

export interface OutboxRow {
  /** Grows with every event. */
  readonly seq: number;
  readonly event: DomainEvent;
}

/** Events that were stored and not announced yet. One reader: what was taken and not acknowledged is taken again. */
export interface Outbox {
  /** The oldest, in the order they were stored. */
  take(limit: number): Promise<readonly OutboxRow[]>;
  /** Removes them: every handler has seen them. */
  ack(seqs: readonly number[]): Promise<void>;
}

export class SqliteOutbox implements Outbox {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async take(limit: number): Promise<readonly OutboxRow[]> {
    const rows = this.database.all(query.selectFrom('events').selectAll().orderBy('seq').limit(limit));
    return Promise.resolve(
      rows.map(({ seq, type, scope, payload }) => ({
        seq,
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
