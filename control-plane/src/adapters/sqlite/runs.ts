import { sql } from 'kysely';
import { canonicalDigest, type Verdict } from '#contract';
import {
  recordOf,
  type CompositionRecord,
  type RunFilter,
  type RunInThread,
  type RunReader,
  type RunTexts,
  type StoredRun,
  type VerdictCount,
} from '../../identity/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Placement } from '../../threads/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { query, type Database } from './database.ts';
import { isOfRun, isProofOf } from './id-keys.ts';
import { placementIn, SAMPLE_COLUMNS, sampleIn, TEXTS, wordsIn, type SampleRow } from './request-record.ts';
import type { RequestRow } from './request-row.ts';
import { fromIdentityRow, type IdentityRow } from './run-identities.ts';
import type { PastRunTable } from './schema.ts';
import { keyOf } from './scope.ts';

const MAX_PAGE = 500;
const VERDICTS = `SELECT CAST(at / ?1 AS INTEGER) AS step, verdict, json_extract(judgement, '$.manifest.name') AS manifest,
    json_extract(judgement, '$.manifest.revision') AS revision, count(*) AS n
  FROM run_identities WHERE scope = ?2 AND at >= ?3 AND at <= ?4
  GROUP BY step, verdict, manifest, revision ORDER BY step, manifest, verdict LIMIT 10000`;
const IDENTITY = ['i.judgement', 'i.signed', 'i.proof', 'i.leaf_index', 's.signed as by_signer'] as const;
const LIVE = query
  .selectFrom('requests as r')
  .leftJoin('run_identities as i', (join) =>
    join.onRef('i.scope', '=', 'r.scope').on(sql<boolean>`${sql.raw(isProofOf('r.run_id', 'r.id'))}`),
  )
  .leftJoin('signers as s', 's.id', 'i.signer')
  .select(['r.seq', 'r.thread_id', 'r.kind', ...IDENTITY])
  .select(SAMPLE_COLUMNS.map((column) => `r.${column}` as const));
const PAST = query
  .selectFrom('past_runs as r')
  .leftJoin('run_identities as i', (join) =>
    join.onRef('i.scope', '=', 'r.scope').on(sql<boolean>`${sql.raw(isProofOf('r.run_id', 'r.request_id'))}`),
  )
  .leftJoin('signers as s', 's.id', 'i.signer')
  .select(['r.run_id', 'r.request_id', 'r.trace_id', 'r.at', 'r.record', ...IDENTITY]);

type Live = SampleRow & Pick<RequestRow, 'thread_id'> & IdentityRow;
type Past = Pick<PastRunTable, 'run_id' | 'request_id' | 'trace_id' | 'at' | 'record'> & IdentityRow;

const fromLive = (row: Live): StoredRun => ({
  ...recordOf(sampleIn(row)),
  ...fromIdentityRow(row),
  id: row.run_id ?? '',
  requestId: row.id,
  threadId: row.thread_id,
  traceId: row.trace_id,
  atMs: Math.round(row.at * 1_000),
});

function fromPast(row: Past): StoredRun {
  const record = JSON.parse(row.record) as CompositionRecord;
  return {
    ...fromIdentityRow(row),
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
    let built = LIVE.where('r.scope', '=', wanted.scope).where('r.run_id', 'is not', null);
    for (const condition of conditions(wanted)) built = built.where(condition);
    const rows = this.database.all(built.orderBy('r.at', 'desc').orderBy('r.run_id', 'desc').limit(wanted.limit));
    return rows.map((row) => ({ at: row.at, run_id: row.run_id ?? '', read: () => fromLive(row) }));
  }

  private past(wanted: Wanted): Found[] {
    let built = PAST.where('r.scope', '=', wanted.scope);
    for (const condition of conditions(wanted)) built = built.where(condition);
    const rows = this.database.all(built.orderBy('r.at', 'desc').orderBy('r.run_id', 'desc').limit(wanted.limit));
    return rows.map((row) => ({ at: row.at, run_id: row.run_id, read: () => fromPast(row) }));
  }

  async find(scope: Scope, runId: string): Promise<StoredRun | undefined> {
    const key = keyOf(scope);
    const past = this.database.get(PAST.where('r.scope', '=', key).where('r.run_id', '=', runId).orderBy('r.seq').limit(1));
    if (past !== undefined) return Promise.resolve(fromPast(past));
    const live = this.database.get(
      LIVE.where(isOfRun('r.seq', key, runId))
        .orderBy('r.seq')
        .limit(1),
    );
    return Promise.resolve(live === undefined ? undefined : fromLive(live));
  }

  async before(scope: Scope, runId: string): Promise<StoredRun | undefined> {
    const key = keyOf(scope);
    const run = this.database.get(
      LIVE.where(isOfRun('r.seq', key, runId))
        .orderBy('r.seq')
        .limit(1),
    );
    if (run === undefined) return Promise.resolve(undefined);
    const earlier = LIVE.where('r.scope', '=', key)
      .where('r.thread_id', '=', run.thread_id)
      .where('r.run_id', 'is not', null)
      .where('r.kind', '=', run.kind)
      .where(sql<boolean>`(r.at, r.seq) < (${run.at}, ${run.seq})`);
    const found = this.database.get(earlier.orderBy('r.at', 'desc').orderBy('r.seq', 'desc').limit(1));
    return Promise.resolve(found === undefined ? undefined : fromLive(found));
  }

  async inThread(scope: Scope, runId: string): Promise<RunInThread> {
    const row = this.database.get(
      query
        .selectFrom('requests')
        .select(['placement', 'packed'])
        .where(isOfRun('seq', keyOf(scope), runId))
        .orderBy('seq')
        .limit(1),
    );
    const { truncation } = row === undefined ? {} : (placementIn(row) as Pick<Placement, 'truncation'>);
    const before = await this.before(scope, runId);
    return { before: before?.id ?? null, truncation: truncation ? { dropped: truncation.dropped, kind: truncation.kind } : null };
  }

  async verdicts(
    scope: Scope,
    { fromMs, toMs, stepMs }: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
  ): Promise<readonly VerdictCount[]> {
    const rows = this.database.prepare(VERDICTS).all(stepMs / 1_000, keyOf(scope), fromMs / 1_000, toMs / 1_000);
    return Promise.resolve(
      rows.map((row) => ({
        manifest: row['manifest'] === null ? null : String(row['manifest']),
        revision: row['revision'] === null ? null : String(row['revision']),
        verdict: String(row['verdict']) as Verdict,
        atMs: Number(row['step']) * stepMs,
        runs: Number(row['n']),
      })),
    );
  }

  async textsOf(scope: Scope, runId: string): Promise<RunTexts> {
    const row = this.database.get(
      query
        .selectFrom('requests')
        .select(['prompt', 'answer', 'turn', TEXTS])
        .where(isOfRun('seq', keyOf(scope), runId))
        .orderBy('seq')
        .limit(1),
    );
    if (row === undefined) return Promise.resolve({ prompt: null, answer: null });
    const { prompt, answer } = wordsIn(row);
    return Promise.resolve({ prompt, answer });
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

function conditions({ model, verdict, fromMs, toMs, cursor }: Wanted) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  return [
    ...(model === undefined ? [] : [sql<boolean>`r.model = ${model}`]),
    // A run from before there were manifests has no row of its own; most runs of those that have no manifest are undeclared, and
    // the index of verdicts leaves them out.
    ...(verdict === undefined
      ? []
      : [
          verdict === 'undeclared'
            ? sql<boolean>`ifnull(i.verdict, ${verdict}) = ${verdict}`
            : sql<boolean>`(i.verdict = ${verdict} AND i.verdict <> 'undeclared')`,
        ]),
    ...(fromMs === undefined ? [] : [sql<boolean>`r.at >= ${fromMs / 1_000}`]),
    ...(toMs === undefined ? [] : [sql<boolean>`r.at <= ${toMs / 1_000}`]),
    ...(after === undefined ? [] : [sql<boolean>`(r.at, r.run_id) < (${after.at}, ${after.id})`]),
  ];
}
