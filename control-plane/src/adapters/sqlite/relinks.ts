// Requests that later evidence moves to another thread: their rows, their vectors, and the threads they leave and join.
// Everything here runs within the transaction that stores the request which brought the evidence.
import type { StoredTurn } from '../../ingest/ports.ts';
import { FORKED, type Move, type Reason, type Relink, type TurnInput } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { placementIn } from './request-record.ts';
import { keyOf } from './scope.ts';
import { rebuildThread } from './thread-rows.ts';

/** Reads and writes as JSON what a request's row keeps of its placement. */
interface Kept {
  readonly reasons: readonly Reason[];
  readonly moves?: readonly Move[];
  readonly fork?: boolean;
}

const MOVED: Reason = { code: 'relinked', text: 'A later request proved that it belongs to this thread; it stood in another one before.' };

export function applyRelinks(database: Database, turns: readonly StoredTurn[]): void {
  for (const { scope, turn, placement } of turns) {
    const { relinked = [], repointed = [] } = placement;
    if (relinked.length === 0) continue;
    const key = keyOf(scope);
    for (const relink of relinked) move(database, key, relink, turn);
    for (const { requestId, predecessorId, straight } of repointed) {
      if (straight === true) {
        straighten(database, key, requestId);
        continue;
      }
      database.run(
        query
          .updateTable('requests')
          .set({ predecessor_id: predecessorId ?? null })
          .where('scope', '=', key)
          .where('id', '=', requestId),
      );
    }
    for (const thread of new Set(relinked.flatMap(({ from, into }) => [from, into]))) rebuildThread(database, key, thread);
  }
}

/** What made it a fork stands in another thread now. */
function straighten(database: Database, scope: string, id: string): void {
  const columns = ['placement', 'packed'] as const;
  const row = database.get(query.selectFrom('requests').select(columns).where('scope', '=', scope).where('id', '=', id));
  const kept = row && (placementIn(row) as Kept);
  if (kept?.fork !== true) return;
  const placement = JSON.stringify(unforked(kept));
  database.run(query.updateTable('requests').set({ placement }).where('scope', '=', scope).where('id', '=', id));
}

const unforked = (kept: Kept): Kept => ({ ...kept, fork: false, reasons: kept.reasons.filter(({ code }) => code !== FORKED) });

function move(database: Database, scope: string, relink: Relink, proof: TurnInput): void {
  const { requestId: id, from, into, evidence, predecessorId, position, follows } = relink;
  const row = database.get(
    query
      .selectFrom('requests')
      .select(['placement', 'packed'])
      .where('scope', '=', scope)
      .where('id', '=', id)
      .where('thread_id', '=', from),
  );
  if (row === undefined) return;
  const found = placementIn(row) as Kept;
  // What nothing came before goes on from nowhere.
  const kept = predecessorId === undefined ? unforked(found) : found;
  const moves: readonly Move[] = [
    ...(kept.moves ?? []),
    { from, evidence, by: proof.id, at: new Date(Math.round(proof.at * 1_000)).toISOString() },
  ];
  database.run(
    query
      .updateTable('requests')
      .set({
        thread_id: into,
        predecessor_id: predecessorId ?? null,
        position,
        placement: JSON.stringify({ ...kept, moves, reasons: [...kept.reasons, MOVED] }),
        ...(follows === true ? {} : { method: evidence, confidence: 1 }),
      })
      .where('scope', '=', scope)
      .where('id', '=', id),
  );
  database.run(query.updateTable('vectors').set({ thread_id: into }).where('scope', '=', scope).where('request_id', '=', id));
}
