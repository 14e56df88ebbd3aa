// A declared session: one thread as a rule, several where it holds several matters, and then each request goes to one of
// those. It never reaches into threads outside the session, so what people see of one session stays in it.
import { chainOf } from './chain.ts';
import { declaredSession, namesConversation, newestOf, ofSession } from './declared.ts';
import { asksAgain, matchHistory, rewords, sendsHistory, threadsSharing, type HistoryMatch } from './history.ts';
import { derivedId } from './ids.ts';
import { inferLink } from './infer/infer.ts';
import { certain, fresh, traitsOf, type Link } from './link.ts';
import type { Settings } from './options.ts';
import type { Entry, PrincipalState } from './state.ts';
import type { Reason, TurnInput } from './types.ts';

/** How sure inference must be to see another matter in a session than the client does, by the matters it is known to hold. */
const PARTS_FROM = [1, 0.8, 0.6];

const DECLARED: Reason = { code: 'declared_session', text: 'The client declared the session.' };
const BEGINS: Reason = { code: 'declared_session', text: 'The client declared a session that is new here.' };
const NEXT: Reason = {
  code: 'history_starts',
  text: 'The session holds several conversations, and this request carries the history of none.',
};
const ELSEWHERE: Reason = {
  code: 'another_matter',
  text: 'The session holds another matter as well; this goes on with, or begins, one of its own.',
};

/** Undefined where the client declared none, or its ids mean nothing. */
export function fromSession(
  turn: TurnInput,
  state: PrincipalState,
  settings: Settings,
  history: HistoryMatch | undefined,
): Link | undefined {
  const { session } = turn;
  const declared = declaredSession(turn, state, (later, threads) => continues(later, threads, state, settings));
  if (session === undefined || declared === undefined) return undefined;
  if (declared.entry !== undefined) return withinSession(turn, declared.entry, state, settings, history);
  // An id that nobody saw before cannot begin a conversation that history shows to be under way already.
  if (declared.perRequest || (history !== undefined && history.exact && history.entry.chain?.answer !== undefined)) return undefined;
  return { ...certain('declared', undefined, [BEGINS]), newThreadId: sessionThread(turn, settings.seed) };
}

/** Id of the thread that a session begins with. */
export const sessionThread = ({ session }: TurnInput, seed: string): string =>
  derivedId('t_', seed, JSON.stringify([session?.source, session?.id]));

function withinSession(turn: TurnInput, newest: Entry, state: PrincipalState, settings: Settings, history: HistoryMatch | undefined): Link {
  const threads = new Set(ofSession(turn, state).map(({ threadId }) => threadId));
  if (history !== undefined && threads.has(history.thread.id)) {
    return { ...certain('declared', history.entry, [DECLARED]), ...traitsOf(history, turn) };
  }
  const chain = chainOf(turn.history);
  // Histories have shown before that the session holds several conversations, and this one has none: the next begins.
  if (chain?.messages.length === 1 && !chain.summary && sendsHistory(state) && holdsConversations(threads, state)) {
    return fresh('history', 0.9, [DECLARED, NEXT]);
  }
  const other = otherMatter(turn, newest, threads, state, settings);
  if (other !== undefined) return { ...other, reasons: [DECLARED, ELSEWHERE, ...other.reasons] };
  const predecessor = newestOf(state, newest.threadId);
  return { ...certain('declared', predecessor, [DECLARED]), threadId: newest.threadId, ...again(turn, newest.threadId, state) };
}

/** The first question of a chat, asked or worded anew in its session. It carries no answer that history could show. */
function again(turn: TurnInput, threadId: string, state: PrincipalState): Pick<Link, 'fork' | 'predecessor'> {
  const chain = chainOf(turn.history);
  const entries = chain?.messages.length === 1 ? (state.threads.get(threadId)?.entries ?? []) : [];
  const asked = chain && entries.find((entry) => asksAgain(chain, entry) || rewords(turn, entry));
  return asked === undefined ? {} : { fork: true, predecessor: asked };
}

/** At least two threads in which requests carried answers of earlier ones. */
function holdsConversations(threads: ReadonlySet<string>, state: PrincipalState): boolean {
  const carries = (id: string): boolean => state.threads.get(id)?.entries.some(({ chain }) => (chain?.messages.length ?? 0) > 1) ?? false;
  return [...threads].filter(carries).length > 1;
}

/**
 * Another thread of the session, or a new one in it, where meaning is sure of that and no history speaks against it. Over
 * long pauses meaning says nothing: there the session's newest thread goes on.
 */
function otherMatter(
  turn: TurnInput,
  newest: Entry,
  threads: ReadonlySet<string>,
  state: PrincipalState,
  settings: Settings,
): Link | undefined {
  const { session, vector } = turn;
  if (!turn.inferable || !settings.inference || vector === undefined || session === undefined) return undefined;
  if (namesConversation(session.source) && threads.size === 1) return undefined;
  const chain = chainOf(turn.history);
  if (chain !== undefined && chain.messages.length > 1 && threadsSharing(chain, state).has(newest.threadId)) return undefined;
  // A session lasts however long it rests: until it is known to hold several matters, a long pause says no more than a short one.
  const at = threads.size < PARTS_FROM.length ? Math.min(turn.at, newest.turn.at + settings.sessionGapSeconds) : turn.at;
  const guess = inferLink({ ...turn, at }, state, settings, threads);
  if (guess.threadId === newest.threadId || guess.confidence < (PARTS_FROM[threads.size] ?? 0)) return undefined;
  if (guess.threadId === undefined && guess.alternatives === undefined && threads.size < PARTS_FROM.length) return undefined;
  return guess;
}

/** True when history, or else inference, says that a request goes on with one of the threads. */
function continues(later: TurnInput, threads: ReadonlySet<string>, state: PrincipalState, settings: Settings): boolean {
  const chain = chainOf(later.history);
  if (chain !== undefined && chain.messages.length > 1) {
    const match = matchHistory(chain, state);
    return match !== undefined && threads.has(match.thread.id);
  }
  return later.inferable && settings.inference && inferLink(later, state, settings, threads).threadId !== undefined;
}
