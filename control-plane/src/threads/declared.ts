// Declared evidence: a session id of the client, or the provider's id of the answer that is continued.
// Both are attacker-controlled; they only ever choose among threads of the same principal.
import type { DeclaredSession } from '#contract';
import type { Entry } from './entry.ts';
import { lastOf } from './last.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

/** Turns of a source that are looked at, and how many of them must go on under another id for the ids to mean nothing. */
const RECENT = 8;
const CONTINUED_UNDER_NEW_ID = 2;
/** Share of them that must stand under an id of their own. */
const LONE = 0.75;

interface SessionEvidence {
  /** Newest request with the same session id. */
  readonly entry: Entry | undefined;
  /** The source's ids change with every turn, although the conversation goes on: they name requests or runs, not sessions. */
  readonly perRequest: boolean;
}

/** What programs write where they have no id: a value that was never set, or a template that nobody filled in. */
const NO_ID = /^(?:null|undefined|none|nil|nan|n\/a|unknown|\[object \w+\]|[0-]{8,}|\{.*\}|\$\{?.*\}?|<.*>|%7b.*%7d)$/i;

/** The session that the client declared, where its id can name one: not what several people carry, nor what stands for no id. */
export function sessionOf({ session, isCommonSession }: TurnInput): DeclaredSession | undefined {
  return session === undefined || isCommonSession === true || NO_ID.test(session.id) ? undefined : session;
}

/** True where both declared the same session. */
export function inOneSession(a: TurnInput, b: TurnInput): boolean {
  const [one, other] = [sessionOf(a), sessionOf(b)];
  return one !== undefined && other !== undefined && one.id === other.id && one.source === other.source;
}

/**
 * Newest turn or step that carried the session id, and whether ids of this source mean anything.
 * @param continues whether a request goes on with one of the threads, all begun under other ids
 */
export function declaredSession(
  turn: TurnInput,
  state: PrincipalState,
  continues: (later: TurnInput, threads: ReadonlySet<string>) => boolean,
): SessionEvidence | undefined {
  const session = sessionOf(turn);
  if (session === undefined) return undefined;
  const entry = lastOf(ofSession(turn, state));
  if (entry !== undefined) return { entry, perRequest: false };
  // An agent's steps carry the id of its run: what counts is whether the user's next turn has another one.
  const recent = state.entries.filter((other) => other.kind === 'turn' && other.turn.session?.source === session.source).slice(-RECENT);
  const ids = new Set(recent.map((other) => other.turn.session?.id));
  if (recent.length < CONTINUED_UNDER_NEW_ID || ids.size < recent.length * LONE) return { entry: undefined, perRequest: false };
  const turns = [...recent.map((entry) => ({ turn: entry.turn, entry })), { turn, entry: undefined }];
  const changes = turns.slice(1).filter((later, index) => later.turn.session?.id !== turns[index]?.turn.session?.id);
  const continued = changes.filter(({ turn: later, entry: own }) => {
    const before = own === undefined ? recent : recent.slice(0, recent.indexOf(own));
    const earlier = before.filter((other) => other.turn.session?.id !== later.session?.id);
    const threads = new Set(earlier.map(({ threadId }) => threadId));
    return own !== undefined && threads.has(own.threadId) ? true : continues(later, threads);
  }).length;
  const share = recent.length < RECENT ? 0.5 : 0.25;
  return { entry: undefined, perRequest: continued >= CONTINUED_UNDER_NEW_ID && continued >= changes.length * share };
}

/** Turns and steps that carried the same session id, from the same source. */
export function ofSession(turn: TurnInput, state: PrincipalState): readonly Entry[] {
  const session = sessionOf(turn);
  if (session === undefined) return [];
  return state.entries.filter(
    ({ kind, turn: { session: other } }) => kind !== 'auxiliary' && other?.id === session.id && other.source === session.source,
  );
}

/**
 * A name that promises one conversation for each id. Others ("session", "sid", a cookie) may stand for a stay at the
 * application, with several conversations in it.
 */
export const namesConversation = (source: string): boolean => /conversation|thread|chat/i.test(source);

/** The request whose answer is named by `previous_response_id`. */
export function previousResponse(turn: TurnInput, state: PrincipalState): Entry | undefined {
  const id = turn.call?.previousResponseId;
  return id === undefined ? undefined : state.entries.findLast((entry) => entry.turn.call?.responseId === id);
}

/** The request whose tool calls this one answers. */
export function toolCaller(turn: TurnInput, state: PrincipalState): Entry | undefined {
  const results = turn.call?.toolResults;
  if (results === undefined || results.length === 0) return undefined;
  const wanted = new Set(results);
  return state.entries.findLast((entry) => entry.turn.call?.toolCalls?.some((call) => wanted.has(call)) ?? false);
}

/** Newest turn or step of a thread. */
export function newestOf(state: PrincipalState, threadId: string): Entry | undefined {
  const thread = state.threads.get(threadId);
  return thread === undefined ? undefined : lastOf(thread.entries);
}
