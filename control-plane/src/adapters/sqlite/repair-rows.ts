// The rows that a repair changes, and what is noted of evidence against one. Within a transaction of the caller.
import type { StoredTurn } from '../../ingest/ports.ts';
import type { Adjustment, RepairMove } from '../../repair/index.ts';
import type { Move, Reason } from '../../threads/index.ts';
import { query, type Database } from './database.ts';
import { placementIn } from './request-record.ts';
import { keyOf } from './scope.ts';

const PLACED: Reason = { code: 'person', text: 'A person placed it in this thread.' };
/** Contradictions of one repair that are noted: a long conversation would bring one with each request. */
const MOST_NOTED = 50;
const NOTE = `INSERT INTO repair_contradictions (scope, repair_id, request_id, principal, at, evidence)
  SELECT r.scope, r.id, ?3, r.principal, ?4, ?5 FROM repairs r
  WHERE r.scope = ?1 AND r.undone_at_ms IS NULL
    AND r.id IN (SELECT repair_id FROM repair_moves WHERE scope = ?1 AND from_id <> into_id AND request_id IN (SELECT value FROM json_each(?2)))
    AND (SELECT count(*) FROM repair_contradictions c WHERE c.scope = ?1 AND c.repair_id = r.id) < ${MOST_NOTED}
  ON CONFLICT (scope, repair_id, request_id) DO NOTHING`;

interface Kept {
  readonly reasons: readonly Reason[];
  readonly moves?: readonly Move[];
}

export function moveByPerson(database: Database, scope: string, { requestId, from, into, after }: RepairMove, at: string): void {
  const own = query.selectFrom('requests').select(['placement', 'packed']).where('scope', '=', scope).where('id', '=', requestId);
  const row = database.get(own);
  const kept: Kept = row === undefined ? { reasons: [] } : (placementIn(row) as Kept);
  const reasons = kept.reasons.filter(({ code }) => code !== PLACED.code);
  const moves: readonly Move[] = [...(kept.moves ?? []), { from, evidence: 'person', by: null, at }];
  database.run(
    query
      .updateTable('requests')
      .set({
        thread_id: into,
        method: after.method,
        confidence: after.confidence,
        predecessor_id: after.predecessorId,
        position: after.position,
        placement: JSON.stringify({ ...kept, moves, reasons: after.method === 'person' ? [...reasons, PLACED] : reasons }),
      })
      .where('scope', '=', scope)
      .where('id', '=', requestId),
  );
  database.run(query.updateTable('vectors').set({ thread_id: into }).where('scope', '=', scope).where('request_id', '=', requestId));
}

export function adjust(database: Database, scope: string, { requestId, after }: Adjustment): void {
  database.run(
    query
      .updateTable('requests')
      .set({ predecessor_id: after.predecessorId, position: after.position })
      .where('scope', '=', scope)
      .where('id', '=', requestId),
  );
}

export function announceMoves(database: Database, scope: string, repairId: string, moves: readonly RepairMove[]): void {
  const groups = Map.groupBy(moves, ({ from, into }) => JSON.stringify([from, into]));
  for (const group of groups.values()) {
    const { from, into } = group[0] as RepairMove;
    const payload = { threadId: from, into, requestIds: group.map(({ requestId }) => requestId), repairId };
    database.run(query.insertInto('events').values({ type: 'ThreadRelinked', scope, payload: JSON.stringify(payload) }));
  }
}

/** Notes at each repair that a stored turn's evidence contradicts which turn that was. */
export function noteContradictions(database: Database, { scope, turn, placement: { contradicts } }: StoredTurn): void {
  if (contradicts === undefined) return;
  database.prepare(NOTE).run(keyOf(scope), JSON.stringify(contradicts.requestIds), turn.id, turn.at, contradicts.evidence);
}
