import { sql } from 'kysely';
import type { Clock, Scope } from '../../kernel/index.ts';
import type {
  Page,
  PartAsked,
  RequestView,
  SessionThreads,
  ThreadDetail,
  ThreadFilter,
  ThreadReader,
  ThreadSummary,
} from '../../threads/index.ts';
import { OPEN_SECONDS, outcomeOf } from './aggregate.ts';
import { decodeCursor, encodeCursor, type Cursor } from './cursor.ts';
import { readFeedback, readVoices, type ThreadVoices } from './feedback-reader.ts';
import { elements, query, type Database } from './database.ts';
import { toView, type RequestRow } from './request-row.ts';
import type { ThreadTable } from './schema.ts';
import { partOf, type ThreadPart } from './thread-part.ts';
import { becameOf, topicsWithin } from './topic-history.ts';
import { TEXTS } from './request-record.ts';
import { keyOf } from './scope.ts';

const MAX_PAGE = 500;
/** Threads looked at for one page of an outcome that few have. */
const MAX_LOOKED_AT = 5_000;
/** Requests of one thread that are shown, the newest; `calls` of the summary says how many there are. */
const MAX_SHOWN = 5_000;

/** Threads of one principal with requests of a declared session. */
const OF_SESSION = `SELECT id, title, turns, started_at, last_at FROM threads
  WHERE scope = ?1 AND principal IS ?4 AND id IN (SELECT thread_id FROM requests
    WHERE scope = ?1 AND declared_session = ?2 AND principal IS ?4 AND json_extract(sample, '$.session.source') = ?3)
  ORDER BY started_at, id LIMIT 100`;

const time = (at: number): string => new Date(Math.round(at * 1_000)).toISOString();

function summary(row: ThreadTable & { readonly current_label: string | null }, nowMs: number, voices: ThreadVoices): ThreadSummary {
  return {
    id: row.id,
    user: row.principal,
    startedAt: time(row.started_at),
    lastAt: time(row.last_at),
    durationMs: Math.round((row.ended_at - row.started_at) * 1_000),
    turns: row.turns,
    calls: row.calls,
    title: row.title,
    lastPrompt: row.last_prompt,
    topic: row.topic_id === null ? null : { id: row.topic_id, label: row.current_label ?? row.topic_label ?? '' },
    models: JSON.parse(row.models) as string[],
    errors: row.errors,
    blocks: row.blocks,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
    outcome: outcomeOf(row, nowMs, voices.said),
    breakdown: row.breakdown_request === null ? null : { requestId: row.breakdown_request, kind: row.breakdown_kind ?? '' },
    sessions: (JSON.parse(row.sessions) as string[]).length,
    lowestConfidence: row.lowest_confidence,
    feedback: voices.summary,
  };
}

/** Threads with what their topic is called now: labels move as a topic grows. */
const labelledThreads = (scope: string) =>
  query
    .selectFrom('threads')
    .leftJoin('topics', (join) => join.onRef('topics.scope', '=', 'threads.scope').onRef('topics.id', '=', 'threads.topic_id'))
    .selectAll('threads')
    .select('topics.label as current_label')
    .where('threads.scope', '=', scope);

/** Sorts what was found, instead of walking the whole scope in this order to find it. */
const unindexed = (column: 'at' | 'seq') => sql`+${sql.ref(column)}`;

const ofThread = (scope: string) =>
  query
    .selectFrom('requests')
    .select(sql<number>`1`.as('one'))
    .where('requests.scope', '=', scope)
    .where('requests.thread_id', '=', sql<string>`threads.id`);

export class SqliteThreads implements ThreadReader {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async list(
    scope: Scope,
    filter: ThreadFilter,
    page: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<ThreadSummary>> {
    const key = keyOf(scope);
    const limit = Math.max(1, Math.min(MAX_PAGE, Math.trunc(page.limit)));
    const nowMs = this.clock.nowMs();
    const { outcome } = filter;
    const fits = (one: ThreadSummary): boolean => outcome === undefined || one.outcome === outcome;
    const items: ThreadSummary[] = [];
    let after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += MAX_PAGE) {
      const rows = this.page(key, filter, nowMs, after, outcome === undefined ? limit + 1 : MAX_PAGE);
      const voicesOf = readVoices(
        this.database,
        key,
        rows.map(({ id }) => id),
      );
      for (const row of rows) {
        const one = summary(row, nowMs, voicesOf(row.id));
        if (!fits(one)) continue;
        if (items.length === limit) return Promise.resolve({ items, next: after === undefined ? null : encodeCursor(after) });
        items.push(one);
        after = { at: row.last_at, id: row.id };
      }
      const last = rows.at(-1);
      if (outcome === undefined || rows.length < MAX_PAGE || last === undefined) return Promise.resolve({ items, next: null });
      after = { at: last.last_at, id: last.id };
    }
    return Promise.resolve({ items, next: after === undefined ? null : encodeCursor(after) });
  }

  /** The next rows by all that is stored; an outcome depends on the time, and is judged by the caller. */
  private page(key: string, filter: ThreadFilter, nowMs: number, after: Cursor | undefined, limit: number) {
    const { user, topic, session, position, model, minTurns, outcome, breakdown, fromMs, toMs } = filter;
    let wanted = labelledThreads(key);
    if (user !== undefined) wanted = wanted.where('principal', '=', user);
    if (topic !== undefined)
      wanted = wanted.where('threads.topic_id', 'in', topicsWithin(key, becameOf(this.database, key, topic) ?? topic));
    if (session !== undefined)
      wanted = wanted.where(sql<boolean>`EXISTS (SELECT 1 FROM json_each(threads.sessions) WHERE value = ${session})`);
    if (position !== undefined) wanted = wanted.where((e) => e.exists(ofThread(key).where('requests.position', '=', position)));
    if (model !== undefined) wanted = wanted.where((e) => e.exists(ofThread(key).where('requests.model', '=', model)));
    if (minTurns !== undefined) wanted = wanted.where('turns', '>=', minTurns);
    if (breakdown === 'any') wanted = wanted.where('breakdown_request', 'is not', null);
    else if (breakdown !== undefined) wanted = wanted.where('breakdown_kind', '=', breakdown);
    if (outcome === 'open') wanted = wanted.where('last_at', '>', nowMs / 1_000 - OPEN_SECONDS);
    if (fromMs !== undefined) wanted = wanted.where('last_at', '>=', fromMs / 1_000);
    if (toMs !== undefined) wanted = wanted.where('last_at', '<=', toMs / 1_000);
    if (after !== undefined) wanted = wanted.where(sql<boolean>`(last_at, threads.id) < (${after.at}, ${after.id})`);
    return this.database.all(wanted.orderBy('last_at', 'desc').orderBy('threads.id', 'desc').limit(limit));
  }

  async thread(scope: Scope, id: string, onlyUser?: string, part?: PartAsked): Promise<ThreadDetail | undefined> {
    const key = keyOf(scope);
    const wanted = labelledThreads(key).where('threads.id', '=', id);
    const row = this.database.get(onlyUser === undefined ? wanted : wanted.where('threads.principal', '=', onlyUser));
    if (row === undefined) return Promise.resolve(undefined);
    const isWhole = part === undefined || row.calls <= part.limit;
    const { rows, before, after } = isWhole ? this.newestOf(key, id, onlyUser) : partOf(this.database, key, row, onlyUser, part);
    const followers = this.followersOf(key, rows);
    let turn = isWhole || rows[0] === undefined ? row.turns : this.turnsUntil(key, rows[0]);
    const views: RequestView[] = [];
    // Newest first: the turn of the newest is known, so each turn met on the way back has one less before it.
    for (const request of rows) {
      views.push(toView(request, turn, followers.get(request.id) ?? []));
      if (request.kind === 'turn') turn--;
    }
    return Promise.resolve({
      ...summary(row, this.clock.nowMs(), readVoices(this.database, key, [id])(id)),
      requests: views.reverse(),
      ...(isWhole || before + after === 0 ? {} : { part: { before, after } }),
      declaredSession: this.sessionOf(key, row.principal, views),
      feedbackGiven: readFeedback(this.database, key, id),
    });
  }

  private newestOf(scope: string, thread: string, onlyUser: string | undefined): ThreadPart {
    const requests = query.selectFrom('requests').selectAll().select(TEXTS).where('scope', '=', scope).where('thread_id', '=', thread);
    const rows = this.database.all(
      (onlyUser === undefined ? requests : requests.where('principal', '=', onlyUser))
        .orderBy('at', 'desc')
        .orderBy('seq', 'desc')
        .limit(MAX_SHOWN),
    );
    return { rows, before: 0, after: 0 };
  }

  /** @param views oldest first */
  private sessionOf(scope: string, principal: string | null, views: readonly RequestView[]): SessionThreads | null {
    const session = views.findLast(({ declaredSession }) => declaredSession !== null)?.declaredSession;
    if (session === null || session === undefined) return null;
    const { id, source } = session;
    const rows = this.database.prepare(OF_SESSION).all(scope, id, source, principal);
    const threads = rows.map((row) => ({
      id: row['id'] as string,
      title: row['title'] as string,
      turns: Number(row['turns']),
      startedAt: time(Number(row['started_at'])),
      lastAt: time(Number(row['last_at'])),
    }));
    return { id, source, threads };
  }

  /** Successors of each of the requests. */
  private followersOf(scope: string, requests: readonly RequestRow[]): ReadonlyMap<string, readonly string[]> {
    const rows = this.database.all(
      query
        .selectFrom('requests')
        .select(['predecessor_id', 'id'])
        .where('scope', '=', scope)
        .where('predecessor_id', 'in', elements(requests.map((request) => request.id)))
        .orderBy(unindexed('at'))
        .orderBy(unindexed('seq')),
    );
    const followers = new Map<string, string[]>();
    for (const { predecessor_id: before, id: after } of rows) {
      if (before === null) continue;
      const list = followers.get(before);
      if (list === undefined) followers.set(before, [after]);
      else list.push(after);
    }
    return followers;
  }

  async request(scope: Scope, id: string, onlyUser?: string): Promise<RequestView | undefined> {
    const key = keyOf(scope);
    const wanted = query.selectFrom('requests').selectAll().select(TEXTS).where('scope', '=', key).where('id', '=', id);
    const row = this.database.get(onlyUser === undefined ? wanted : wanted.where('principal', '=', onlyUser));
    if (row === undefined) return Promise.resolve(undefined);
    const successors = this.database.all(
      query
        .selectFrom('requests')
        .select('id')
        .where('scope', '=', key)
        .where('predecessor_id', '=', id)
        .orderBy(unindexed('at'))
        .orderBy(unindexed('seq')),
    );
    return Promise.resolve(
      toView(
        row,
        this.turnsUntil(key, row),
        successors.map((successor) => successor.id),
      ),
    );
  }

  private turnsUntil(scope: string, row: RequestRow): number {
    const counted = this.database
      .prepare(`SELECT count(*) AS n FROM requests WHERE scope = ? AND thread_id = ? AND (at, seq) <= (?, ?) AND kind = 'turn'`)
      .get(scope, row.thread_id, row.at, row.seq);
    return Number(counted?.['n']);
  }

  async counts(scope: Scope): Promise<{ readonly requests: number; readonly threads: number }> {
    const key = keyOf(scope);
    const counted = this.database
      .prepare(
        'SELECT (SELECT count(*) FROM requests WHERE scope = ?1) AS requests, (SELECT count(*) FROM threads WHERE scope = ?1) AS threads',
      )
      .get(key);
    return Promise.resolve({ requests: Number(counted?.['requests']), threads: Number(counted?.['threads']) });
  }
}
