// How vectors of both forms go, or part from what their request says. Within transactions of the caller.
import { sql, type RawBuilder } from 'kysely';
import { elements, query, type Database } from './database.ts';
import { OF_REQUEST, REQUEST } from './holds.ts';
import { HELD, JOIN_DENSE, modelKeys, REQUEST_OF, scopeId } from './request-vectors.ts';

const KINDS = "(SELECT 'prompt' AS kind UNION ALL SELECT 'answer')";
const VECTOR = "CASE k.kind WHEN 'prompt' THEN v.prompt ELSE v.answer END";
const OF_OTHER_THREAD = 'r.scope = ?1 AND r.id = ?2 AND r.thread_id <> ?3';
const PART = `INSERT INTO vectors (scope, model, request_id, kind, principal, thread_id, at_ms, vector)
  SELECT r.scope, m.model, r.id, k.kind, r.principal, ?3, v.at_ms, ${VECTOR}
  FROM requests r ${JOIN_DENSE} CROSS JOIN ${KINDS} k WHERE ${OF_OTHER_THREAD} AND ${VECTOR} IS NOT NULL`;
const PARTED = `DELETE FROM request_vectors WHERE seq IN (SELECT r.seq + (m.id << 40) FROM requests r CROSS JOIN vector_models m
  WHERE ${OF_OTHER_THREAD})`;
const KEY = `(SELECT r.seq + ?3 FROM requests r WHERE r.scope = ?1 AND r.id = ?2)`;
const FORGET = {
  prompt: `UPDATE request_vectors SET prompt = NULL WHERE seq = ${KEY}`,
  answer: `UPDATE request_vectors SET answer = NULL WHERE seq = ${KEY}`,
} as const;
const FORGET_EMPTY = `DELETE FROM request_vectors WHERE seq = ${KEY} AND prompt IS NULL AND answer IS NULL`;
const OF_PRINCIPAL = `DELETE FROM request_vectors WHERE seq IN (SELECT r.seq + (m.id << 40) FROM requests r CROSS JOIN vector_models m
  WHERE r.scope = ?1 AND r.principal = ?2) AND at_ms <= ?3 RETURNING ${HELD} AS n`;
const OF_MODEL = `DELETE FROM request_vectors WHERE seq > ? AND seq < ? RETURNING scope`;

/** True of vectors that stay whatever their age, by the table that names their request and principal, and its columns. */
export type Spared = (table: string, columns: { readonly request: string; readonly principal: string }) => RawBuilder<boolean>;

/** What a request's row has of one kind, where the vector is to stand with a thread and principal of its own. */
export function forgetDense(database: Database, scope: string, id: string, kind: 'prompt' | 'answer', model: string): void {
  const keys = modelKeys(database, model);
  if (keys === undefined) return;
  database.prepare(FORGET[kind]).run(scope, id, keys.base);
  database.prepare(FORGET_EMPTY).run(scope, id, keys.base);
}

/** The request's vectors name the thread, also where the request itself is in another one. */
export function nameThread(database: Database, scope: string, id: string, threadId: string): void {
  database.run(query.updateTable('vectors').set({ thread_id: threadId }).where('scope', '=', scope).where('request_id', '=', id));
  database.prepare(PART).run(scope, id, threadId);
  database.prepare(PARTED).run(scope, id, threadId);
}

/** Answers how many went. */
export function removeOfPrincipal(database: Database, scope: string, principal: string, untilMs: number | undefined): number {
  const theirs = query.deleteFrom('vectors').where('scope', '=', scope).where('principal', '=', principal);
  const own = database.run(untilMs === undefined ? theirs : theirs.where('at_ms', '<=', Math.trunc(untilMs)));
  const rows = database.prepare(OF_PRINCIPAL).all(scope, principal, Math.trunc(untilMs ?? Number.MAX_SAFE_INTEGER));
  return rows.reduce((sum, { n }) => sum + Number(n), own);
}

export interface RemovedVectors {
  readonly count: number;
  /** Of their requests. */
  readonly ids: readonly string[];
}

/** The oldest, about `limit`: both of a request go together, so it may be one more. */
export function removeOlder(
  database: Database,
  scope: string,
  beforeMs: number,
  limit: number,
  spared: Spared | undefined,
): RemovedVectors {
  const own = olderOwn(database, scope, beforeMs, limit, spared);
  if (own.count >= limit) return own;
  const dense = olderDense(database, scope, beforeMs, limit - own.count, spared);
  return { count: own.count + dense.count, ids: [...own.ids, ...dense.ids] };
}

function olderOwn(database: Database, scope: string, beforeMs: number, limit: number, spared: Spared | undefined): RemovedVectors {
  const old = query.selectFrom('vectors').select('seq').where('scope', '=', scope).where('at_ms', '<', beforeMs);
  const due = spared === undefined ? old : old.where(sql<boolean>`NOT ${spared('vectors', OF_REQUEST)}`);
  const gone = query.deleteFrom('vectors').where('seq', 'in', due.orderBy('at_ms').limit(limit)).returning('request_id');
  const ids = database.all(gone).map((row) => row.request_id);
  return { count: ids.length, ids };
}

function olderDense(database: Database, scope: string, beforeMs: number, limit: number, spared: Spared | undefined): RemovedVectors {
  const id = scopeId(database, scope);
  if (id === undefined) return { count: 0, ids: [] };
  // Of a hold the request knows; without one the index alone says what is due.
  const held =
    spared &&
    sql<boolean>`EXISTS (SELECT 1 FROM requests r WHERE r.seq = ${sql.raw(REQUEST_OF('request_vectors.seq'))} AND ${spared('r', REQUEST)})`;
  const old = query
    .selectFrom('request_vectors')
    .select(['seq', sql<number>`${sql.raw(HELD)}`.as('n')])
    .where('scope', '=', id)
    .where('at_ms', '<', Math.ceil(beforeMs));
  const due = held === undefined ? old : old.where(sql<boolean>`NOT ${held}`);
  const seqs: number[] = [];
  let count = 0;
  for (const { seq, n } of database.all(due.orderBy('at_ms').limit(limit))) {
    if (count >= limit) break;
    seqs.push(seq);
    count += n;
  }
  if (seqs.length === 0) return { count, ids: [] };
  database.run(query.deleteFrom('request_vectors').where('seq', 'in', elements(seqs)));
  const numbers = sql<number>`(SELECT ${sql.raw(REQUEST_OF('value'))} FROM json_each(${JSON.stringify(seqs)}))`;
  const ids = database.all(query.selectFrom('requests').select('id').where('seq', 'in', numbers)).map((row) => row.id);
  return { count, ids };
}

/** Answers the scopes that had any. */
export function removeOfModel(database: Database, model: string): readonly string[] {
  const own = database.prepare('DELETE FROM vectors WHERE model = ? RETURNING scope').all(model);
  const keys = modelKeys(database, model);
  const dense = keys === undefined ? [] : database.prepare(OF_MODEL).all(keys.base, keys.to);
  const names = query
    .selectFrom('scopes')
    .select('scope')
    .where('id', 'in', elements([...new Set(dense.map(({ scope }) => Number(scope)))]));
  return [...new Set([...own.map(({ scope }) => String(scope)), ...database.all(names).map(({ scope }) => scope)])];
}
