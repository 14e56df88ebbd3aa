// Words that part one page of the text index from the next stay there when the last request that had them goes. They go when the
// index is written anew, which is done in steps of a few pages.
import type { Database } from './database.ts';

/** In `meta`: words were taken out since the index was last written anew. */
const REMOVED = 'words_removed';
const PAGES = 16;
const MERGE = "INSERT INTO requests_fts (requests_fts, rank) VALUES ('merge', ?)";
/** An index in one piece is not written anew: a row that no request has makes a second one. */
const PUT = "INSERT INTO requests_fts (rowid, prompt) VALUES (-1, 'piece')";
const TAKE = "INSERT INTO requests_fts (requests_fts, rowid, prompt) VALUES ('delete', -1, 'piece')";

/** Within the transaction that takes words out. */
export function noteWordsRemoved(database: Database): void {
  database.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(REMOVED, '1');
}

/** Until no word is left in the index that no request has; `between` steps others get their turn, and may end it with false. */
export async function mergeWords(database: Database, between: (tookMs: number) => Promise<boolean>): Promise<void> {
  if (database.prepare('SELECT 1 FROM meta WHERE key = ?').get(REMOVED) === undefined) return;
  database.sweep(() => {
    // What is removed from here on is noted anew.
    database.prepare('DELETE FROM meta WHERE key = ?').run(REMOVED);
    database.prepare(PUT).run();
  });
  let isDone = false;
  // The first step decides what is written together, the others go on with it.
  for (let pages = -PAGES; ; pages = PAGES) {
    const startedMs = performance.now();
    const before = database.changes();
    database.sweep(() => database.prepare(MERGE).run(pages));
    isDone = database.changes() - before < 2;
    if (isDone || !(await between(performance.now() - startedMs))) break;
  }
  database.sweep(() => {
    database.prepare(TAKE).run();
    if (!isDone) noteWordsRemoved(database);
  });
}
