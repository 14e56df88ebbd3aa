// Legal holds, and what they keep the purge from.
import { sql, type RawBuilder } from 'kysely';
import type { Hold, HoldKind, HoldStore } from '../../holds/index.ts';
import type { AuditEntry, Scope } from '../../kernel/index.ts';
import type { Erasable } from '../../privacy/index.ts';
import type { AuditWriter } from './audit.ts';
import { query, type Database } from './database.ts';
import { keyOf } from './scope.ts';
import type { HoldTable } from './schema.ts';

const ADD_HELD = `INSERT OR IGNORE INTO held_requests (scope, request_id, hold_id)
  SELECT scope, id, ?3 FROM requests WHERE scope = ?1 AND thread_id = ?2`;
const IN_FORCE = `SELECT kind, count(*) AS n FROM holds WHERE scope = ? AND lifted_at_ms IS NULL GROUP BY kind`;
/** A thread may have requests of several people, where they share a declared conversation. */
const COVERING = `SELECT id FROM holds WHERE scope = ?1 AND lifted_at_ms IS NULL AND (kind = 'scope'
    OR (kind = 'user' AND subject = ?2)
    OR (kind = 'thread' AND EXISTS (SELECT 1 FROM held_requests h JOIN requests r ON r.scope = h.scope AND r.id = h.request_id
      WHERE h.scope = ?1 AND h.hold_id = holds.id AND r.principal = ?2)))
  ORDER BY placed_at_ms`;
const THREADS = `SELECT DISTINCT r.thread_id AS id FROM held_requests h JOIN requests r ON r.scope = h.scope AND r.id = h.request_id
  WHERE h.scope = ?`;
const USERS = `SELECT subject AS id FROM holds WHERE scope = ? AND kind = 'user' AND lifted_at_ms IS NULL`;

export class SqliteHolds implements HoldStore {
  private readonly database: Database;
  private readonly audit: AuditWriter;

  constructor(database: Database, audit: AuditWriter) {
    this.database = database;
    this.audit = audit;
  }

  async place(scope: Scope, hold: Hold, audit: AuditEntry): Promise<boolean> {
    const key = keyOf(scope);
    const isPlaced = this.database.transaction(() => {
      const thread =
        hold.kind === 'thread'
          ? this.database.get(
              query
                .selectFrom('threads')
                .select('principal')
                .where('scope', '=', key)
                .where('id', '=', hold.subject ?? ''),
            )
          : undefined;
      if (hold.kind === 'thread' && thread === undefined) return false;
      const principal = hold.kind === 'user' ? hold.subject : (thread?.principal ?? null);
      this.database.run(query.insertInto('holds').values({ scope: key, principal, ...toRow(hold) }));
      if (hold.kind === 'thread') this.database.prepare(ADD_HELD).run(key, hold.subject, hold.id);
      this.audit.add(audit);
      return true;
    });
    return Promise.resolve(isPlaced);
  }

  async lift(
    scope: Scope,
    id: string,
    { atMs, actor, reason }: { readonly atMs: number; readonly actor: string; readonly reason: string },
    audit: AuditEntry,
  ): Promise<boolean> {
    const key = keyOf(scope);
    const lifted = { lifted_at_ms: Math.trunc(atMs), lifted_by: actor, lift_reason: reason };
    const change = query.updateTable('holds').set(lifted).where('scope', '=', key).where('id', '=', id).where('lifted_at_ms', 'is', null);
    const isLifted = this.database.transaction(() => {
      if (this.database.run(change) === 0) return false;
      this.database.run(query.deleteFrom('held_requests').where('scope', '=', key).where('hold_id', '=', id));
      this.audit.add(audit);
      return true;
    });
    return Promise.resolve(isLifted);
  }

  async list(scope: Scope, isActiveOnly: boolean): Promise<readonly Hold[]> {
    const all = query.selectFrom('holds').selectAll().where('scope', '=', keyOf(scope));
    const rows = isActiveOnly ? all.where('lifted_at_ms', 'is', null) : all;
    return Promise.resolve(this.database.all(rows.orderBy('placed_at_ms', 'desc').orderBy('id')).map(toHold));
  }

  async covering(scope: Scope, principal: string): Promise<readonly string[]> {
    const rows = this.database.prepare(COVERING).all(keyOf(scope), principal);
    return Promise.resolve(rows.map(({ id }) => String(id)));
  }

  /** What the purge of a place outside the store must leave: by the threads in which held requests stand now. */
  async held(scope: Scope): Promise<{ readonly isAll: boolean; readonly users: readonly string[]; readonly threads: readonly string[] }> {
    const key = keyOf(scope);
    const idsOf = (text: string): readonly string[] =>
      this.database
        .prepare(text)
        .all(key)
        .map(({ id }) => String(id));
    const state = heldIn(this.database, key);
    if (state !== 'some') return Promise.resolve({ isAll: state === 'all', users: [], threads: [] });
    return Promise.resolve({ isAll: false, users: idsOf(USERS), threads: idsOf(THREADS) });
  }
}

/** Whether holds are in force in a scope that the purge has to heed: of everything, of some, or of nothing. */
export function heldIn(database: Database, key: string): 'all' | 'some' | 'nothing' {
  const kinds = database.prepare(IN_FORCE).all(key);
  if (kinds.length === 0) return 'nothing';
  return kinds.some(({ kind }) => kind === 'scope') ? 'all' : 'some';
}

/** Columns of `requests`, and of the tables that name a request. */
export const REQUEST = { request: 'id', principal: 'principal' };
export const OF_REQUEST = { request: 'request_id', principal: 'principal' };

/**
 * True of rows of a table that a hold of a user or thread keeps, in SQL: by the columns that name the request and the
 * principal there. Each is named with its table, since the tables of holds have columns of such names too.
 */
export function isHeld(
  key: string,
  table: string,
  { request, principal }: { readonly request?: string; readonly principal?: string },
): RawBuilder<boolean> {
  const no = sql<boolean>`false`;
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const byRequest =
    request === undefined ? no : sql`EXISTS (SELECT 1 FROM held_requests h WHERE h.scope = ${key} AND h.request_id = ${column(request)})`;
  const byPrincipal =
    principal === undefined
      ? no
      : sql`EXISTS (SELECT 1 FROM holds u WHERE u.scope = ${key} AND u.kind = 'user' AND u.lifted_at_ms IS NULL AND u.subject = ${column(principal)})`;
  return sql<boolean>`(${byRequest} OR ${byPrincipal})`;
}

/** A hold names its person. None in force is left when a person is erased, so what goes here is the memory of former ones. */
export function holdsOf(database: Database): Erasable {
  return {
    name: 'holds',
    tables: ['holds', 'held_requests'],
    erase(scope, principal, untilMs = Number.MAX_SAFE_INTEGER) {
      const key = keyOf(scope);
      const until = Math.trunc(untilMs);
      const mine = query.selectFrom('holds').select('id').where('scope', '=', key).where('principal', '=', principal);
      const gone = query.deleteFrom('holds').where('scope', '=', key).where('principal', '=', principal);
      return Promise.resolve(
        database.shred(() => {
          const held = query.deleteFrom('held_requests').where('scope', '=', key);
          database.run(held.where('hold_id', 'in', mine.where('placed_at_ms', '<=', until)));
          return { holds: database.run(gone.where('placed_at_ms', '<=', until)) };
        }),
      );
    },
    residual: (scope, principal) => {
      const found = database.prepare('SELECT count(*) AS n FROM holds WHERE scope = ? AND principal = ?').get(keyOf(scope), principal);
      return Promise.resolve(Number(found?.['n']));
    },
  };
}

function toRow({ id, kind, subject, reason, placedAtMs, placedBy }: Hold): Omit<HoldTable, 'scope' | 'principal'> {
  const lifted = { lifted_at_ms: null, lifted_by: null, lift_reason: null };
  return { id, kind, subject, reason, placed_at_ms: Math.trunc(placedAtMs), placed_by: placedBy, ...lifted };
}

function toHold(row: HoldTable): Hold {
  return {
    id: row.id,
    kind: row.kind as HoldKind,
    subject: row.subject,
    reason: row.reason,
    placedAtMs: row.placed_at_ms,
    placedBy: row.placed_by,
    liftedAtMs: row.lifted_at_ms,
    liftedBy: row.lifted_by,
    liftReason: row.lift_reason,
  };
}
