import { setImmediate as othersFirst } from 'node:timers/promises';
import { DIMENSIONS, type AlertRow, type AlertTraffic } from '../../alerts/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Database } from './database.ts';
import { isProofOf } from './id-keys.ts';
import { keyOf } from './scope.ts';

/** Rows read in one go: a few milliseconds. */
const PORTION = 1_000;

// A topic belongs to a thread and stands on the request that brought it in; an incident counts requests. Of instructions only
// digests without salt are alike from run to run: those of declared templates.
const ROWS = `SELECT r.seq AS seq, r.at AS at, r.ended_at AS ended_at, coalesce(r.principal, r.thread_id) AS person, r.thread_id AS thread, r.kind AS kind,
    coalesce(r.model, json_extract(r.sample, '$.model.requested')) AS model,
    json_extract(r.sample, '$.gateway.route') AS route, json_extract(r.sample, '$.gateway.service') AS service,
    json_extract(r.sample, '$.gateway.consumer') AS consumer,
    json_extract(r.sample, '$.composition.variant') AS variant,
    t.topic_id AS topic, i.verdict AS verdict, r.position AS position, r.intent AS intent, r.follow_up AS followUp, r.method AS method,
    coalesce(json_extract(r.sample, '$.composition.instructions[0].template.digest'),
      CASE WHEN json_extract(r.sample, '$.composition.instructions[0].salted') IS NOT 1
        THEN json_extract(r.sample, '$.composition.instructions[0].digest') END) AS prompt,
    CASE WHEN t.complaints >= 2 THEN 'repeated correction' WHEN t.breakdown_kind = 'error' THEN NULL ELSE t.breakdown_kind END AS pattern,
    r.outcome AS outcome, r.blocked AS blocked, r.cost_usd AS cost
  FROM requests r
  JOIN threads t ON t.scope = r.scope AND t.id = r.thread_id
  LEFT JOIN run_identities i ON i.scope = r.scope AND ${isProofOf('r.run_id', 'r.id')}
  WHERE r.scope = ? AND r.at >= ? AND (r.at, r.seq) < (?, ?) ORDER BY r.at DESC, r.seq DESC LIMIT ?`;

export class SqliteAlertTraffic implements AlertTraffic {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async rows(
    scope: Scope,
    { fromMs, toMs, limit }: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
  ): Promise<readonly AlertRow[]> {
    const found: AlertRow[] = [];
    let before: readonly [number, number] = [toMs / 1_000, -1];
    while (found.length < limit) {
      const portion = Math.min(PORTION, limit - found.length);
      const rows = this.database.prepare(ROWS).all(keyOf(scope), fromMs / 1_000, ...before, portion);
      found.push(...rows.map(toAlertRow));
      const last = rows.at(-1);
      if (last === undefined || rows.length < portion) break;
      before = [Number(last['at']), Number(last['seq'])];
      await othersFirst();
    }
    return found;
  }
}

function toAlertRow(row: Record<string, unknown>): AlertRow {
  const values = Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => (typeof row[dimension] === 'string' ? [[dimension, row[dimension]] as const] : [])),
  );
  const [at, endedAt] = [Number(row['at']), row['ended_at'] as number | null];
  return {
    atMs: at * 1_000,
    person: row['person'] as string,
    thread: row['thread'] as string,
    values,
    metrics: {
      errors: row['outcome'] === 'error' ? 1 : 0,
      blocks: Number(row['blocked']),
      latency: endedAt === null ? null : (endedAt - at) * 1_000,
      corrections: row['kind'] === 'turn' ? Number(row['followUp'] === 'correction' || row['followUp'] === 'repeat') : null,
      cost: row['cost'] as number | null,
    },
  };
}
