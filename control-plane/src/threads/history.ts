// History evidence: clients without a server-side conversation send all messages again with each request.
import { isAssistant, runInto, sameMessages, type Chain, type Run } from './chain.ts';
import type { Entry } from './entry.ts';
import type { Remembered, Thread } from './remembered.ts';
import { describeText } from './text/traits.ts';
import type { TurnInput } from './types.ts';

/** Where a request's messages go on from. */
export interface HistoryMatch {
  readonly entry: Entry;
  readonly thread: Thread;
  /** Every message of the earlier request, and its answer where known, is there, in its place. */
  readonly exact: boolean;
  /** The earlier request is not the newest of its thread: an edit or a regenerated answer. */
  readonly fork: boolean;
  /** Messages of the conversation in front of the request's first one. */
  readonly origin: number;
  /** Messages of the conversation that the request no longer carries. */
  readonly dropped: number;
  /** Messages in front that the conversation never had: a summary, as a rule. */
  readonly foreign: number;
  /** Threads that fit equally well; history alone cannot tell them apart. */
  readonly rivals: number;
  /** It carries all of the earlier request and an answer to it, but what the answer was is not known here. */
  readonly presumed: boolean;
}

/** How many recent requests tell whether a client sends its history along. */
const CLIENT_HABIT = 20;

interface Candidate {
  readonly entry: Entry;
  readonly thread: Thread;
  readonly run: Run;
  readonly exact: boolean;
  readonly leaf: boolean;
  readonly presumed: boolean;
}

/**
 * The earlier request that this one continues, if its messages prove one. Messages that the thread's first request
 * brought never count as proof: fixed client prefixes, few-shot examples and equal first words stand there.
 */
export function matchHistory(later: Chain, state: Remembered, onlyThread?: string): HistoryMatch | undefined {
  if (later.messages.length < 2) return undefined;
  const lastIndex = new Map<number, number>();
  later.messages.forEach((message, index) => lastIndex.set(message, index));
  const candidates: Candidate[] = [];
  for (const thread of threadsOf(state, onlyThread)) candidates.push(...candidatesOf(thread, later, lastIndex));
  const longest = candidates.toSorted(compare).at(-1);
  if (longest === undefined) return undefined;
  const equal = candidates.filter((other) => equallyLong(other, longest));
  const rivals = new Set(equal.map((other) => other.thread.id)).size;
  // Whose answer it is cannot be told among several that might have got it.
  if ((!longest.exact || longest.presumed) && rivals !== 1) return undefined;
  const best = rivals === 1 ? longest : likeliest(equal, later);
  if (best === undefined) return undefined;
  if (!asksAgain(later, best.entry)) return describe(best, later, rivals);
  // It goes on from what came before the question that it asks again.
  const before = candidates.filter(({ thread, entry }) => thread === best.thread && !asksAgain(later, entry)).toSorted(compare);
  return { ...describe(before.at(-1) ?? best, later, rivals), fork: true };
}

/** True for the same question in the same place, which had an answer already: regenerated. */
export const asksAgain = (later: Chain, { chain }: Entry): boolean =>
  chain?.answer !== undefined && chain.messages.length > 0 && sameMessages(later, chain);

/** Who words a first message anew does it while its answer is at hand; later, the same form is that of the application's next task. */
const EDIT_SECONDS = 3600;

/** True for an earlier opening of which the request says most words again: its first message, edited. */
export function rewords(turn: TurnInput, { kind, chain, turn: earlier }: Entry): boolean {
  return kind === 'turn' && chain?.messages.length === 1 && turn.at - earlier.at <= EDIT_SECONDS && saysAgain(turn, earlier);
}

/** True when one text says most words of the other again. */
export function saysAgain(turn: TurnInput, earlier: TurnInput): boolean {
  const [own, other] = [describeText(turn.text).words, describeText(earlier.text).words];
  const shared = [...own].filter((word) => other.has(word)).length;
  return shared > 0 && shared * 2 >= Math.max(own.size, other.size);
}

function candidatesOf(thread: Thread, later: Chain, lastIndex: ReadonlyMap<number, number>): Candidate[] {
  const opening = new Set(thread.entries.find((entry) => entry.chain !== undefined)?.chain?.messages);
  const newest = thread.entries[thread.entries.length - 1];
  return thread.entries.flatMap((entry) => {
    if (entry.chain === undefined || entry.chain.keyId !== later.keyId) return [];
    const run = runInto(later, lastIndex, entry.chain);
    if (run === undefined) return [];
    const presumed = !proves(run, later, entry.chain, opening);
    if (presumed && (entry !== newest || !goesOnUnheard(run, later, entry.chain))) return [];
    return [{ entry, thread, run, exact: run.at === 0 && run.from === 0, leaf: entry === newest, presumed }];
  });
}

/** True when one of the packed assistant messages was never seen, as a message or as an answer. */
export function carriesUnseenAnswers(later: Chain, state: Remembered): boolean {
  const answers = later.messages.filter(isAssistant);
  if (answers.length === 0) return false;
  const seen = seenMessages(state);
  return answers.some((answer) => !seen.has(answer));
}

/** Threads that hold one of the request's earlier messages: too little to prove a link, enough to rule the others out. */
export function threadsSharing(later: Chain, state: Remembered): ReadonlySet<string> {
  const earlier = new Set(later.messages.subarray(0, -1));
  const sharing = new Set<string>();
  for (const { chain, threadId } of state.entries) {
    if (chain === undefined || chain.keyId !== later.keyId || sharing.has(threadId)) continue;
    if (chain.messages.some((message) => earlier.has(message)) || (chain.answer !== undefined && earlier.has(chain.answer))) {
      sharing.add(threadId);
    }
  }
  return sharing;
}

/** True where it carries what was said before, or names an answer: what begins a conversation does neither. */
export const goesOn = ({ chain, turn }: Pick<Entry, 'chain' | 'turn'>): boolean =>
  (chain?.messages.length ?? 0) > 1 || turn.call?.previousResponseId !== undefined;

/** True where it carries an answer that one of the earlier requests got. */
export function carriesAnswersOf({ messages }: Chain, earlier: readonly Entry[]): boolean {
  const carried = new Set(messages);
  return earlier.some(({ chain }) => chain?.answer !== undefined && carried.has(chain.answer));
}

/** True when recent requests of the principal carried answers of earlier ones, or named one: a first request does neither. */
export function sendsHistory(state: Remembered): boolean {
  return state.turns.slice(-CLIENT_HABIT).some(({ entry }) => goesOn(entry));
}

function seenMessages(state: Remembered): Set<number> {
  const seen = new Set<number>();
  for (const { chain } of state.entries) {
    chain?.messages.forEach((message) => seen.add(message));
    if (chain?.answer !== undefined) seen.add(chain.answer);
  }
  return seen;
}

function threadsOf(state: Remembered, only: string | undefined): Iterable<Thread> {
  if (only === undefined) return state.threads.values();
  const thread = state.threads.get(only);
  return thread === undefined ? [] : [thread];
}

/** The whole of an earlier request whose answer was not captured, and an answer right after it. Of what went on since, the messages tell. */
function goesOnUnheard({ at, from, length }: Run, later: Chain, { messages, answer, omitted }: Chain): boolean {
  const isWhole = at === 0 && from === 0 && length === messages.length && omitted === 0 && later.omitted === 0;
  return isWhole && answer === undefined && isAssistant(later.messages[length] ?? 0);
}

/** One answer given in the thread, or two messages that came up in it. Both where unknown messages stand in front. */
function proves(run: Run, later: Chain, earlier: Chain, opening: ReadonlySet<number>): boolean {
  const foreign = run.from > 0 ? foreignInFront(run, later, earlier) : 0;
  const both = foreign > 0 && !later.summary;
  let own = 0;
  let answers = 0;
  // From the end: what came up in the thread stands there, so that long histories are settled at once.
  for (let i = run.at + run.length - 1; i >= run.at; i--) {
    const message = later.messages[i] ?? 0;
    if (opening.has(message)) continue;
    own++;
    if (isAssistant(message)) answers++;
    if (both ? own >= 2 && answers >= 1 : own >= 2 || answers >= 1) return true;
  }
  return false;
}

/** How many messages before the run are not the beginning of the earlier conversation, kept on purpose. */
function foreignInFront(run: Run, later: Chain, earlier: Chain): number {
  let kept = 0;
  while (kept < run.at && kept < run.from && later.messages[kept] === earlier.messages[kept]) kept++;
  return run.at - kept;
}

const equallyLong = (a: Candidate, b: Candidate): boolean =>
  a.presumed === b.presumed && a.exact === b.exact && a.run.length === b.run.length;

/** What is proven first, then whole prefixes, then longer runs, then the state that nothing continued yet, then the newer one. */
function compare(a: Candidate, b: Candidate): number {
  if (a.presumed !== b.presumed) return a.presumed ? -1 : 1;
  if (a.exact !== b.exact) return a.exact ? 1 : -1;
  if (a.run.length !== b.run.length) return a.run.length - b.run.length;
  if (a.leaf !== b.leaf) return a.leaf ? 1 : -1;
  return a.entry.turn.at - b.entry.turn.at || (a.entry.turn.id < b.entry.turn.id ? -1 : 1);
}

/**
 * Of chats that began to the letter alike, to their answers: the one of a client that resends its history and has not gone on yet. Any of several, as
 * nothing tells them apart and nothing has been mixed; none where all have gone on with other words, for then a fork would mix two chats.
 */
function likeliest(equal: readonly Candidate[], later: Chain): Candidate | undefined {
  const resending = equal.filter(({ thread }) => thread.entries.every(({ turn }) => turn.call?.previousResponseId === undefined));
  const open = (resending.length > 0 ? resending : equal).filter(
    ({ leaf, entry, thread }) => leaf || asksAgain(later, entry) || resending.every((other) => other.thread === thread),
  );
  return open.toSorted(compare).at(-1);
}

function describe(best: Candidate, later: Chain, rivals: number): HistoryMatch {
  const { entry, thread, run, exact, presumed } = best;
  const origin = Math.max(0, entry.origin + run.from - run.at);
  const foreign = entry.chain === undefined || run.from === 0 ? 0 : foreignInFront(run, later, entry.chain);
  const missing = Math.max(0, origin - later.omitted);
  return {
    entry,
    thread,
    exact,
    fork: !best.leaf,
    origin,
    dropped: missing === 0 ? 0 : missing + foreign,
    foreign,
    rivals,
    presumed,
  };
}
