import { setImmediate as othersFirst } from 'node:timers/promises';
import type { Clock, Scope } from '../../kernel/index.ts';
import type { SimulatedRequest, StoredTraffic } from '../../policies/index.ts';
import type { TrafficReader, TrafficRow, TrafficThread } from '../../reports/index.ts';
import { outcomeOf } from './aggregate.ts';
import { elements, query, type Database } from './database.ts';
import { readVoices } from './feedback-reader.ts';
import { ANSWER, PROMPT, SAMPLE_COLUMNS, sampleIn, type SampleRow, WORDS } from './request-record.ts';
import { JOIN_DENSE, VECTOR_BYTES } from './request-vectors.ts';
import { keyOf } from './scope.ts';
import { fromBlob } from './vector-blob.ts';

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows read in one go: a few milliseconds. */
const PORTION = 1_000;

/** A run kept for its identity alone stands for itself in sums, and for nothing in estimates: it was not chosen by the rate. */
const WEIGHT = `CASE WHEN json_extract(sample, '$.sampling.reason') = 'rescued' OR json_extract(sample, '$.sampling.rule') = 'identity' THEN 0
    ELSE 1.0 / coalesce(json_extract(sample, '$.sampling.probability'), 1) END`;
const ROWS = (
  answer: string,
): string => `SELECT seq, id, at, ended_at, principal, thread_id, kind, follow_up, intent, outcome, blocked, input_tokens,
    output_tokens, json_extract(sample, '$.usage.cacheReadTokens') AS cache_read, json_extract(sample, '$.usage.cacheWriteTokens') AS cache_write,
    json_extract(sample, '$.usage.reasoningTokens') AS reasoning, cost_usd, ${answer} AS answer, coalesce(model, json_extract(sample, '$.model.requested')) AS model,
    json_extract(sample, '$.gateway.route') AS route, json_extract(sample, '$.gateway.service') AS service,
    json_extract(sample, '$.gateway.consumer') AS consumer,
    coalesce(json_extract(sample, '$.mode') = 'metadata_only', 0) AS bare, ${WEIGHT} AS weight
  FROM requests WHERE scope = ? AND at < ? AND (at, seq) > (?, ?) ORDER BY at, seq LIMIT ${PORTION}`;
const VECTORS = `SELECT request_id, model, vector FROM vectors
    WHERE scope = ?1 AND kind = 'prompt' AND request_id IN (SELECT value FROM json_each(?2))
  UNION ALL SELECT r.id, m.model, v.prompt FROM json_each(?2) e CROSS JOIN requests r ON r.scope = ?1 AND r.id = e.value ${JOIN_DENSE}
    WHERE v.prompt IS NOT NULL`;

const PROMPTS = `SELECT id, ${PROMPT()} AS prompt FROM requests WHERE scope = ? AND id IN (SELECT value FROM json_each(?))`;

const SAMPLES = `SELECT seq, ${SAMPLE_COLUMNS.join(', ')}, cost_usd, ${WEIGHT} AS weight,
    coalesce(length(${WORDS()}), length(CAST(prompt AS BLOB)), 0) + coalesce(length(CAST(answer AS BLOB)), 0) AS text_bytes,
    length(CAST(sample AS BLOB)) + length(CAST(placement AS BLOB)) + length(CAST(turn AS BLOB)) + coalesce(length(packed), 0) AS metadata_bytes,
    ${VECTOR_BYTES('requests')} AS vector_bytes
  FROM requests WHERE scope = ? AND at < ? AND (at, seq) > (?, ?) ORDER BY at, seq LIMIT ${PORTION}`;

export class SqliteTraffic implements TrafficReader, StoredTraffic {
  private readonly database: Database;
  private readonly clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async *walk(scope: Scope, range: Range, answers = false): AsyncGenerator<readonly TrafficRow[]> {
    for await (const rows of this.portions(ROWS(answers ? ANSWER() : 'NULL'), scope, range)) yield rows.map(toTrafficRow);
  }

  async *samples(scope: Scope, range: Range): AsyncGenerator<readonly SimulatedRequest[]> {
    for await (const rows of this.portions(SAMPLES, scope, range)) yield rows.map((row) => toSimulated(scope, row));
  }

  private async *portions(statement: string, scope: Scope, { fromMs, toMs }: Range): AsyncGenerator<Record<string, unknown>[]> {
    let after: readonly [number, number] = [fromMs / 1_000, -1];
    for (;;) {
      const rows = this.database.prepare(statement).all(keyOf(scope), toMs / 1_000, ...after);
      if (rows.length > 0) yield rows;
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

  async prompts(scope: Scope, requestIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = this.database.prepare(PROMPTS).all(keyOf(scope), JSON.stringify(requestIds));
    return Promise.resolve(
      new Map(rows.flatMap(({ id, prompt }) => (typeof prompt === 'string' && prompt !== '' ? [[id as string, prompt]] : []))),
    );
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
    intent: row['intent'] as string | null,
    followUp: row['follow_up'] as string | null,
    outcome: row['outcome'] as string | null,
    blocked: row['blocked'] === 1,
    model: row['model'] as string | null,
    route: row['route'] as string | null,
    service: row['service'] as string | null,
    consumer: row['consumer'] as string | null,
    inputTokens: row['input_tokens'] as number | null,
    outputTokens: row['output_tokens'] as number | null,
    cacheReadTokens: row['cache_read'] as number | null,
    cacheWriteTokens: row['cache_write'] as number | null,
    reasoningTokens: row['reasoning'] as number | null,
    costUsd: row['cost_usd'] as number | null,
    isBare: row['bare'] === 1,
    weight: Number(row['weight']),
    answer: row['answer'] as string | null,
  };
}

function toSimulated(scope: Scope, row: Record<string, unknown>): SimulatedRequest {
  return {
    sample: sampleIn(row as unknown as SampleRow),
    tenant: scope.tenant,
    environment: scope.environment,
    principal: row['principal'] as string | null,
    atMs: Number(row['at']) * 1_000,
    weight: Number(row['weight']),
    bytes: { text: Number(row['text_bytes']), vectors: Number(row['vector_bytes']), metadata: Number(row['metadata_bytes']) },
    costUsd: row['cost_usd'] as number | null,
  };
}
