// Declared evidence: a session id of the client, or the provider's id of the answer that is continued.
// Both are attacker-controlled; they only ever choose among threads of the same principal.
import type { TurnInput } from './types.ts';
import { lastOf, type Entry, type PrincipalState } from './state.ts';

/** Requests of a source that are looked at, and how many of them must go on under another id for the ids to mean nothing. */
const RECENT = 8;
const CONTINUED_UNDER_NEW_ID = 2;

export interface DeclaredSession {
  /** Newest request with the same session id. */
  readonly entry: Entry | undefined;
  /** The source's ids change with every request, although the conversation goes on: they name requests, not sessions. */
  readonly perRequest: boolean;
}

/** Newest turn or step that carried the session id, and whether ids of this source mean anything. */
export function declaredSession(
  turn: TurnInput,
  state: PrincipalState,
  continues: (later: TurnInput, earlier: Entry) => boolean,
): DeclaredSession | undefined {
  const { session } = turn;
  if (session === undefined) return undefined;
  const ofSource = state.entries.filter((entry) => entry.kind !== 'auxiliary' && entry.turn.session?.source === session.source);
  const entry = ofSource.findLast((other) => other.turn.session?.id === session.id);
  if (entry !== undefined) return { entry, perRequest: false };
  const recent = ofSource.slice(-RECENT);
  const changing = new Set(recent.map((other) => other.turn.session?.id)).size === recent.length;
  if (!changing || recent.length < CONTINUED_UNDER_NEW_ID) return { entry: undefined, perRequest: false };
  const continued = recent.filter((earlier, index) => continues(recent[index + 1]?.turn ?? turn, earlier)).length;
  return { entry: undefined, perRequest: continued >= CONTINUED_UNDER_NEW_ID && continued * 2 >= recent.length };
}

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
