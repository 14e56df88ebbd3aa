// Certain evidence against an earlier guess: the evidence wins, also later. A request that carries the messages of earlier
// ones proves which requests form one conversation, and with which of them it began; one that declares a session proves
// where the others of that session belong.
import { chainOf, sameMessages, wholePrefixOf } from './chain.ts';
import { ofSession, previousResponse } from './declared.ts';
import { rewords } from './history.ts';
import { derivedId } from './ids.ts';
import type { Link } from './link.ts';
import { sessionThread } from './session.ts';
import type { Entry, PrincipalState } from './state.ts';
import type { PlacedTurn, Placement, Position, Relink, Repoint, TurnInput } from './types.ts';

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

/** What is proven: requests of one conversation, each with the one that it goes on from. */
export interface Proof {
  /** All requests of it that are at hand, those among them whose place nobody doubts too. */
  readonly family: readonly Entry[];
  readonly into: string;
  readonly evidence: Relink['evidence'];
  readonly predecessors: ReadonlyMap<Entry, Entry | undefined>;
  /** Moves also what a session was declared for: the proof is that the session holds several conversations. */
  readonly withinSession?: true;
}

/** What the evidence on a request proves of earlier ones, whether they stand like that or not. */
export function proofOf(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  if (link.method === 'history') return byHistory(turn, link, state, seed);
  if (turn.call?.previousResponseId !== undefined && turn.session === undefined) return byResponses(turn, link, state, seed);
  return link.method === 'declared' ? (withinSession(turn, link, state, seed) ?? bySession(turn, link, state, seed)) : undefined;
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

/**
 * The earlier requests whose messages and answers the request repeats whole, from its first message on. Two with equally
 * many messages cannot be told apart: then nothing is proven.
 */
function lineOf(turn: TurnInput, state: PrincipalState): readonly Entry[] {
  const later = chainOf(turn.history);
  if (later === undefined || later.omitted > 0) return [];
  const line = state.entries
    .filter(({ kind, chain }) => kind !== 'auxiliary' && chain !== undefined && wholePrefixOf(later, chain))
    .toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return new Set(line.map(lengthOf)).size === line.length ? line : [];
}

function byHistory(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const line = lineOf(turn, state);
  const [first] = line;
  if (first === undefined || line[line.length - 1] !== link.predecessor) return undefined;
  // It was guessed to go on with something, but its whole history is its own first message: the conversation began there.
  const began = first.method === 'inferred' && lengthOf(first) === 1;
  const into = began ? derivedId('t_', seed, first.turn.id) : first.threadId;
  return { family: line, into, evidence: 'history', predecessors: new Map(line.map((entry, index) => [entry, line[index - 1]])) };
}

/** Each answer names the one before it. A first one that names none, and brought one message, began the conversation. */
function byResponses(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const line: Entry[] = [];
  for (
    let entry = previousResponse(turn, state);
    entry !== undefined && !line.includes(entry);
    entry = previousResponse(entry.turn, state)
  ) {
    line.unshift(entry);
  }
  const [first] = line;
  if (first === undefined || line[line.length - 1] !== link.predecessor || first.turn.call?.previousResponseId !== undefined)
    return undefined;
  const began = first.method === 'inferred' && lengthOf(first) === 1;
  const into = began ? derivedId('t_', seed, first.turn.id) : first.threadId;
  return { family: line, into, evidence: 'declared', predecessors: new Map(line.map((entry, index) => [entry, line[index - 1]])) };
}

/**
 * Two conversations under one session id: this one began without a history while another one, which had been carried along
 * before, stood in the thread. Its first message is no edit of the other's.
 */
function withinSession(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const line = lineOf(turn, state);
  const [first] = line;
  const opening = first?.chain?.messages[0];
  if (first === undefined || opening === undefined || lengthOf(first) !== 1 || line[line.length - 1] !== link.predecessor) return undefined;
  if (first.chain?.summary === true || first.method !== 'declared') return undefined;
  const entries = state.threads.get(first.threadId)?.entries ?? [];
  const before = entries.slice(0, entries.indexOf(first));
  const isOther = before.some(({ chain }) => (chain?.messages.length ?? 0) > 1 && chain?.messages[0] !== opening);
  if (!isOther || before.some((entry) => rewords(first.turn, entry))) return undefined;
  const own = entries.filter((entry) => !before.includes(entry) && entry.chain?.messages[0] === opening);
  const members = new Set(own.map(({ turn: { id } }) => id));
  const predecessors = new Map<Entry, Entry | undefined>();
  for (const entry of own) {
    const known = members.has(entry.predecessorId ?? '') ? state.entry(entry.predecessorId ?? '') : first;
    predecessors.set(entry, entry === first ? undefined : (line[line.indexOf(entry) - 1] ?? known));
  }
  return { family: own, into: derivedId('t_', seed, first.turn.id), evidence: 'history', predecessors, withinSession: true };
}

/**
 * Requests of the same session that were placed by a guess in a thread which others began, while its ids were taken to mean
 * nothing. That a second turn carries the id shows that it lasts; the same request sent again does not.
 */
function bySession(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const own = ofSession(turn, state);
  const joined = link.threadId ?? link.newThreadId;
  if (joined === undefined || !own.some(({ kind, turn: other }) => kind === 'turn' && !isSameQuestion(turn, other))) return undefined;
  const isOthers = (id: string): boolean => {
    const first = state.threads.get(id)?.entries[0];
    return first !== undefined && !own.includes(first);
  };
  const guessed = own.filter(({ method, threadId }) => (method === 'inferred' || method === 'new') && isOthers(threadId));
  if (guessed.length === 0) return undefined;
  const into = guessed.some(({ threadId }) => threadId === joined) ? sessionThread(turn, seed) : joined;
  const predecessors = new Map(guessed.map((entry) => [entry, own[own.indexOf(entry) - 1]] as const));
  return { family: own, into, evidence: 'declared', predecessors };
}

function isSameQuestion(a: TurnInput, b: TurnInput): boolean {
  const [one, other] = [chainOf(a.history), chainOf(b.history)];
  return one !== undefined && other !== undefined ? sameMessages(one, other) : a.text === b.text;
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
  const newestOf = new Map<string, string>();
  const repointed: Repoint[] = [];
  for (const { turn, threadId, predecessorId, kind } of state.entries) {
    if (moving.has(turn.id)) continue;
    if (predecessorId !== undefined && moving.get(predecessorId)?.from === threadId) {
      repointed.push({ requestId: turn.id, predecessorId: newestOf.get(threadId) });
    }
    if (kind !== 'auxiliary') newestOf.set(threadId, turn.id);
  }
  return repointed.length === 0 ? undefined : repointed;
}

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

const lengthOf = ({ chain }: Entry): number => chain?.messages.length ?? 0;

/** What a request goes on from once the repair is made: what it named, where that stands in its thread, else the newest there. */
export function predecessorAfter({ into, relinked, newestId }: Repair, named: Entry | undefined): string | undefined {
  const move = relinked.find(({ requestId }) => requestId === named?.turn.id);
  return (move?.into ?? named?.threadId) === into ? named?.turn.id : newestId;
}
