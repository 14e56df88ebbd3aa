import { sql } from 'kysely';
import { canonicalDigest, type Sample } from '#contract';
import { recordOf, type CompositionRecord, type RunFilter, type RunReader, type StoredRun } from '../../identity/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { query, type Database } from './database.ts';
import type { RequestRow } from './request-row.ts';
import type { PastRunTable } from './schema.ts';
import { keyOf } from './scope.ts';

const MAX_PAGE = 500;
const COLUMNS = ['id', 'run_id', 'thread_id', 'trace_id', 'at', 'sample'] as const;

type Live = Pick<RequestRow, (typeof COLUMNS)[number]>;
type Past = Pick<PastRunTable, 'run_id' | 'request_id' | 'trace_id' | 'at' | 'record'>;

const fromLive = (row: Live): StoredRun => ({
  ...recordOf(JSON.parse(row.sample) as Sample),
  id: row.run_id ?? '',
  requestId: row.id,
  threadId: row.thread_id,
  traceId: row.trace_id,
  atMs: Math.round(row.at * 1_000),
});

function fromPast(row: Past): StoredRun {
  const record = JSON.parse(row.record) as CompositionRecord;
  return {
    record,
    digest: canonicalDigest(record),
    id: row.run_id,
    requestId: row.request_id,
    threadId: null,
    traceId: row.trace_id,
    atMs: Math.round(row.at * 1_000),
  };
}

/** Records are made from the stored sample when they are asked for, so that nothing is stored twice. */
export class SqliteRuns implements RunReader {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async list(
    scope: Scope,
    filter: RunFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly StoredRun[]; readonly next: string | null }> {
    const limit = Math.max(1, Math.min(MAX_PAGE, Math.trunc(page.limit)));
    const wanted = { scope: keyOf(scope), ...filter, cursor: page.cursor, limit: limit + 1 };
    // Both lists in the same order; what is purged is older than nearly everything that is not.
    const found = [...this.live(wanted), ...this.past(wanted)].sort((a, b) => b.at - a.at || (a.run_id > b.run_id ? -1 : 1));
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return Promise.resolve({
      items: shown.map(({ read }) => read()),
      next: last === undefined ? null : encodeCursor({ at: last.at, id: last.run_id }),
    });
  }

  private live(wanted: Wanted): Found[] {
    let built = query.selectFrom('requests').select(COLUMNS).where('scope', '=', wanted.scope).where('run_id', 'is not', null);
    for (const condition of conditions(wanted)) built = built.where(condition);
    const rows = this.database.all(built.orderBy('at', 'desc').orderBy('run_id', 'desc').limit(wanted.limit));
    return rows.map((row) => ({ at: row.at, run_id: row.run_id ?? '', read: () => fromLive(row) }));
  }

  private past(wanted: Wanted): Found[] {
    let built = query.selectFrom('past_runs').selectAll().where('scope', '=', wanted.scope);
    for (const condition of conditions(wanted)) built = built.where(condition);
    const rows = this.database.all(built.orderBy('at', 'desc').orderBy('run_id', 'desc').limit(wanted.limit));
    return rows.map((row) => ({ at: row.at, run_id: row.run_id, read: () => fromPast(row) }));
  }

  async find(scope: Scope, runId: string): Promise<StoredRun | undefined> {
    const key = keyOf(scope);
    const past = this.database.get(
      query.selectFrom('past_runs').selectAll().where('scope', '=', key).where('run_id', '=', runId).orderBy('seq').limit(1),
    );
    if (past !== undefined) return Promise.resolve(fromPast(past));
    const live = this.database.get(
      query.selectFrom('requests').select(COLUMNS).where('scope', '=', key).where('run_id', '=', runId).orderBy('seq').limit(1),
    );
    return Promise.resolve(live === undefined ? undefined : fromLive(live));
  }
}

interface Wanted extends RunFilter {
  readonly scope: string;
  readonly cursor: string | undefined;
  readonly limit: number;
}

interface Found {
  readonly at: number;
  readonly run_id: string;
  readonly read: () => StoredRun;
}

function conditions({ model, fromMs, toMs, cursor }: Wanted) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  return [
    ...(model === undefined ? [] : [sql<boolean>`model = ${model}`]),
    ...(fromMs === undefined ? [] : [sql<boolean>`at >= ${fromMs / 1_000}`]),
    ...(toMs === undefined ? [] : [sql<boolean>`at <= ${toMs / 1_000}`]),
    ...(after === undefined ? [] : [sql<boolean>`(at, run_id) < (${after.at}, ${after.id})`]),
  ];
}
