// Repairs by people: reading how requests stand, and moving them in one transaction.
import type { Selectable } from 'kysely';
import type { RepairedPlaces } from '../../accuracy/index.ts';
import type { AuditEntry, Clock, Scope } from '../../kernel/index.ts';
import type { Line, NewRepair, Repair, RepairFilter, RepairStore, Standing, Undoable, UndoneRepair } from '../../repair/index.ts';
import type { Adjustment, Place, RepairMove } from '../../repair/index.ts';
import type { AuditWriter } from './audit.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { elements, query, type Database } from './database.ts';
import { adjust, announceMoves, moveByPerson } from './repair-rows.ts';
import type { RepairTable } from './schema.ts';
import { keyOf } from './scope.ts';
import { rebuildThread } from './thread-rows.ts';
import type { SqliteVectors } from './vectors.ts';

const COLUMNS = `id, at, seq, kind, thread_id, session_id, position, method, confidence, predecessor_id, declared_session,
  coalesce(json_extract(turn, '$.inferable'), 1) AS inferable`;
const MEMBERS = `SELECT ${COLUMNS} FROM requests WHERE scope = ? AND thread_id = ? ORDER BY at, seq LIMIT ?`;
const LINE = `SELECT ${COLUMNS} FROM requests WHERE scope = ? AND principal = ? AND at >= ? ORDER BY at, seq`;
const NEWEST = `SELECT ${COLUMNS} FROM requests WHERE scope = ? AND principal = ? AND at < ? AND kind <> 'auxiliary' ORDER BY at DESC, seq DESC LIMIT 1`;
const NEWEST_OF = `SELECT ${COLUMNS} FROM requests WHERE scope = ? AND thread_id = ? AND at < ? AND kind <> 'auxiliary' ORDER BY at DESC, seq DESC LIMIT 1`;
const THREADS = `SELECT id, thread_id FROM requests WHERE scope = ? AND id IN (SELECT value FROM json_each(?))`;
const ASKED = `SELECT id FROM repairs WHERE scope = ?1 AND asked = ?2 AND undone_at_ms IS NULL AND NOT EXISTS (
    SELECT 1 FROM repair_moves m JOIN requests r ON r.scope = m.scope AND r.id = m.request_id
    WHERE m.scope = ?1 AND m.repair_id = repairs.id AND m.from_id <> m.into_id AND r.thread_id <> m.into_id)
  ORDER BY seq DESC LIMIT 1`;
const LATER = `SELECT DISTINCT l.id FROM repairs e JOIN repair_moves m ON m.scope = e.scope AND m.repair_id = e.id AND m.from_id <> m.into_id
  JOIN repair_moves o ON o.scope = m.scope AND o.request_id = m.request_id AND o.from_id <> o.into_id
  JOIN repairs l ON l.scope = o.scope AND l.id = o.repair_id AND l.seq > e.seq AND l.undone_at_ms IS NULL
  WHERE e.scope = ? AND e.id = ? ORDER BY l.seq DESC LIMIT 10`;
const MERGED = `SELECT r.into_id FROM repairs r JOIN repair_moves m ON m.scope = r.scope AND m.repair_id = r.id
  WHERE r.scope = ?1 AND m.from_id = ?2 AND m.from_id <> m.into_id AND r.kind = 'merge' AND r.undone_at_ms IS NULL ORDER BY r.seq DESC LIMIT 1`;
/** By the person alone: the work is the same whichever thread they ask for. */
const MERGES_OF = `SELECT DISTINCT m.from_id, r.into_id, r.seq FROM repairs r INDEXED BY repairs_principal
  JOIN repair_moves m ON m.scope = r.scope AND m.repair_id = r.id
  WHERE r.scope = ?1 AND r.principal = ?2 AND m.from_id <> m.into_id AND r.kind = 'merge' AND r.undone_at_ms IS NULL ORDER BY r.seq`;
/** Merges that are followed: enough for any thread, and an end for a circle. */
const MOST_MERGES = 20;
const OF_THREAD = `SELECT repair_id FROM repair_moves WHERE scope = ?1 AND from_id = ?2 AND from_id <> into_id`;

type Row = Readonly<Record<string, unknown>>;

function standingOf(row: Row): Standing {
  return {
    id: String(row['id']),
    at: Number(row['at']),
    kind: row['kind'] as Standing['kind'],
    threadId: String(row['thread_id']),
    sessionId: String(row['session_id']),
    declaredSession: row['declared_session'] as string | null,
    position: row['position'] as Standing['position'],
    method: row['method'] as Standing['method'],
    confidence: Number(row['confidence']),
    predecessorId: row['predecessor_id'] as string | null,
    inferable: row['inferable'] === 1,
  };
}

export class SqliteRepairs implements RepairStore, RepairedPlaces {
  private readonly database: Database;
  private readonly vectors: SqliteVectors;
  private readonly clock: Clock;
  private readonly audit: AuditWriter;

  constructor(database: Database, vectors: SqliteVectors, clock: Clock, audit: AuditWriter) {
    this.audit = audit;
    this.database = database;
    this.vectors = vectors;
    this.clock = clock;
  }

  async ownerOf(scope: Scope, threadId: string): Promise<{ readonly principal: string | null } | undefined> {
    const row = query.selectFrom('threads').select('principal').where('scope', '=', keyOf(scope)).where('id', '=', threadId);
    return Promise.resolve(this.database.get(row));
  }

  async threadOfRequest(scope: Scope, requestId: string): Promise<string | undefined> {
    const row = query.selectFrom('requests').select('thread_id').where('scope', '=', keyOf(scope)).where('id', '=', requestId);
    return Promise.resolve(this.database.get(row)?.thread_id);
  }

  async members(scope: Scope, threadId: string, limit: number): Promise<readonly Standing[]> {
    return Promise.resolve(this.database.prepare(MEMBERS).all(keyOf(scope), threadId, limit).map(standingOf));
  }

  async line(scope: Scope, principal: string, fromAt: number, threads: readonly string[], alsoIds: readonly string[]): Promise<Line> {
    const key = keyOf(scope);
    const rows = this.database.prepare(LINE).all(key, principal, fromAt).map(standingOf);
    const newest = this.database.prepare(NEWEST).get(key, principal, fromAt);
    const newestBeforeOf = new Map<string, Standing>();
    for (const thread of threads) {
      const row = this.database.prepare(NEWEST_OF).get(key, thread, fromAt);
      if (row !== undefined) newestBeforeOf.set(thread, standingOf(row));
    }
    const ids = [...alsoIds, ...rows.flatMap(({ id, predecessorId }) => (predecessorId === null ? [id] : [id, predecessorId]))];
    const known = this.database.prepare(THREADS).all(key, JSON.stringify(ids));
    return Promise.resolve({
      rows,
      newestBefore: newest === undefined ? undefined : standingOf(newest),
      newestBeforeOf,
      threadOf: new Map(known.map((row) => [String(row['id']), String(row['thread_id'])])),
    });
  }

  async commit(
    scope: Scope,
    repair: NewRepair,
    moves: readonly RepairMove[],
    adjustments: readonly Adjustment[],
    audit?: AuditEntry,
  ): Promise<boolean> {
    const { id, kind, principal, asked, into, reason, atMs, by } = repair;
    return this.change(scope, id, moves, adjustments, (key) => {
      this.audit.add(audit);
      const row = { scope: key, id, kind, principal, asked, into_id: into, reason, at_ms: atMs, by_id: by };
      this.database.run(query.insertInto('repairs').values(row));
      const times = new Map(this.timesOf(key, [...moves, ...adjustments]));
      const kept = (requestId: string, from: string, to: string, before: Place): void => {
        this.database.run(
          query.insertInto('repair_moves').values({
            scope: key,
            repair_id: id,
            request_id: requestId,
            principal,
            at: times.get(requestId) ?? 0,
            from_id: from,
            into_id: to,
            before: JSON.stringify(before),
          }),
        );
      };
      for (const move of moves) kept(move.requestId, move.from, move.into, move.before);
      // From a thread to itself: it only stands otherwise.
      for (const one of adjustments) kept(one.requestId, one.threadId, one.threadId, one.before);
    });
  }

  async undo(
    scope: Scope,
    undone: UndoneRepair,
    moves: readonly RepairMove[],
    adjustments: readonly Adjustment[],
    audit?: AuditEntry,
  ): Promise<boolean> {
    return this.change(scope, undone.id, moves, adjustments, (key) => {
      this.audit.add(audit);
      this.database.run(
        query
          .updateTable('repairs')
          .set({ undone_at_ms: undone.atMs, undone_by: undone.by, undo_reason: undone.reason })
          .where('scope', '=', key)
          .where('id', '=', undone.id),
      );
    });
  }

  private change(
    scope: Scope,
    repairId: string,
    moves: readonly RepairMove[],
    adjustments: readonly Adjustment[],
    keep: (key: string) => void,
  ): Promise<boolean> {
    const key = keyOf(scope);
    const at = new Date(this.clock.nowMs()).toISOString();
    const isWhole = this.database.transaction(() => {
      if (!this.stands(key, moves)) return false;
      keep(key);
      for (const move of moves) moveByPerson(this.database, key, move, at);
      for (const one of adjustments) adjust(this.database, key, one);
      for (const thread of new Set(moves.flatMap(({ from, into }) => [from, into]))) rebuildThread(this.database, key, thread);
      announceMoves(this.database, key, repairId, moves);
      return true;
    });
    // The cache names threads.
    if (isWhole) this.vectors.forget(scope);
    return Promise.resolve(isWhole);
  }

  private stands(key: string, moves: readonly RepairMove[]): boolean {
    const rows = this.database.prepare(THREADS).all(key, JSON.stringify(moves.map(({ requestId }) => requestId)));
    const now = new Map(rows.map((row) => [row['id'], row['thread_id']]));
    return moves.every(({ requestId, from }) => now.get(requestId) === from);
  }

  private timesOf(key: string, list: readonly { readonly requestId: string }[]): readonly (readonly [string, number])[] {
    const ids = elements(list.map(({ requestId }) => requestId));
    const rows = query.selectFrom('requests').select(['id', 'at']).where('scope', '=', key).where('id', 'in', ids);
    return this.database.all(rows).map(({ id, at }) => [id, at] as const);
  }

  async standing(scope: Scope, asked: string): Promise<Repair | undefined> {
    const row = this.database.prepare(ASKED).get(keyOf(scope), asked);
    return row === undefined ? undefined : this.get(scope, String(row['id']));
  }

  async undoable(scope: Scope, id: string): Promise<Undoable | undefined> {
    const repair = await this.get(scope, id);
    if (repair === undefined) return undefined;
    const key = keyOf(scope);
    const kept = this.database.all(query.selectFrom('repair_moves').selectAll().where('scope', '=', key).where('repair_id', '=', id));
    const ids = kept.map(({ request_id: requestId }) => requestId);
    const threads = new Map(
      this.database
        .prepare(THREADS)
        .all(key, JSON.stringify(ids))
        .map((row) => [row['id'], String(row['thread_id'])]),
    );
    const before = (text: string): Place => JSON.parse(text) as Place;
    const [moved, adjusted] = [kept.filter((row) => row.from_id !== row.into_id), kept.filter((row) => row.from_id === row.into_id)];
    const members = this.database.prepare(MEMBERS).all(key, repair.into, -1).map(standingOf);
    return {
      repair,
      moved: moved.map((row) => ({
        requestId: row.request_id,
        from: row.from_id,
        into: row.into_id,
        before: before(row.before),
        standsIn: threads.get(row.request_id),
        at: row.at,
      })),
      adjusted: adjusted.map((row) => ({
        requestId: row.request_id,
        threadId: row.into_id,
        before: before(row.before),
        standsIn: threads.get(row.request_id),
      })),
      ...cameSince(members, new Map(moved.map((row) => [row.request_id, row.from_id])), new Set(ids)),
    };
  }

  async laterOn(scope: Scope, id: string): Promise<readonly string[]> {
    return Promise.resolve(
      this.database
        .prepare(LATER)
        .all(keyOf(scope), id)
        .map((row) => String(row['id'])),
    );
  }

  async mergedInto(scope: Scope, threadId: string, onlyUser?: string): Promise<string | undefined> {
    const next = this.mergesIn(keyOf(scope), onlyUser);
    let into: string | undefined;
    for (let i = 0; i < MOST_MERGES; i++) {
      const further = next(into ?? threadId);
      if (further === undefined) break;
      into = further;
      if ((await this.ownerOf(scope, into)) !== undefined) break;
    }
    return into;
  }

  private mergesIn(key: string, onlyUser: string | undefined): (threadId: string) => string | undefined {
    if (onlyUser === undefined) return (threadId) => this.database.prepare(MERGED).get(key, threadId)?.['into_id'] as string | undefined;
    const rows = this.database.prepare(MERGES_OF).all(key, onlyUser);
    const merges = new Map(rows.map((row) => [String(row['from_id']), String(row['into_id'])]));
    return (threadId) => merges.get(threadId);
  }

  async get(scope: Scope, id: string): Promise<Repair | undefined> {
    const row = this.database.get(query.selectFrom('repairs').selectAll().where('scope', '=', keyOf(scope)).where('id', '=', id));
    return Promise.resolve(row === undefined ? undefined : this.repairOf(row));
  }

  async list(
    scope: Scope,
    { threadId, user, state }: RepairFilter,
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly Repair[]; readonly next: string | null }> {
    const key = keyOf(scope);
    let wanted = query.selectFrom('repairs').selectAll().where('scope', '=', key);
    if (user !== undefined) wanted = wanted.where('principal', '=', user);
    if (state !== undefined) wanted = wanted.where('undone_at_ms', state === 'undone' ? 'is not' : 'is', null);
    if (threadId !== undefined) {
      const left = this.database.prepare(OF_THREAD).all(key, threadId);
      const ids = elements(left.map((row) => String(row['repair_id'])));
      wanted = wanted.where((e) => e.or([e('into_id', '=', threadId), e('id', 'in', ids)]));
    }
    if (cursor !== undefined) wanted = wanted.where('seq', '<', decodeCursor(cursor).at);
    const rows = this.database.all(wanted.orderBy('seq', 'desc').limit(limit + 1));
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return Promise.resolve({
      items: shown.map((row) => this.repairOf(row)),
      next: last === undefined ? null : encodeCursor({ at: last.seq, id: last.id }),
    });
  }

  /** Of `RepairedPlaces`: what a repair says while it stands. */
  async places(scope: Scope, repairId: string): ReturnType<RepairedPlaces['places']> {
    const repair = await this.get(scope, repairId);
    if (repair === undefined || repair.undone !== null || repair.moves.length === 0) return undefined;
    const rows = query.selectFrom('repair_moves').select('at').where('scope', '=', keyOf(scope)).where('repair_id', '=', repairId);
    const times = this.database.all(rows).map(({ at }) => at);
    return {
      principal: repair.principal,
      threads: new Set([repair.into, ...repair.moves.map(({ from }) => from)]),
      firstAt: Math.min(...times),
      lastAt: Math.max(...times),
    };
  }

  private repairOf(row: Selectable<RepairTable>): Repair {
    const moves = query
      .selectFrom('repair_moves')
      .select(['request_id as requestId', 'from_id as from', 'into_id as into'])
      .where('scope', '=', row.scope)
      .where('repair_id', '=', row.id)
      .whereRef('from_id', '!=', 'into_id')
      .orderBy('at')
      .orderBy('request_id');
    const against = query
      .selectFrom('repair_contradictions')
      .select(['request_id', 'at', 'evidence'])
      .where('scope', '=', row.scope)
      .where('repair_id', '=', row.id)
      .orderBy('at');
    return {
      id: row.id,
      kind: row.kind as Repair['kind'],
      principal: row.principal,
      into: row.into_id,
      reason: row.reason,
      atMs: row.at_ms,
      by: row.by_id,
      undone: row.undone_at_ms === null ? null : { atMs: row.undone_at_ms, by: row.undone_by ?? '', reason: row.undo_reason },
      moves: this.database.all(moves),
      contradictions: this.database.all(against).map(({ request_id: requestId, at, evidence }) => ({
        requestId,
        at: new Date(Math.round(at * 1_000)).toISOString(),
        evidence: evidence as 'declared' | 'history',
      })),
    };
  }
}

/**
 * Members of a repair's thread that it does not know: those that belong to what it moved, and the others. A declared session
 * tells whose they are, else the request that they go on from.
 */
function cameSince(
  members: readonly Standing[],
  moved: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): Pick<Undoable, 'followers' | 'others'> {
  const home = new Map(moved);
  const sessions = new Map<string, string>();
  for (const { id, declaredSession } of members) {
    const from = moved.get(id);
    if (from !== undefined && declaredSession !== null) sessions.set(declaredSession, from);
  }
  const followers: { request: Standing; into: string }[] = [];
  const others: Standing[] = [];
  for (const request of members) {
    if (known.has(request.id)) continue;
    const { declaredSession: session, predecessorId } = request;
    const goesOn = predecessorId === null ? undefined : home.get(predecessorId);
    const into = session === null ? goesOn : sessions.get(session);
    if (into === undefined) {
      others.push(request);
    } else {
      home.set(request.id, into);
      followers.push({ request, into });
    }
  }
  return { followers, others };
}
