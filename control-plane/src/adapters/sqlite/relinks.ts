// Requests that later evidence moves to another thread: their rows, their vectors, and the threads they leave and join.
// Everything here runs within the transaction that stores the request which brought the evidence.
import type { StoredTurn } from '../../ingest/ports.ts';
import type { Reason } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { keyOf } from './scope.ts';
import { rebuildThread } from './thread-rows.ts';

/** Reads and writes as JSON what a request's row keeps of its placement. */
interface Kept {
  readonly reasons: readonly Reason[];
}

const MOVED: Reason = { code: 'relinked', text: 'A later request proved that it belongs to this thread; it stood in another one before.' };

export function applyRelinks(database: Database, turns: readonly StoredTurn[]): void {
  for (const { scope, placement } of turns) {
    const { relinked = [] } = placement;
    if (relinked.length === 0) continue;
    const moved = new Set(relinked.map(({ requestId }) => requestId));
    for (const { requestId, from, into, evidence } of relinked) move(database, keyOf(scope), requestId, { from, into, evidence, moved });
    for (const thread of new Set(relinked.flatMap(({ from, into }) => [from, into]))) rebuildThread(database, keyOf(scope), thread);
  }
}

interface Move {
  readonly from: string;
  readonly into: string;
  readonly evidence: string;
  readonly moved: ReadonlySet<string>;
}

function move(database: Database, scope: string, id: string, { from, into, evidence, moved }: Move): void {
  const row = database.get(
    query
      .selectFrom('requests')
      .select(['predecessor_id', 'placement'])
      .where('scope', '=', scope)
      .where('id', '=', id)
      .where('thread_id', '=', from),
  );
  if (row === undefined) return;
  const kept = JSON.parse(row.placement) as Kept;
  const predecessor = row.predecessor_id !== null && moved.has(row.predecessor_id) ? row.predecessor_id : null;
  database.run(
    query
      .updateTable('requests')
      .set({
        thread_id: into,
        method: evidence,
        confidence: 1,
        predecessor_id: predecessor,
        placement: JSON.stringify({ ...kept, reasons: [...kept.reasons, MOVED] }),
      })
      .where('scope', '=', scope)
      .where('id', '=', id),
  );
  database.run(query.updateTable('vectors').set({ thread_id: into }).where('scope', '=', scope).where('request_id', '=', id));
}
