// Which text index a request's words are in: a file from before has an older one too, for requests up to a mark, until they are
// taken over.
import type { Database } from './database.ts';

export interface WordIndex {
  readonly name: string;
  /** Numbers of columns. */
  readonly prompt: number;
  readonly answer: number;
  /** By which its columns count, in their order. */
  readonly weights: string;
}

const INDEX = 'requests_fts';
const OLD_INDEX = 'requests_fts_old';
const NOW: WordIndex = { name: INDEX, prompt: 0, answer: 1, weights: '2.0, 1.0, 0.0' };
const BEFORE: WordIndex = { name: OLD_INDEX, prompt: 1, answer: 2, weights: '0.0, 2.0, 1.0' };
/** In `meta`: the highest number that may be in the old index. */
export const INDEX_MARK = 'repack_index';

const MARK = `SELECT CAST(value AS INTEGER) AS mark FROM meta WHERE key = '${INDEX_MARK}'`;
/** An index holds no copy of the texts: to take words out it must be told them, while the row still has them. */
const unindex = (index: string, where: string): string => `INSERT INTO ${index} (${index}, rowid, wall, prompt, answer)
  SELECT 'delete', seq, wall, prompt, answer FROM request_texts
  WHERE is_indexed AND seq IN (SELECT value FROM json_each(?)) AND ${where}`;
const REINDEX = `INSERT INTO ${INDEX} (rowid, wall, prompt, answer)
  SELECT seq, wall, prompt, answer FROM request_texts WHERE is_indexed AND seq IN (SELECT value FROM json_each(?))`;

/** Whether words that are taken out leave the pages at once. */
const AT_ONCE = (is: 0 | 1): string => `INSERT INTO ${INDEX} (${INDEX}, rank) VALUES ('secure-delete', ${is})`;
/** As much as a batch of a purge writes, in pages: left to the index, it would merge those of fifty batches in one of them. */
const MERGE_SOME = `INSERT INTO ${INDEX} (${INDEX}, rank) VALUES ('merge', 32)`;

function markOf(database: Database): number | undefined {
  const found = database.prepare(MARK).get()?.['mark'];
  return found === undefined ? undefined : Number(found);
}

/** Those that hold words, the newer requests' first. */
export function wordIndexes(database: Database): readonly WordIndex[] {
  return markOf(database) === undefined ? [NOW] : [NOW, BEFORE];
}

/** Takes words out, and from the pages of the index at once; within the transaction that removes them. */
export function unindexWords(database: Database, seqs: readonly number[]): void {
  const list = JSON.stringify(seqs);
  const mark = markOf(database);
  database.prepare(unindex(INDEX, 'seq > ?')).run(list, mark ?? -1);
  if (mark !== undefined) database.prepare(unindex(OLD_INDEX, 'seq <= ?')).run(list, mark);
}

/**
 * The same for many: nobody finds them by their words from here on, and the pages lose those when the index is written anew
 * (word-merge.ts). To look each word of each text up in the pages takes ten times as long as all else that is removed of a request.
 */
export function unindexWordsLater(database: Database, seqs: readonly number[]): void {
  database.prepare(AT_ONCE(0)).run();
  unindexWords(database, seqs);
  // Those that were taken out until here are written as such.
  database.prepare(AT_ONCE(1)).run();
  database.prepare(MERGE_SOME).run();
}

/** Moves the words of requests that are in the old index. `isLast`: there are no others. */
export function takeWordsOver(database: Database, seqs: readonly number[], isLast: boolean): void {
  const list = JSON.stringify(seqs);
  database.prepare(unindex(OLD_INDEX, 'true')).run(list);
  database.prepare(REINDEX).run(list);
  if (isLast) database.prepare(`DROP TABLE ${OLD_INDEX}`).run();
}
