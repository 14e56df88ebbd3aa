// What was said of threads, for those who read threads. Of several judgements of one thing by one source the last counts.
import type { FeedbackView, ThreadFeedback } from '../../threads/index.ts';
import type { Said } from './aggregate.ts';
import type { Database } from './database.ts';

export interface ThreadVoices {
  readonly summary: ThreadFeedback;
  readonly said: Said;
}

const SILENT: ThreadVoices = { summary: { up: 0, down: 0 }, said: { downs: 0, lastThumb: undefined, lastCompletion: undefined } };
const MAX_SHOWN = 200;

const COUNTED = `WITH latest AS (
    SELECT thread_id, kind, coalesce(name, '') AS name, value, at_ms, row_number() OVER (
      PARTITION BY thread_id, request_id, kind, name, source ORDER BY at_ms DESC, received_at_ms DESC, id) AS nth
    FROM feedback WHERE scope = ? AND thread_id IN (SELECT value FROM json_each(?)) AND kind <> 'comment')
  SELECT thread_id, kind, name, CASE kind WHEN 'score' THEN NULL ELSE value END AS value,
    count(*) AS n, sum(value) AS sum, max(at_ms) AS last_ms
  FROM latest WHERE nth = 1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
const SHOWN = `SELECT id, kind, value, comment, name, source, at_ms, request_id FROM feedback
  WHERE scope = ? AND thread_id = ? ORDER BY at_ms DESC, received_at_ms DESC, id LIMIT ${MAX_SHOWN}`;

interface Counted {
  readonly thread_id: string;
  readonly kind: string;
  readonly name: string;
  readonly value: number | null;
  readonly n: number;
  readonly sum: number;
  readonly last_ms: number;
}

/** By thread; ask with `voicesOf`. */
export function readVoices(database: Database, scope: string, threads: readonly string[]): (thread: string) => ThreadVoices {
  const rows = database.prepare(COUNTED).all(scope, JSON.stringify(threads)) as unknown as readonly Counted[];
  const byThread = Map.groupBy(rows, (row) => row.thread_id);
  return (thread) => {
    const own = byThread.get(thread);
    return own === undefined ? SILENT : voicesOf(own);
  };
}

function voicesOf(rows: readonly Counted[]): ThreadVoices {
  const count = (value: number): number => rows.reduce((sum, row) => sum + (row.kind === 'thumbs' && row.value === value ? row.n : 0), 0);
  const last = (kind: string): Said['lastThumb'] =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => ({ good: row.value === 1, atMs: row.last_ms }))
      .reduce<Said['lastThumb']>((newest, one) => (newest === undefined || one.atMs > newest.atMs ? one : newest), undefined);
  const scores = rows.flatMap(({ kind, name, n, sum }) => (kind === 'score' ? [{ name, mean: sum / n, count: n }] : []));
  const [only] = scores;
  const completion = last('completion');
  return {
    summary: {
      up: count(1),
      down: count(-1),
      ...(completion && { completed: completion.good }),
      ...(only && scores.length === 1 && { score: only.mean }),
      ...(only && { scores }),
    },
    said: { downs: count(-1), lastThumb: last('thumbs'), lastCompletion: completion },
  };
}

/** The newest first. */
export function readFeedback(database: Database, scope: string, thread: string): readonly FeedbackView[] {
  return database
    .prepare(SHOWN)
    .all(scope, thread)
    .map((row) => ({
      id: row['id'] as string,
      kind: row['kind'] as FeedbackView['kind'],
      value: shownValue(row['kind'] as string, row['value'] as number | null, row['comment'] as string | null),
      name: row['name'] as string | null,
      source: row['source'] as FeedbackView['source'],
      at: new Date(Number(row['at_ms'])).toISOString(),
      requestId: row['request_id'] as string | null,
    }));
}

/** As it was sent. */
function shownValue(kind: string, value: number | null, comment: string | null): FeedbackView['value'] {
  if (kind === 'thumbs') return value === 1 ? 'up' : 'down';
  if (kind === 'completion') return value === 1;
  return value ?? comment ?? '';
}
