// Declared evidence: a session id of the client, or the provider's id of the answer that is continued.
// Both are attacker-controlled; they only ever choose among threads of the same principal.
import type { TurnInput } from './types.ts';
import { lastOf, type Entry, type PrincipalState } from './state.ts';

/** How many requests with ids of their own make a source suspicious, the present one included. */
const UNSTABLE_AFTER = 3;

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
  const recent = ofSource.slice(1 - UNSTABLE_AFTER);
  if (recent.length < UNSTABLE_AFTER - 1) return { entry: undefined, perRequest: false };
  const ids = new Set(recent.map((other) => other.turn.session?.id));
  const changing = ids.size === recent.length;
  const pairs = recent.map((earlier, index) => [recent[index + 1]?.turn ?? turn, earlier] as const);
  return { entry: undefined, perRequest: changing && pairs.every(([later, earlier]) => continues(later, earlier)) };
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
