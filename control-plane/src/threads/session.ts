// A declared session: one thread as a rule, several where it holds several matters, and then each request goes to one of
// those. It never reaches into threads outside the session, so what people see of one session stays in it.
import { chainOf } from './chain.ts';
import { declaredSession, namesConversation, newestOf, ofSession, previousResponse, sessionOf } from './declared.ts';
import type { Entry } from './entry.ts';
import { asksAgain, carriesAnswersOf, goesOn, matchHistory, rewords, sendsHistory, threadsSharing, type HistoryMatch } from './history.ts';
import { derivedId } from './ids.ts';
import { inferLink } from './infer/infer.ts';
import { certain, fresh, traitsOf, type Link } from './link.ts';
import type { Settings } from './settings.ts';
import type { PrincipalState } from './state.ts';
import type { Reason, TurnInput } from './types.ts';

/** How sure inference must be to see another matter in a session than the client does, by the matters it is known to hold. */
const PARTS_FROM = [1, 0.8, 0.6];

const DECLARED: Reason = { code: 'declared_session', text: 'The client declared the session.' };
const BEGINS: Reason = { code: 'declared_session', text: 'The client declared a session that is new here.' };
const NEXT: Reason = {
  code: 'history_starts',
  text: 'The session holds several conversations, and this request carries the history of none.',
};
const NAMED: Reason = { code: 'previous_response', text: 'It names the answer that it continues.' };
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
  const declared = declaredSession(turn, state, (later, threads) => continues(later, threads, state, settings));
  if (declared === undefined || declared.perRequest) return undefined;
  if (declared.entry !== undefined) return withinSession(turn, declared.entry, state, settings, history);
  // An id that nobody saw before cannot begin a conversation that is shown to be under way already.
  if (previousResponse(turn, state) !== undefined || isProof(history)) return undefined;
  return { ...certain('declared', undefined, [BEGINS]), newThreadId: sessionThread(turn, settings.seed) };
}

/** Id of the thread that a session begins with. */
export const sessionThread = ({ session }: TurnInput, seed: string): string =>
  derivedId('t_', seed, JSON.stringify([session?.source, session?.id]));

/** A conversation under way, and no doubt about which: no id says more. */
const isProof = (history: HistoryMatch | undefined): boolean => history?.rivals === 1 && !history.presumed;

function withinSession(
  turn: TurnInput,
  newest: Entry,
  state: PrincipalState,
  settings: Settings,
  history: HistoryMatch | undefined,
): Link | undefined {
  const threads = new Set(ofSession(turn, state).map(({ threadId }) => threadId));
  const continued = previousResponse(turn, state);
  // The id stands for a stay at the application, in which the user came back to a conversation of before.
  const isProven = continued !== undefined || isProof(history);
  if (isProven && !threads.has((continued ?? history?.entry)?.threadId ?? '')) return undefined;
  if (continued !== undefined) {
    const fork = newestOf(state, continued.threadId) !== continued;
    return { ...certain('declared', continued, [DECLARED, NAMED]), fork };
  }
  if (history !== undefined && threads.has(history.thread.id)) {
    return { ...certain('declared', history.entry, [DECLARED]), ...traitsOf(history, turn) };
  }
  const chain = chainOf(turn.history);
  // Histories have shown before that the session holds several conversations, and this one has none of theirs: the next begins.
  if (chain?.summary !== true && sendsHistory(state) && carriesNothingOf(turn, threads, state) && holdsConversations(threads, state)) {
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

/** True where it names no answer, and carries none that was given in the session. */
function carriesNothingOf(turn: TurnInput, threads: ReadonlySet<string>, state: PrincipalState): boolean {
  const chain = chainOf(turn.history);
  if (turn.call?.previousResponseId !== undefined) return false;
  if (chain === undefined || chain.messages.length === 1) return true;
  return ![...threads].some((id) => carriesAnswersOf(chain, state.threads.get(id)?.entries ?? []));
}

/** At least two threads in which requests carried answers of earlier ones, or named them. */
function holdsConversations(threads: ReadonlySet<string>, state: PrincipalState): boolean {
  const carries = (id: string): boolean => {
    const entries = state.threads.get(id)?.entries ?? [];
    return entries.some(
      (entry) =>
        goesOn(entry) && (entry.chain === undefined || entry.chain.messages.length === 1 || carriesAnswersOf(entry.chain, entries)),
    );
  };
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
  const { vector } = turn;
  const session = sessionOf(turn);
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
