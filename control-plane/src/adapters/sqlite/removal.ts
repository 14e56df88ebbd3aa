// How requests leave the store. Everything here runs within a transaction of the caller.
import { canonicalize } from '#contract';
import { recordOf } from '../../identity/index.ts';
import { elements, query, type Database } from './database.ts';
import { SAMPLE_COLUMNS, sampleIn } from './request-record.ts';
import { noteGaps } from './page-gaps.ts';
import { observedOf } from './run-proof.ts';
import { rebuildThread } from './thread-rows.ts';
import { unindexWords, unindexWordsLater } from './word-index.ts';
import { noteWordsRemoved } from './word-merge.ts';

// The linker's input repeats a text where it differs from the sample's.
const BLANK = `UPDATE requests SET prompt = NULL, answer = NULL, texts = NULL, turn = json_remove(turn, '$.text', '$.answer')
  WHERE seq IN (SELECT value FROM json_each(?))`;

/** A request that is to go, or to lose its texts. */
export interface Leaving {
  readonly seq: number;
  readonly id: string;
  readonly thread_id: string;
}

const seqsOf = (rows: readonly Leaving[]): readonly number[] => rows.map(({ seq }) => seq);

/** Prompts and answers go from rows and index; titles of threads are for the caller to make anew. */
export function removeTexts(database: Database, rows: readonly Leaving[]): void {
  unindexWordsLater(database, seqsOf(rows));
  noteWordsRemoved(database);
  noteGaps(database);
  database.prepare(BLANK).run(JSON.stringify(seqsOf(rows)));
  database.run(query.deleteFrom('request_words').where('seq', 'in', elements(seqsOf(rows))));
}

/**
 * Whole requests go, with their words, vectors and feedback; threads are for the caller to make anew. `atOnce`: their words leave
 * the pages of the text index with them, not at the end of a purge.
 */
export function removeRequests(
  database: Database,
  scope: string,
  rows: readonly Leaving[],
  { atOnce }: { readonly atOnce: boolean },
): void {
  if (atOnce) unindexWords(database, seqsOf(rows));
  else unindexWordsLater(database, seqsOf(rows));
  noteWordsRemoved(database);
  noteGaps(database);
  database.run(query.deleteFrom('requests').where('seq', 'in', elements(seqsOf(rows))));
  const ids = elements(rows.map(({ id }) => id));
  database.run(query.deleteFrom('vectors').where('scope', '=', scope).where('request_id', 'in', ids));
  database.run(query.deleteFrom('vault_values').where('scope', '=', scope).where('request_id', 'in', ids));
  database.run(query.deleteFrom('feedback').where('scope', '=', scope).where('request_id', 'in', ids));
}

/** From what is left of them. Answers how many went, since nothing was. */
export function rebuildThreads(database: Database, scope: string, ids: ReadonlySet<string>): number {
  let gone = 0;
  for (const id of ids) {
    if (!rebuildThread(database, scope, id)) continue;
    gone += 1;
    database.run(query.deleteFrom('feedback').where('scope', '=', scope).where('thread_id', '=', id));
  }
  return gone;
}

/** Keeps what a run was composed of, without thread, principal and salts, beyond the life of its request. A trace can lead to a person elsewhere. */
export function keepRuns(
  database: Database,
  scope: string,
  rows: readonly Leaving[],
  { withTrace }: { readonly withTrace: boolean },
): void {
  const found = database.all(
    query
      .selectFrom('requests')
      .select(SAMPLE_COLUMNS)
      .where('seq', 'in', elements(seqsOf(rows)))
      .where('run_id', 'is not', null)
      .orderBy('seq'),
  );
  for (const row of found) {
    const { id, run_id: runId, trace_id: traceId, at, model } = row;
    if (runId === null) continue;
    const sample = sampleIn(row);
    const record = canonicalize(recordOf(sample).record);
    const observed = JSON.stringify(observedOf(sample));
    database.run(
      query
        .insertInto('past_runs')
        .values({ scope, run_id: runId, request_id: id, trace_id: withTrace ? traceId : null, at, model, record, observed })
        .onConflict((conflict) => conflict.columns(['scope', 'run_id', 'request_id']).doNothing()),
    );
  }
}
