// The row of a thread is made anew from all that is left of it. Where more of a thread is due than fits into a batch of a purge,
// that is done once, when the last of it went, and not after each batch; until then its row is noted as older than its requests.
import type { Database } from './database.ts';

/** In `meta`, by scope: one at most, since a batch ends within one thread. */
const CUT = 'purge_thread/';

export function cutThread(database: Database, scope: string): string | undefined {
  return database.prepare('SELECT value FROM meta WHERE key = ?').get(CUT + scope)?.['value'] as string | undefined;
}

/** Within the transaction that removes a part of the thread, or the last of it. */
export function noteCutThread(database: Database, scope: string, id: string | undefined): void {
  if (id === undefined) database.prepare('DELETE FROM meta WHERE key = ?').run(CUT + scope);
  else
    database
      .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(CUT + scope, id);
}
