// How a repair is taken back: its own requests stand again as they stood, and what came since follows what it goes on from.
import { adjustmentsOf, placeOf, restand, type Plan } from './plan.ts';
import type { Line, Undoable } from './ports.ts';
import type { Place, RepairMove, Standing } from './types.ts';

/** Requests that are gone meanwhile (erased, purged) are passed over. */
export function undoPlan({ moved, adjusted, followers }: Undoable, line: Line): Plan {
  const rows = new Map(line.rows.map((row) => [row.id, row]));
  const back = moved.filter(({ requestId }) => rows.has(requestId));
  const goes = new Map<string, string>(back.map(({ requestId, from }) => [requestId, from]));
  for (const { request, into } of followers) goes.set(request.id, into);
  const touched = new Set([...goes.values(), ...[...goes.keys()].flatMap((id) => rows.get(id)?.threadId ?? [])]);
  const places = new Map(restand(line, goes, touched));
  const threadAfter = (id: string): string | undefined => goes.get(id) ?? line.threadOf.get(id);
  /** As it was, where what it went on from is back as well, or, of a first one, where nothing stands before it by now. */
  const restored = (before: Place, thread: string, now: Place): Place => {
    const stands = before.predecessorId === null ? now.predecessorId === null : threadAfter(before.predecessorId) === thread;
    return stands ? before : { ...now, method: before.method, confidence: before.confidence };
  };
  const moves: RepairMove[] = [];
  for (const { requestId, from, into, before } of back) {
    const row = rows.get(requestId) as Standing;
    moves.push({
      requestId,
      from: into,
      into: from,
      before: placeOf(row),
      after: restored(before, from, places.get(requestId) ?? placeOf(row)),
    });
  }
  for (const { request, into } of followers) {
    const before = placeOf(request);
    moves.push({ requestId: request.id, from: request.threadId, into, before, after: places.get(request.id) ?? before });
  }
  for (const { requestId, threadId, before } of adjusted) {
    const row = rows.get(requestId);
    if (row === undefined || row.threadId !== threadId || goes.has(requestId)) continue;
    places.set(requestId, restored(before, threadId, places.get(requestId) ?? placeOf(row)));
  }
  return { moves, adjustments: adjustmentsOf(line, places, goes) };
}
