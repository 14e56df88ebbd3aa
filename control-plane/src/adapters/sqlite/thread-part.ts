// A part of a long thread, so that a reader sees the request that was asked for without waiting for thousands of others.
import { sql } from 'kysely';
import type { PartAsked } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { TEXTS } from './request-record.ts';
import type { RequestRow } from './request-row.ts';

interface Thread {
  readonly id: string;
  readonly breakdown_request: string | null;
}

export interface ThreadPart {
  /** Newest first. */
  readonly rows: readonly RequestRow[];
  /** Requests of the thread before and after them. */
  readonly before: number;
  readonly after: number;
}

/**
 * Half of it before the request asked for; without one, or where the thread does not hold it, around the request at which
 * the thread broke down, else from the oldest on. Begins with a turn, so that no step stands without what it is a step of.
 */
export function partOf(
  database: Database,
  scope: string,
  thread: Thread,
  onlyUser: string | undefined,
  { around, limit }: PartAsked,
): ThreadPart {
  const anchor = anchorOf(database, scope, thread, onlyUser, around);
  const requests = ofThread(scope, thread.id, onlyUser).selectAll().select(TEXTS);
  const place = anchor === undefined ? sql`0, 0` : sql`${anchor.at}, ${anchor.seq}`;
  const older = database.all(
    requests
      .where(sql<boolean>`(at, seq) < (${place})`)
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .limit(Math.floor(limit / 2)),
  );
  const firstTurn = older.findLastIndex(({ kind }) => kind === 'turn');
  const kept = firstTurn === -1 ? older : older.slice(0, firstTurn + 1);
  const newer = database.all(
    requests
      .where(sql<boolean>`(at, seq) >= (${place})`)
      .orderBy('at')
      .orderBy('seq')
      .limit(limit - kept.length),
  );
  const rows = [...newer.reverse(), ...kept];
  return { rows, ...besideOf(database, scope, thread.id, onlyUser, rows) };
}

const ofThread = (scope: string, thread: string, onlyUser: string | undefined) => {
  const requests = query.selectFrom('requests').where('scope', '=', scope).where('thread_id', '=', thread);
  return onlyUser === undefined ? requests : requests.where('principal', '=', onlyUser);
};

function anchorOf(database: Database, scope: string, thread: Thread, onlyUser: string | undefined, around: string | undefined) {
  for (const id of [around, thread.breakdown_request]) {
    if (id === undefined || id === null) continue;
    const row = database.get(ofThread(scope, thread.id, onlyUser).select(['at', 'seq']).where('id', '=', id));
    if (row !== undefined) return row;
  }
  return undefined;
}

function besideOf(database: Database, scope: string, thread: string, onlyUser: string | undefined, rows: readonly RequestRow[]) {
  const [last, first] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return { before: 0, after: 0 };
  const counted = database.get(
    ofThread(scope, thread, onlyUser).select([
      sql<number>`count(*) FILTER (WHERE (at, seq) < (${first.at}, ${first.seq}))`.as('before'),
      sql<number>`count(*) FILTER (WHERE (at, seq) > (${last.at}, ${last.seq}))`.as('after'),
    ]),
  );
  return { before: counted?.before ?? 0, after: counted?.after ?? 0 };
}
