// Certain evidence against an earlier guess: the evidence wins, also later.
import type { Entry } from './entry.ts';
import { asksAgain } from './history.ts';
import type { Proof } from './proof.ts';
import type { PrincipalState } from './state.ts';
import type { PlacedTurn, Placement, Position, Relink, Repoint } from './types.ts';

export interface Repair {
  /** The thread in which the proven conversation stands afterwards. */
  readonly into: string;
  readonly relinked: readonly Relink[];
  readonly repointed: readonly Repoint[] | undefined;
  /** Where the newest turn or step before the request stands afterwards. */
  readonly newestThread: string | undefined;
  /** The newest turn or step that stands in `into` afterwards. */
  readonly newestId: string | undefined;
}

/** What the proof shows to be wrong about the placement of earlier requests; undefined where nothing is. */
export function repairBy(proof: Proof | undefined, state: PrincipalState): Repair | undefined {
  return proof === undefined || againstPeople(proof).length > 0 ? undefined : repairOf(proof, state);
}

/**
 * Requests that a person placed, where the proof ties them to others that stand elsewhere, or would move them. What people decide is what a
 * thread is about, which no id and no history can prove: it stands, and nothing is moved, not even around it.
 */
export function againstPeople({ family, into }: Proof): readonly Entry[] {
  const isWhole = new Set(family.map(({ threadId }) => threadId)).size === 1;
  return family.filter(({ method, threadId }) => method === 'person' && !(isWhole && threadId === into));
}

function repairOf(proof: Proof, state: PrincipalState): Repair | undefined {
  const { into, evidence } = proof;
  const moving = new Map<string, Relink>();
  const standing = new Standing(state, moving);
  for (const entry of state.entries) {
    const { turn, threadId, method, predecessorId } = entry;
    const proven = proof.predecessors.has(entry) && (evidence === 'declared' || proof.withinSession === true || method !== 'declared');
    const tied = predecessorId !== undefined && moving.has(predecessorId) && isTied(entry);
    if (threadId === into || !(proven || tied)) {
      standing.pass(entry, threadId);
      continue;
    }
    const before = proven ? proof.predecessors.get(entry)?.turn.id : predecessorId;
    const position = standing.positionOf(entry, into, before);
    moving.set(turn.id, { requestId: turn.id, from: threadId, into, evidence, predecessorId: before, position, ...followsOnly(entry) });
    standing.pass(entry, into);
  }
  if (moving.size === 0) return undefined;
  return {
    into,
    relinked: [...moving.values()],
    repointed: repointedBy(moving, state),
    newestThread: standing.newestThread,
    newestId: standing.newestIn(into),
  };
}

/** Certain evidence ties it to its predecessor: branches of the same conversation, steps, and calls made beside. */
const isTied = ({ kind, method }: Entry): boolean => method !== 'person' && (kind === 'auxiliary' || method === 'history');

const followsOnly = ({ kind }: Entry): { readonly follows?: true } => (kind === 'auxiliary' ? { follows: true } : {});

/** Where the requests before one stand once those that are moved have been. */
class Standing {
  readonly #state: PrincipalState;
  readonly #moving: ReadonlyMap<string, Relink>;
  readonly #newestOf = new Map<string, string>();
  #newest: { readonly entry: Entry; readonly thread: string } | undefined;

  constructor(state: PrincipalState, moving: ReadonlyMap<string, Relink>) {
    this.#state = state;
    this.#moving = moving;
  }

  pass(entry: Entry, thread: string): void {
    if (entry.kind === 'auxiliary') return;
    this.#newest = { entry, thread };
    this.#newestOf.set(thread, entry.turn.id);
  }

  newestIn(thread: string): string | undefined {
    return this.#newestOf.get(thread);
  }

  get newestThread(): string | undefined {
    return this.#newest?.thread;
  }

  /** As it would have been said at its arrival, had the proof been known. */
  positionOf(entry: Entry, into: string, predecessorId: string | undefined): Position {
    if (entry.kind === 'auxiliary') return entry.position;
    const newest = this.#newest;
    const inSession = newest !== undefined && entry.turn.inferable && newest.entry.sessionId === entry.sessionId;
    if (inSession && newest.thread !== into) return 'topic_shift';
    const known = predecessorId !== undefined && (this.#moving.has(predecessorId) || this.#state.entry(predecessorId) !== undefined);
    return known ? 'continuation' : 'first';
  }
}

/** Requests that stay, with the newest one left of their thread before them. */
function repointedBy(moving: ReadonlyMap<string, Relink>, state: PrincipalState): readonly Repoint[] | undefined {
  const newestOf = new Map<string, Entry>();
  /** Threads that a request left after the newest one which stays. */
  const left = new Set<string>();
  const repointed: Repoint[] = [];
  for (const entry of state.entries) {
    const { turn, threadId, predecessorId, kind } = entry;
    const move = moving.get(turn.id);
    if (move !== undefined) {
      if (kind !== 'auxiliary') left.add(threadId);
      continue;
    }
    const newest = newestOf.get(threadId);
    if (predecessorId !== undefined && moving.get(predecessorId)?.from === threadId) {
      repointed.push({ requestId: turn.id, predecessorId: newest?.turn.id });
    } else if (kind !== 'auxiliary' && left.has(threadId) && newest?.turn.id === predecessorId && goesStraightOn(entry, newest)) {
      repointed.push({ requestId: turn.id, predecessorId, straight: true });
    }
    if (kind === 'auxiliary') continue;
    newestOf.set(threadId, entry);
    left.delete(threadId);
  }
  return repointed.length === 0 ? undefined : repointed;
}

/** False for the same question asked again, which is a fork wherever it stands. */
const goesStraightOn = ({ chain }: Pick<Entry, 'chain'>, before: Entry | undefined): boolean =>
  before !== undefined && (chain === undefined || !asksAgain(chain, before));

/** True where a request that looked like a fork goes on from the newest one of its thread, now that what came between stands elsewhere. */
export const isStraightAfter = ({ newestId }: Repair, chain: Entry['chain'], named: Entry | undefined): boolean =>
  named !== undefined && named.turn.id === newestId && goesStraightOn({ chain }, named);

/** The same request where the placement of a later one has put it. */
export function afterMoves<T extends PlacedTurn>(
  placed: T,
  { relinked = [], repointed = [] }: Pick<Placement, 'relinked' | 'repointed'>,
): T {
  const move = relinked.find(({ requestId }) => requestId === placed.turn.id);
  if (move !== undefined) {
    const { into, evidence, predecessorId, position, follows } = move;
    return { ...placed, threadId: into, predecessorId, position, ...(follows === true ? {} : { method: evidence }) };
  }
  const repoint = repointed.find(({ requestId }) => requestId === placed.turn.id);
  return repoint === undefined ? placed : { ...placed, predecessorId: repoint.predecessorId };
}

/** What a request goes on from once the repair is made: what it named, where that stands in its thread, else the newest there. */
export function predecessorAfter({ into, relinked, newestId }: Repair, named: Entry | undefined): string | undefined {
  const move = relinked.find(({ requestId }) => requestId === named?.turn.id);
  return (move?.into ?? named?.threadId) === into ? named?.turn.id : newestId;
}
