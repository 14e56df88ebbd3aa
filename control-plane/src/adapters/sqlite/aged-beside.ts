// What ages beside requests and goes in batches of its own: feedback, alerts, deploys, what was said of the linking, holds of
// the past. Each class is a statement of its table that takes the oldest, and no more than a number of them.
import { sql, type RawBuilder } from 'kysely';
import type { BesideClass } from '../../retention/index.ts';
import { query, type Database } from './database.ts';
import { isHeld, OF_REQUEST } from './holds.ts';

interface Aged {
  readonly table: string;
  /** Columns that name a row. */
  readonly key: readonly string[];
  readonly at: string;
  /** Of the column, in a second. */
  readonly perSecond: 1 | 1_000;
  /** What is due beside its age. */
  readonly where?: RawBuilder<boolean>;
  readonly held?: (scope: string) => RawBuilder<boolean>;
  /** What is taken away, where it is not the row. */
  readonly blank?: RawBuilder<unknown>;
}

const repairHeld = (scope: string): RawBuilder<boolean> => sql<boolean>`(${isHeld(scope, 'repairs', { principal: 'principal' })}
  OR EXISTS (SELECT 1 FROM repair_moves m WHERE m.scope = ${scope} AND m.repair_id = repairs.id
    AND ${isHeld(scope, 'm', OF_REQUEST)}))`;
/** Feedback on a thread names no request. */
const feedbackHeld = (scope: string): RawBuilder<boolean> => sql<boolean>`(${isHeld(scope, 'feedback', OF_REQUEST)}
  OR EXISTS (SELECT 1 FROM held_requests t JOIN requests r ON r.scope = t.scope AND r.id = t.request_id
    WHERE t.scope = ${scope} AND r.thread_id = feedback.thread_id))`;
const ofLinking = (table: string, named: string): Aged => ({
  table,
  key: [named, ...(table === 'link_verdicts' ? ['source'] : ['request_id'])],
  at: 'at',
  perSecond: 1,
  held: (scope) => isHeld(scope, table, OF_REQUEST),
});
const FEEDBACK: Aged = { table: 'feedback', key: ['id'], at: 'at_ms', perSecond: 1_000, held: feedbackHeld };
const REPAIRS: Aged = { table: 'repairs', key: ['id'], at: 'at_ms', perSecond: 1_000, held: repairHeld };

const CLASSES: Readonly<Record<BesideClass, Aged>> = {
  comments: { ...FEEDBACK, where: sql<boolean>`kind = 'comment'` },
  reasons: {
    ...REPAIRS,
    where: sql<boolean>`(reason IS NOT NULL OR undo_reason IS NOT NULL)`,
    blank: sql`reason = NULL, undo_reason = NULL`,
  },
  feedback: FEEDBACK,
  alerts: { table: 'alerts', key: ['id'], at: 'starts_at_ms', perSecond: 1_000 },
  deploys: { table: 'deploys', key: ['id'], at: 'at_ms', perSecond: 1_000 },
  topicChanges: { table: 'topic_changes', key: ['seq'], at: 'at_ms', perSecond: 1_000 },
  verdicts: ofLinking('link_verdicts', 'request_id'),
  repairMoves: ofLinking('repair_moves', 'repair_id'),
  contradictions: ofLinking('repair_contradictions', 'repair_id'),
  // A repair stays while a request that it moved does.
  repairs: {
    ...REPAIRS,
    where: sql<boolean>`NOT EXISTS (SELECT 1 FROM repair_moves v WHERE v.scope = repairs.scope AND v.repair_id = repairs.id)`,
  },
  holds: { table: 'holds', key: ['id'], at: 'lifted_at_ms', perSecond: 1_000 },
};

/** Within a transaction of the caller. Answers how many went: fewer than `limit` means that none is left. */
export function removeBeside(
  database: Database,
  name: BesideClass,
  {
    scope,
    beforeMs,
    limit,
    someAreHeld,
  }: { readonly scope: string; readonly beforeMs: number; readonly limit: number; readonly someAreHeld: boolean },
): number {
  const { table, key, at, perSecond, where, held, blank } = CLASSES[name];
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const before = perSecond === 1 ? beforeMs / 1_000 : Math.trunc(beforeMs);
  const conditions = [
    sql`scope = ${scope}`,
    sql`${sql.ref(at)} < ${before}`,
    ...(where === undefined ? [] : [where]),
    ...(someAreHeld && held !== undefined ? [sql`NOT ${held(scope)}`] : []),
  ];
  const due = sql`SELECT ${columns} FROM ${sql.table(table)} WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${sql.ref(at)} LIMIT ${limit}`;
  const what = blank === undefined ? sql`DELETE FROM ${sql.table(table)}` : sql`UPDATE ${sql.table(table)} SET ${blank}`;
  const removal = sql`${what} WHERE scope = ${scope} AND (${columns}) IN (${due})`;
  return database.run({ compile: () => removal.compile(query) });
}
