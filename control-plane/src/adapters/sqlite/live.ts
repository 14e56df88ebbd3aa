import type { Scope } from '../../kernel/index.ts';
import type { LiveFilter, LivePortion, LiveReader, LiveRequest, StoredPlace } from '../../live/index.ts';
import type { Database } from './database.ts';
import { PROMPT, SAMPLE_COLUMNS, sampleIn, type SampleRow } from './request-record.ts';
import { keyOf } from './scope.ts';

/** Characters of a prompt. */
const SHOWN = 200;
/** The newest so many are looked at for those that pass a filter. */
const LOOKED_AT = 2_000;
const MODELS = 8;

/** What filters and counts look at: records and texts are opened for the few rows that are shown. */
const LOOKED = `seq, at, model, json_extract(sample, '$.model.requested') AS requested, outcome, blocked`;
const FAILED = `blocked = 0 AND coalesce(outcome, '') = 'error'`;
const PASSES = `(?1 IS NULL OR model = ?1 OR requested = ?1) AND (?2 IS NULL OR CASE ?2 WHEN 'blocked' THEN blocked = 1
  ELSE ${FAILED} END)`;
const shown = (rows: string, order: string): string =>
  `SELECT ${SAMPLE_COLUMNS.join(', ')}, thread_id, kind, position, intent, outcome, blocked, input_tokens, output_tokens, cost_usd,
    substr(${PROMPT()}, 1, ${SHOWN + 1}) AS words FROM requests WHERE seq IN (${rows}) ORDER BY ${order}`;
const NEWEST_FIRST = 'at DESC, seq DESC';
const newest = (own: string): string =>
  shown(
    `SELECT seq FROM (SELECT ${LOOKED} FROM requests WHERE scope = ?3 ${own} ORDER BY ${NEWEST_FIRST} LIMIT ${LOOKED_AT}) WHERE ${PASSES}
      ORDER BY ${NEWEST_FIRST} LIMIT ?4`,
    NEWEST_FIRST,
  );
// The plus keeps SQLite from walking all of a scope: what came since stands at the end of the table.
const since = (columns: string, rest: string): string =>
  `SELECT ${columns} FROM (SELECT ${LOOKED} FROM requests WHERE seq > ?4 AND seq <= ?5 AND +scope = ?3 AND (?6 IS NULL OR +principal = ?6)) ${rest}`;
const ITEMS = shown(since('seq', `WHERE ${PASSES} ORDER BY seq DESC LIMIT ?7`), 'seq DESC');
const TOTALS = since(
  `count(*) AS requests, coalesce(sum(blocked), 0) AS blocked, coalesce(sum(${FAILED}), 0) AS errors, coalesce(sum(${PASSES}), 0) AS passing`,
  '',
);
const BY_MODEL = since('model, count(*) AS requests', `GROUP BY model ORDER BY requests DESC, model LIMIT ${MODELS}`);

/** Reads tails of the table of requests; keeps nothing. */
export class SqliteLive implements LiveReader {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  place(): Promise<StoredPlace> {
    return Promise.resolve(Number(this.database.prepare('SELECT max(seq) AS seq FROM requests').get()?.['seq'] ?? 0));
  }

  newest(scope: Scope, { user, model, trouble }: LiveFilter, limit: number): Promise<readonly LiveRequest[]> {
    const filters = [model ?? null, trouble ?? null, keyOf(scope), limit] as const;
    const rows =
      user === undefined
        ? this.database.prepare(newest('')).all(...filters)
        : this.database.prepare(newest('AND principal = ?5')).all(...filters, user);
    return Promise.resolve(rows.map(toRequest));
  }

  since(scope: Scope, { after, to }: { readonly after: StoredPlace; readonly to: StoredPlace }, filter: LiveFilter, limit: number) {
    const { user, model, trouble } = filter;
    const range = [model ?? null, trouble ?? null, keyOf(scope), after, to, user ?? null] as const;
    const totals = this.database.prepare(TOTALS).get(...range) ?? {};
    const items = this.database.prepare(ITEMS).all(...range, limit);
    const models = this.database.prepare(BY_MODEL).all(...range);
    const portion: LivePortion = {
      items: items.map(toRequest),
      counts: {
        requests: Number(totals['requests']),
        errors: Number(totals['errors']),
        blocked: Number(totals['blocked']),
        models: models.map(({ model: name, requests }) => ({ model: name as string | null, requests: Number(requests) })),
      },
      left: Number(totals['passing']) - items.length,
    };
    return Promise.resolve(portion);
  }
}

const time = (seconds: number): string => new Date(Math.round(seconds * 1_000)).toISOString();

function toRequest(row: Record<string, unknown>): LiveRequest {
  const text = (name: string): string | null => row[name] as string | null;
  const number = (name: string): number | null => row[name] as number | null;
  const [at, ended, prompt] = [Number(row['at']), number('ended_at'), text('words')];
  const { model } = sampleIn(row as unknown as SampleRow);
  const [input, output] = [number('input_tokens'), number('output_tokens')];
  return {
    id: String(row['id']),
    at: time(at),
    durationMs: ended === null ? null : Math.max(0, Math.round((ended - at) * 1_000)),
    user: text('principal'),
    thread: String(row['thread_id']),
    run: text('run_id'),
    kind: String(row['kind']),
    position: String(row['position']),
    intent: String(row['intent']),
    model: { requested: model?.requested ?? null, executed: model?.executed ?? null },
    outcome: text('outcome'),
    isBlocked: Number(row['blocked']) === 1,
    tokens: input === null && output === null ? null : (input ?? 0) + (output ?? 0),
    costUsd: number('cost_usd'),
    prompt: prompt === null ? null : prompt.length > SHOWN ? `${prompt.slice(0, SHOWN).toWellFormed()}…` : prompt,
  };
}
