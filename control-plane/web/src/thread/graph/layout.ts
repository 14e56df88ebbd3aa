// Where requests stand in the picture: turns along one axis in the order in which they follow, branches side by side, calls
// beside the turn that they serve.
import type { RequestView } from '../../api/views.ts';

export interface Placed {
  readonly request: RequestView;
  /** Calls that share the place of this one, which is the first of them. */
  readonly more: number;
  /** Step along the conversation, from 0 on. */
  readonly step: number;
  /** Branch, from 0 on; turns of a branch have their calls below them. */
  readonly lane: number;
  /** 0 for a turn, from 1 on for its calls. */
  readonly row: number;
}

export interface GraphLink {
  readonly from: string;
  readonly to: string;
  readonly kind: 'follows' | 'serves';
}

export interface ThreadLayout {
  readonly placed: readonly Placed[];
  readonly links: readonly GraphLink[];
  /** Rows of each lane. */
  readonly heights: readonly number[];
  /** Requests that are left out: there are too many for a picture. */
  readonly hidden: number;
}

/** Calls of a turn that have a place of their own. */
const MOST_CALLS = 3;
/** Turns that a picture holds: those around the one that is looked at. */
export const MOST_TURNS = 250;

const isTurn = (request: RequestView): boolean => (request.call?.kind ?? 'turn') === 'turn';

/** @param around the request that must be in the picture */
export function layOut(requests: readonly RequestView[], around: string | undefined): ThreadLayout {
  const all = requests.filter(isTurn);
  const at = Math.max(
    0,
    all.findIndex(({ id }) => id === around),
  );
  const begin = Math.max(0, Math.min(at - MOST_TURNS / 2, all.length - MOST_TURNS));
  const turns = all.slice(begin, begin + MOST_TURNS);
  const placed = new Map<string, Placed>();
  const continued = new Set<string>();
  let lanes = 0;
  for (const request of turns) {
    const before = request.predecessor === null ? undefined : placed.get(request.predecessor);
    // The first that follows goes on in its lane; others branch off.
    const goesOn = before !== undefined && !continued.has(before.request.id);
    if (goesOn) continued.add(before.request.id);
    const lane = goesOn ? before.lane : lanes++;
    placed.set(request.id, { request, more: 0, step: before === undefined ? 0 : before.step + 1, lane, row: 0 });
  }
  const owners = ownersOf(requests);
  const calls = callsOf(requests, placed, owners);
  const everything = [...placed.values(), ...calls];
  const heights = Array.from({ length: lanes }, (_, lane) =>
    everything.reduce((most, one) => (one.lane === lane ? Math.max(most, one.row + 1) : most), 1),
  );
  const links = everything.flatMap(({ request, row }): GraphLink[] => {
    const to = row === 0 ? request.predecessor : owners.get(request.id);
    if (to === null || to === undefined || !placed.has(to)) return [];
    return [{ from: to, to: request.id, kind: row === 0 ? 'follows' : 'serves' }];
  });
  const shown = everything.reduce((sum, { more }) => sum + 1 + more, 0);
  return { placed: everything, links, heights, hidden: requests.length - shown };
}

/** By call, the turn that it was made for: calls may serve calls, and what names nothing that is here belongs to the turn of its number. */
function ownersOf(requests: readonly RequestView[]): ReadonlyMap<string, string> {
  const byId = new Map(requests.map((request) => [request.id, request]));
  const byTurn = new Map(requests.filter(isTurn).map((request) => [request.turn, request]));
  const owners = new Map<string, string>();
  for (const request of requests) {
    const seen = new Set<string>();
    let one: RequestView | undefined = request;
    while (one !== undefined && !isTurn(one) && !seen.has(one.id)) {
      seen.add(one.id);
      one = byId.get(one.parent ?? '');
    }
    const owner = one !== undefined && isTurn(one) ? one : byTurn.get(request.turn);
    if (owner !== undefined && owner !== request) owners.set(request.id, owner.id);
  }
  return owners;
}

function callsOf(
  requests: readonly RequestView[],
  turns: ReadonlyMap<string, Placed>,
  owners: ReadonlyMap<string, string>,
): readonly Placed[] {
  const groups = Map.groupBy(
    requests.filter(({ id }) => owners.has(id)),
    ({ id }) => owners.get(id) ?? '',
  );
  return [...groups].flatMap(([id, calls]) => {
    const turn = turns.get(id);
    if (turn === undefined) return [];
    const alone = calls.length > MOST_CALLS ? calls.slice(0, MOST_CALLS - 1) : calls;
    const rest = calls.slice(alone.length);
    const placeOf = (request: RequestView, row: number, more = 0): Placed => ({ request, more, step: turn.step, lane: turn.lane, row });
    return [
      ...alone.map((request, row) => placeOf(request, row + 1)),
      ...rest.slice(0, 1).map((request) => placeOf(request, alone.length + 1, rest.length - 1)),
    ];
  });
}
