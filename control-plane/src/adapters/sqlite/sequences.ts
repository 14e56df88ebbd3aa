// Threads with the course of their turns, for figures over many of them.
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { SequenceReader, SequenceThread, SequenceTurn } from '../../insight/index.ts';
import type { Clock, Scope } from '../../kernel/index.ts';
import { outcomeOf } from './aggregate.ts';
import { elements, query, type Database } from './database.ts';
import { readVoices } from './feedback-reader.ts';
import { keyOf } from './scope.ts';

/** Threads read in one go: a few milliseconds. */
const PORTION = 200;
const MOST_TURNS = 500;
/** Requests of one portion; a machine's thread of more is cut. */
const MOST_REQUESTS = PORTION * MOST_TURNS;

const DOWN = `WITH latest AS (
    SELECT request_id, value, row_number() OVER (
      PARTITION BY request_id, name, source ORDER BY at_ms DESC, received_at_ms DESC, id) AS nth
    FROM feedback WHERE scope = ? AND thread_id IN (SELECT value FROM json_each(?)) AND kind = 'thumbs' AND request_id IS NOT NULL)
  SELECT DISTINCT request_id FROM latest WHERE nth = 1 AND value < 0`;

interface Row {
  readonly id: string;
  readonly thread_id: string;
  readonly kind: string;
  readonly follow_up: string | null;
  readonly outcome: string | null;
  readonly blocked: number;
  readonly truncated: number;
  readonly model: string | null;
}

export class SqliteSequences implements SequenceReader {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async *walk(
    scope: Scope,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    limit: number,
  ): AsyncGenerator<readonly SequenceThread[]> {
    const key = keyOf(scope);
    let before: { readonly last_at: number; readonly id: string } | undefined;
    for (let read = 0; read < limit;) {
      let wanted = query
        .selectFrom('threads')
        .selectAll()
        .where('scope', '=', key)
        .where('last_at', '>=', fromMs / 1_000)
        .where('last_at', '<', toMs / 1_000);
      if (before !== undefined) {
        const { last_at, id } = before;
        wanted = wanted.where((e) => e(e.refTuple('last_at', 'id'), '<', e.tuple(last_at, id)));
      }
      const rows = this.database.all(
        wanted
          .orderBy('last_at', 'desc')
          .orderBy('id', 'desc')
          .limit(Math.min(PORTION, limit - read)),
      );
      if (rows.length > 0) yield this.withTurns(key, rows);
      before = rows.at(-1);
      read += rows.length;
      if (before === undefined || rows.length < PORTION) return;
      await othersFirst();
    }
  }

  private withTurns(key: string, threads: readonly (Parameters<typeof outcomeOf>[0] & { readonly id: string })[]): SequenceThread[] {
    const ids = threads.map(({ id }) => id);
    const requests = this.database.all(
      query
        .selectFrom('requests')
        .select(['id', 'thread_id', 'kind', 'follow_up', 'outcome', 'blocked', 'truncated', 'model'])
        .where('scope', '=', key)
        .where('thread_id', 'in', elements(ids))
        .orderBy('thread_id')
        .orderBy('at')
        .orderBy('seq')
        .limit(MOST_REQUESTS),
    );
    const down = new Set(
      this.database
        .prepare(DOWN)
        .all(key, JSON.stringify(ids))
        .map((row) => row['request_id'] as string),
    );
    const byThread = Map.groupBy(requests, ({ thread_id: thread }) => thread);
    const voicesOf = readVoices(this.database, key, ids);
    const nowMs = this.clock.nowMs();
    return threads.map((thread) => ({
      id: thread.id,
      principal: thread.principal,
      outcome: outcomeOf(thread, nowMs, voicesOf(thread.id).said),
      turns: turnsOf(byThread.get(thread.id) ?? [], down),
    }));
  }
}

/** Steps belong to the turn before them; auxiliary calls to none. */
function turnsOf(requests: readonly Row[], down: ReadonlySet<string>): SequenceTurn[] {
  const turns: SequenceTurn[] = [];
  for (const request of requests) {
    if (request.kind === 'auxiliary') continue;
    const own = turnOf(request, down.has(request.id));
    const last = turns.at(-1);
    if (request.kind === 'turn') turns.push(own);
    else if (last !== undefined)
      turns[turns.length - 1] = {
        ...last,
        outcome: own.outcome,
        truncated: last.truncated || own.truncated,
        model: own.model ?? last.model,
        thumbedDown: last.thumbedDown || own.thumbedDown,
      };
    if (turns.length >= MOST_TURNS) break;
  }
  return turns;
}

const turnOf = (request: Row, thumbedDown: boolean): SequenceTurn => ({
  followUp: request.follow_up as SequenceTurn['followUp'],
  outcome: request.blocked === 1 ? 'blocked' : (request.outcome as SequenceTurn['outcome']),
  truncated: request.truncated === 1,
  model: request.model,
  thumbedDown,
});
