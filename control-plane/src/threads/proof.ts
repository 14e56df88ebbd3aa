// What certain evidence proves of earlier requests: one that carries the messages of earlier ones proves which requests form
// one conversation, and with which of them it began; one that names answers, or declares a session, where those belong.
import { chainOf, sameMessages, wholePrefixOf } from './chain.ts';
import { ofSession } from './declared.ts';
import type { Entry } from './entry.ts';
import { carriesAnswersOf, goesOn, rewords } from './history.ts';
import { derivedId } from './ids.ts';
import type { Link } from './link.ts';
import { sessionThread } from './session.ts';
import type { PrincipalState } from './state.ts';
import type { Relink, TurnInput } from './types.ts';

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
  const isInSession = ofSession(turn, state).some(({ threadId }) => threadId === link.threadId);
  if (turn.call?.previousResponseId !== undefined && !isInSession) return byResponses(turn, link, state, seed);
  return link.method === 'declared' ? (withinSession(turn, link, state, seed) ?? bySession(turn, link, state, seed)) : undefined;
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

/** The requests that lead to this one by the answers that each names, the oldest first. */
function namedLine(turn: TurnInput, state: PrincipalState): readonly Entry[] {
  const line: Entry[] = [];
  if (turn.call?.previousResponseId === undefined) return line;
  const answered = new Map(state.entries.map((entry) => [entry.turn.call?.responseId, entry]));
  let id: string | undefined = turn.call.previousResponseId;
  for (let entry = answered.get(id); id !== undefined && entry !== undefined && !line.includes(entry); entry = answered.get(id)) {
    line.unshift(entry);
    id = entry.turn.call?.previousResponseId;
  }
  return line;
}

/** Each answer names the one before it. A first one that names none, and brought one message, began the conversation. */
function byResponses(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const line = namedLine(turn, state);
  const [first] = line;
  if (first === undefined || line[line.length - 1] !== link.predecessor || first.turn.call?.previousResponseId !== undefined)
    return undefined;
  const began = first.method === 'inferred' && lengthOf(first) === 1;
  const into = began ? derivedId('t_', seed, first.turn.id) : first.threadId;
  return { family: line, into, evidence: 'declared', predecessors: new Map(line.map((entry, index) => [entry, line[index - 1]])) };
}

/**
 * Two conversations under one session id: this one began without an answer of the other's, which is carried along or named
 * too and stood in the thread before. What goes on beside it is another one for certain; else its first message may be an
 * edit of the other's, and what a client puts in front of it a summary of the other.
 */
function withinSession(turn: TurnInput, link: Link, state: PrincipalState, seed: string): Proof | undefined {
  const named = namedLine(turn, state);
  const line = named.length > 0 ? named : lineOf(turn, state);
  const [first] = line;
  if (first === undefined || line[line.length - 1] !== link.predecessor) return undefined;
  if (first.chain?.summary === true || first.method !== 'declared' || first.turn.call?.previousResponseId !== undefined) return undefined;
  const entries = state.threads.get(first.threadId)?.entries ?? [];
  const before = entries.slice(0, entries.indexOf(first));
  if (before.length === 0 || (first.chain !== undefined && carriesAnswersOf(first.chain, before))) return undefined;
  const rootOf = rootsByAnswer(state);
  const isOwn = (entry: Entry): boolean => (named.length > 0 ? rootOf.get(entry) === first : beginsWith(entry, first));
  const others = goneOn(
    entries,
    before.filter((entry) => !isOwn(entry)),
    rootOf,
  ).filter((entry) => !isOwn(entry));
  const isBeside = others.some(({ turn: { at } }) => at > first.turn.at);
  if (others.length === 0 || (!isBeside && (goesOn(first) || before.some((entry) => rewords(first.turn, entry))))) return undefined;
  const own = entries.filter((entry) => !before.includes(entry) && isOwn(entry));
  const members = new Set(own.map(({ turn: { id } }) => id));
  const predecessors = new Map<Entry, Entry | undefined>();
  for (const entry of own) {
    const known = members.has(entry.predecessorId ?? '') ? state.entry(entry.predecessorId ?? '') : first;
    predecessors.set(entry, entry === first ? undefined : (line[line.indexOf(entry) - 1] ?? known));
  }
  return { family: own, into: derivedId('t_', seed, first.turn.id), evidence: 'history', predecessors, withinSession: true };
}

/** True where it carries all messages with which the first one came. */
function beginsWith({ chain }: Entry, first: Entry): boolean {
  if (chain === undefined || first.chain === undefined) return false;
  return first.chain.messages.every((message, index) => chain.messages[index] === message);
}

/** Requests that go on with what began before, by the answers that they name or the message that they begin with. */
function goneOn(entries: readonly Entry[], before: readonly Entry[], rootOf: ReadonlyMap<Entry, Entry>): readonly Entry[] {
  const openings = new Set(before.map(({ chain }) => chain?.messages[0]));
  return entries.filter((entry) => {
    const root = rootOf.get(entry) ?? entry;
    if (!goesOn(entry)) return false;
    return root === entry ? entry.chain !== undefined && openings.has(entry.chain.messages[0]) : before.includes(root);
  });
}

/** The request that the answers which each entry names lead back to; itself where it names none. */
function rootsByAnswer({ entries }: PrincipalState): ReadonlyMap<Entry, Entry> {
  const answered = new Map<string, Entry>();
  const roots = new Map<Entry, Entry>();
  for (const entry of entries) {
    const { previousResponseId, responseId } = entry.turn.call ?? {};
    const previous = previousResponseId === undefined ? undefined : answered.get(previousResponseId);
    roots.set(entry, (previous && roots.get(previous)) ?? entry);
    if (responseId !== undefined) answered.set(responseId, entry);
  }
  return roots;
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

const lengthOf = ({ chain }: Entry): number => chain?.messages.length ?? 0;
