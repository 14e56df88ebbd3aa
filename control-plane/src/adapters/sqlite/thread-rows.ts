// The rows of `threads`, kept in step with those of `requests`. Everything here runs within a transaction of the caller.
import { sql } from 'kysely';
import { fold, type Aggregate, type Step } from './aggregate.ts';
import { query, type Database } from './database.ts';
import { PROMPT } from './request-record.ts';

/** Every request of a thread in time order. */
function stepsOf(database: Database, scope: string, id: string): readonly Step[] {
  return database.all(
    query
      .selectFrom('requests')
      .select(['id', 'at', 'ended_at', 'principal', 'session_id', 'kind', 'follow_up', 'confidence', 'outcome', 'blocked', 'truncated'])
      .select(['model', 'topic_id', 'topic_label', 'input_tokens', 'output_tokens', 'cost_usd'])
      .select(sql<string | null>`${sql.raw(PROMPT())}`.as('prompt'))
      .where('scope', '=', scope)
      .where('thread_id', '=', id)
      .orderBy('at')
      .orderBy('seq'),
  );
}

function write(database: Database, scope: string, id: string, aggregate: Aggregate): void {
  database.run(
    query
      .insertInto('threads')
      .values({ ...aggregate, scope, id })
      .onConflict((conflict) => conflict.columns(['scope', 'id']).doUpdateSet(aggregate)),
  );
}

/** Takes new requests in: folded onto the row, or, when one arrives late, over all requests again. */
export function extendThread(database: Database, scope: string, id: string, added: readonly Step[]): void {
  const before = database.get(query.selectFrom('threads').selectAll().where('scope', '=', scope).where('id', '=', id));
  if (before !== undefined && added.some((step) => step.at < before.last_at)) {
    rebuildThread(database, scope, id);
    return;
  }
  const aggregate = added.toSorted((a, b) => a.at - b.at).reduce<Aggregate | undefined>(fold, before);
  if (aggregate !== undefined) write(database, scope, id, aggregate);
}

/** Folds over what is left of a thread; without requests it goes. Answers whether it went. */
export function rebuildThread(database: Database, scope: string, id: string): boolean {
  const aggregate = stepsOf(database, scope, id).reduce<Aggregate | undefined>(fold, undefined);
  if (aggregate === undefined) {
    return database.run(query.deleteFrom('threads').where('scope', '=', scope).where('id', '=', id)) > 0;
  }
  write(database, scope, id, aggregate);
  return false;
}
