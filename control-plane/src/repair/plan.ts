// Which requests a repair moves, and what changes of those around them. Pure.
import { ClewError } from '../kernel/index.ts';
import type { Line } from './ports.ts';
import type { Adjustment, Place, RepairMove, Standing } from './types.ts';

export const refused = (detail: string): ClewError => new ClewError('repair_refused', detail);

/** The turn that each request of a thread belongs to: itself, or the one that its work is part of. */
function turnsOf(members: readonly Standing[]): ReadonlyMap<string, string> {
  const byId = new Map(members.map((member) => [member.id, member]));
  const turns = new Map<string, string>();
  for (const member of members) {
    let one: Standing | undefined = member;
    for (let steps = 0; one !== undefined && one.kind !== 'turn' && steps < members.length; steps++) {
      one = one.predecessorId === null ? undefined : byId.get(one.predecessorId);
    }
    if (one?.kind === 'turn') turns.set(member.id, one.id);
  }
  return turns;
}

/** The requests with all of their turns' work: steps and calls beside them. Throws not_found where one is not of the thread. */
export function withTheirTurns(members: readonly Standing[], ids: readonly string[]): readonly Standing[] {
  const turns = turnsOf(members);
  const known = new Set(members.map(({ id }) => id));
  if (ids.some((id) => !known.has(id))) throw new ClewError('not_found', 'a request does not stand in this thread');
  const wanted = new Set(ids.flatMap((id) => [id, turns.get(id) ?? id]));
  return members.filter(({ id }) => wanted.has(id) || wanted.has(turns.get(id) ?? ''));
}

/** The request, all later ones of the thread, and their turns' work. */
export function fromOn(members: readonly Standing[], id: string): readonly Standing[] {
  const turns = turnsOf(members);
  const first = members.findIndex((member) => member.id === (turns.get(id) ?? id));
  if (first < 0) throw new ClewError('not_found', 'the request does not stand in this thread');
  const later = members.slice(first).filter((member) => turns.get(member.id) === undefined || turns.get(member.id) === member.id);
  return withTheirTurns(
    members,
    later.map((member) => member.id),
  );
}

interface World {
  readonly newest: Standing | undefined;
  readonly newestThread: string | undefined;
  readonly newestOf: Map<string, string>;
}

/** What is to be said of a request's position in a world where its thread is this one. */
function positionIn(row: Standing, thread: string, { newest, newestThread, newestOf }: World): Standing['position'] {
  const goesOn = newestOf.has(thread);
  if (row.position === 'orphaned' && !goesOn) return 'orphaned';
  const inSession = newest !== undefined && row.inferable && newest.sessionId === row.sessionId;
  if (inSession && newestThread !== thread) return 'topic_shift';
  return goesOn ? 'continuation' : 'first';
}

/**
 * Goes through the line once as it was and once as it will be. A position that was stated at arrival changes only where the
 * move makes it another; a predecessor only where the two part.
 *
 * @param moved where requests go
 * @param touched threads that lose or win requests
 */
export function restand(line: Line, moved: ReadonlyMap<string, string>, touched: ReadonlySet<string>): ReadonlyMap<string, Place> {
  const threadAfter = (id: string): string | undefined => moved.get(id) ?? line.threadOf.get(id);
  const newestOf = (): Map<string, string> => new Map([...line.newestBeforeOf].map(([thread, { id }]) => [thread, id]));
  let was: World = { newest: line.newestBefore, newestThread: line.newestBefore?.threadId, newestOf: newestOf() };
  let is: World = { ...was, newestOf: newestOf() };
  const changed = new Map<string, Place>();
  for (const row of line.rows) {
    const thread = moved.get(row.id) ?? row.threadId;
    if (moved.has(row.id) || touched.has(thread)) {
      const keeps = row.predecessorId !== null && threadAfter(row.predecessorId) === thread;
      const predecessorId = keeps ? row.predecessorId : (is.newestOf.get(thread) ?? null);
      const said = row.kind === 'auxiliary' ? row.position : positionIn(row, thread, is);
      const position = row.kind === 'auxiliary' || said === positionIn(row, row.threadId, was) ? row.position : said;
      if (moved.has(row.id) || predecessorId !== row.predecessorId || position !== row.position) {
        changed.set(row.id, { method: row.method, confidence: row.confidence, predecessorId, position });
      }
    }
    if (row.kind === 'auxiliary') continue;
    was = passed(was, row, row.threadId);
    is = passed(is, row, thread);
  }
  return changed;
}

function passed({ newestOf }: World, row: Standing, thread: string): World {
  newestOf.set(thread, row.id);
  return { newest: row, newestThread: thread, newestOf };
}

export interface Plan {
  readonly moves: readonly RepairMove[];
  readonly adjustments: readonly Adjustment[];
}

export const placeOf = ({ method, confidence, predecessorId, position }: Standing): Place => ({
  method,
  confidence,
  predecessorId,
  position,
});

/** @param chosen requests that go to `into`; a person's word is certain. Calls beside a turn keep their own */
export function planOf(line: Line, chosen: readonly Standing[], into: string): Plan {
  const moved = new Map(chosen.map(({ id }) => [id, into]));
  const touched = new Set([into, ...chosen.map(({ threadId }) => threadId)]);
  const places = restand(line, moved, touched);
  const moves = chosen.map((row): RepairMove => {
    const place = places.get(row.id) ?? placeOf(row);
    const after: Place = row.kind === 'auxiliary' ? place : { ...place, method: 'person', confidence: 1 };
    return { requestId: row.id, from: row.threadId, into, before: placeOf(row), after };
  });
  return { moves, adjustments: adjustmentsOf(line, places, moved) };
}

export function adjustmentsOf(line: Line, places: ReadonlyMap<string, Place>, moved: ReadonlyMap<string, string>): readonly Adjustment[] {
  return line.rows.flatMap((row) => {
    const after = places.get(row.id);
    return after === undefined || moved.has(row.id) ? [] : [{ requestId: row.id, threadId: row.threadId, before: placeOf(row), after }];
  });
}
