import type { FeedbackItem, FeedbackStore, Found, Saved, Target } from '../../feedback/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import { query, type Database } from './database.ts';
import { numbersBy, RESPONSE_ID } from './id-keys.ts';
import { SAMPLE_COLUMNS, sampleIn, type SampleRow } from './request-record.ts';
import { keyOf } from './scope.ts';

/** Feedback whose request has not come by then never will be shown. */
const HELD_MS = 86_400_000;
/** Waiting items of all applications, and of one person: anybody can name runs that do not exist. */
const MAX_HELD = { applications: 10_000, person: 200 } as const;
const MAX_PER_THREAD = 1_000;

const IS_MEANT: Readonly<Record<Exclude<Target['kind'], 'thread'>, string>> = {
  run: `seq IN (${numbersBy('run', '?1', '?2')})`,
  request: 'scope = ?1 AND id = ?2',
  response: `seq IN (${numbersBy('response', '?1', '?2')})`,
  trace: `seq IN (${numbersBy('trace', '?1', '?2')})`,
};
const REQUEST = `thread_id, ${SAMPLE_COLUMNS.join(', ')} FROM requests`;
// In a trace, what the client asks on its own account is not what people judge.
const NEWEST = `AND (?3 IS NULL OR principal = ?3) ORDER BY kind = 'auxiliary', at DESC, seq DESC LIMIT 1`;

// Words are kept of a thread where they were kept of its newest request.
const THREAD = `SELECT t.id AS thread_id, t.principal AS thread_principal, ${SAMPLE_COLUMNS.map((column) => `r.${column}`).join(', ')}
  FROM threads AS t JOIN requests AS r ON r.scope = t.scope AND r.thread_id = t.id
  WHERE t.scope = ?1 AND t.id = ?2 AND (?3 IS NULL OR t.principal = ?3) ORDER BY r.at DESC, r.seq DESC LIMIT 1`;

const ATTACH = `UPDATE feedback SET thread_id = r.thread_id, principal = coalesce(r.principal, giver),
    request_id = CASE WHEN target_kind = 'thread' THEN NULL ELSE r.id END
  FROM (SELECT id, thread_id, principal, run_id, trace_id, ${RESPONSE_ID} AS response_id FROM requests WHERE scope = ?1 AND id = ?2) AS r
  WHERE feedback.scope = ?1 AND feedback.thread_id IS NULL AND (giver IS NULL OR giver = r.principal)
    AND (target_kind, target) IN (VALUES
      ('request', r.id), ('run', r.run_id), ('response', r.response_id), ('trace', r.trace_id), ('thread', r.thread_id))`;
const FORBIDDEN = `DELETE FROM feedback WHERE scope = ?1 AND request_id = ?2 AND kind = 'comment'
  AND EXISTS (SELECT 1 FROM requests WHERE scope = ?1 AND id = ?2 AND json_extract(sample, '$.mode') <> 'full')`;
const IS_HELD = 'SELECT 1 FROM feedback WHERE scope = ? AND thread_id IS NULL LIMIT 1';
const EXPIRE = 'DELETE FROM feedback WHERE scope = ? AND thread_id IS NULL AND received_at_ms < ?';
const HELD = 'SELECT count(*) AS n FROM feedback WHERE scope = ? AND thread_id IS NULL AND giver IS ?';
const OF_THREAD = `SELECT count(*) AS n FROM (SELECT 1 FROM feedback WHERE scope = ? AND thread_id = ? LIMIT ${MAX_PER_THREAD})`;

const FOLLOW_REQUESTS = `UPDATE feedback SET thread_id = r.thread_id FROM requests AS r
  WHERE feedback.scope = ?1 AND feedback.thread_id = ?2 AND r.scope = ?1 AND r.id = feedback.request_id`;
const FOLLOW_THREAD = `UPDATE feedback SET thread_id = ?3 WHERE scope = ?1 AND thread_id = ?2 AND request_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM threads WHERE scope = ?1 AND id = ?2)`;

export class SqliteFeedback implements FeedbackStore {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  find(scope: Scope, target: Target, onlyUser: string | null): Promise<Found | undefined> {
    return Promise.resolve(this.look(keyOf(scope), target, onlyUser));
  }

  private look(scope: string, { kind, id }: Target, onlyUser: string | null): Found | undefined {
    const text = kind === 'thread' ? THREAD : `SELECT ${REQUEST} WHERE ${IS_MEANT[kind]} ${NEWEST}`;
    const row = this.database.prepare(text).get(scope, id, onlyUser);
    if (row === undefined) return undefined;
    return {
      threadId: row['thread_id'] as string,
      requestId: kind === 'thread' ? null : (row['id'] as string),
      principal: row[kind === 'thread' ? 'thread_principal' : 'principal'] as string | null,
      sample: sampleIn(row as unknown as SampleRow),
    };
  }

  save(scope: Scope, items: readonly FeedbackItem[]): Promise<readonly Saved[]> {
    const key = keyOf(scope);
    const nowMs = Math.trunc(this.clock.nowMs());
    return Promise.resolve(
      this.database.transaction(() => {
        this.database.prepare(EXPIRE).run(key, nowMs - HELD_MS);
        const room = new Map<string | null, number>();
        return items.map((item) => this.add(key, item, nowMs, room));
      }),
    );
  }

  /** `room`: how much more may wait of each giver. */
  private add(scope: string, item: FeedbackItem, nowMs: number, room: Map<string | null, number>): Saved {
    const known = query.selectFrom('feedback').select('id').where('scope', '=', scope).where('id', '=', item.id);
    if (this.database.get(known) !== undefined) return 'duplicate';
    const found = this.look(scope, item.target, item.giver);
    if (this.isFull(scope, item, found, room)) return 'full';
    // The request was stored, without its words, while the comment was being redacted.
    if (item.comment !== null && (found?.sample.mode ?? 'full') !== 'full') return 'duplicate';
    // A thread of several people is nobody's, but what one of them said of it is.
    const { id, kind, name, source, value, comment, atMs, target, giver } = item;
    this.database.run(
      query.insertInto('feedback').values({
        ...{ scope, id, kind, name, source, value, comment, giver },
        at_ms: Math.trunc(atMs),
        received_at_ms: nowMs,
        target_kind: target.kind,
        target: target.id,
        thread_id: found?.threadId ?? null,
        request_id: found?.requestId ?? null,
        principal: found?.principal ?? giver,
      }),
    );
    return 'added';
  }

  private isFull(scope: string, { giver }: FeedbackItem, found: Found | undefined, room: Map<string | null, number>): boolean {
    if (found !== undefined) return Number(this.database.prepare(OF_THREAD).get(scope, found.threadId)?.['n']) >= MAX_PER_THREAD;
    const limit = giver === null ? MAX_HELD.applications : MAX_HELD.person;
    const left = room.get(giver) ?? limit - Number(this.database.prepare(HELD).get(scope, giver)?.['n']);
    room.set(giver, left - 1);
    return left <= 0;
  }

  attach(scope: Scope, requestIds: readonly string[]): Promise<void> {
    const key = keyOf(scope);
    // Asked for each stored request; almost never is anything there.
    if (this.database.prepare(IS_HELD).get(key) === undefined) return Promise.resolve();
    this.database.transaction(() => {
      this.database.prepare(EXPIRE).run(key, Math.trunc(this.clock.nowMs()) - HELD_MS);
      for (const id of requestIds) {
        this.database.prepare(ATTACH).run(key, id);
        this.database.prepare(FORBIDDEN).run(key, id);
      }
    });
    return Promise.resolve();
  }

  follow(scope: Scope, from: string, into: string): Promise<void> {
    const key = keyOf(scope);
    this.database.transaction(() => {
      this.database.prepare(FOLLOW_REQUESTS).run(key, from);
      this.database.prepare(FOLLOW_THREAD).run(key, from, into);
    });
    return Promise.resolve();
  }
}
