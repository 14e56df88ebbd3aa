import { setImmediate as othersFirst } from 'node:timers/promises';
import type { Clock, Scope } from '../../kernel/index.ts';
import type { TrafficReader, TrafficRow, TrafficThread } from '../../reports/index.ts';
import { outcomeOf } from './aggregate.ts';
import { elements, query, type Database } from './database.ts';
import { readVoices } from './feedback-reader.ts';
import { keyOf } from './scope.ts';
import { fromBlob } from './vector-row.ts';

/** Rows read in one go: a few milliseconds. */
const PORTION = 1_000;

const ROWS = (
  answer: string,
): string => `SELECT seq, id, at, ended_at, principal, thread_id, kind, follow_up, outcome, blocked, input_tokens,
    output_tokens, cost_usd, ${answer} AS answer, coalesce(model, json_extract(sample, '$.model.requested')) AS model,
    json_extract(sample, '$.gateway.route') AS route, json_extract(sample, '$.gateway.service') AS service,
    json_extract(sample, '$.gateway.consumer') AS consumer,
    CASE WHEN json_extract(sample, '$.sampling.reason') = 'rescued' THEN 0
      ELSE 1.0 / coalesce(json_extract(sample, '$.sampling.probability'), 1) END AS weight
  FROM requests WHERE scope = ? AND at < ? AND (at, seq) > (?, ?) ORDER BY at, seq LIMIT ${PORTION}`;
const VECTORS = `SELECT request_id, model, vector FROM vectors
  WHERE scope = ? AND kind = 'prompt' AND request_id IN (SELECT value FROM json_each(?))`;

export class SqliteTraffic implements TrafficReader {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async *walk(
    scope: Scope,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    answers = false,
  ): AsyncGenerator<readonly TrafficRow[]> {
    const statement = ROWS(answers ? 'answer' : 'NULL');
    let after: readonly [number, number] = [fromMs / 1_000, -1];
    for (;;) {
      const rows = this.database.prepare(statement).all(keyOf(scope), toMs / 1_000, ...after);
      if (rows.length > 0) yield rows.map(toTrafficRow);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PORTION) return;
      after = [Number(last['at']), Number(last['seq'])];
      await othersFirst();
    }
  }

  async threads(scope: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, TrafficThread>> {
    const key = keyOf(scope);
    const nowMs = this.clock.nowMs();
    const found = new Map<string, TrafficThread>();
    for (let at = 0; at < ids.length; at += PORTION) {
      const some = ids.slice(at, at + PORTION);
      const rows = this.database.all(
        query
          .selectFrom('threads')
          .leftJoin('topics', (join) => join.onRef('topics.scope', '=', 'threads.scope').onRef('topics.id', '=', 'threads.topic_id'))
          .selectAll('threads')
          .select('topics.label as label')
          .where('threads.scope', '=', key)
          .where('threads.id', 'in', elements(some)),
      );
      const voicesOf = readVoices(this.database, key, some);
      for (const row of rows) {
        const topic = row.topic_id === null ? null : { id: row.topic_id, label: row.label ?? row.topic_label ?? '' };
        found.set(row.id, { id: row.id, topic, outcome: outcomeOf(row, nowMs, voicesOf(row.id).said) });
      }
      await othersFirst();
    }
    return found;
  }

  async promptVectors(scope: Scope, requestIds: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const rows = this.database.prepare(VECTORS).all(keyOf(scope), JSON.stringify(requestIds));
    const byModel = [...Map.groupBy(rows, (row) => row['model'] as string).values()].toSorted((a, b) => b.length - a.length);
    return Promise.resolve(new Map(byModel[0]?.map((row) => [row['request_id'] as string, fromBlob(row['vector'] as Uint8Array)])));
  }
}

function toTrafficRow(row: Record<string, unknown>): TrafficRow {
  const ended = row['ended_at'] as number | null;
  return {
    id: row['id'] as string,
    atMs: Number(row['at']) * 1_000,
    endedAtMs: ended === null ? null : ended * 1_000,
    principal: row['principal'] as string | null,
    threadId: row['thread_id'] as string,
    kind: row['kind'] as string,
    followUp: row['follow_up'] as string | null,
    outcome: row['outcome'] as string | null,
    blocked: row['blocked'] === 1,
    model: row['model'] as string | null,
    route: row['route'] as string | null,
    service: row['service'] as string | null,
    consumer: row['consumer'] as string | null,
    inputTokens: row['input_tokens'] as number | null,
    outputTokens: row['output_tokens'] as number | null,
    costUsd: row['cost_usd'] as number | null,
    weight: Number(row['weight']),
    answer: row['answer'] as string | null,
  };
}
