// An agent that another agent calls as a tool speaks to the model like a user: a first message and no history. It is no
// turn of anybody's: it belongs to the turn of the call that handed it its words, or that it names as its parent.
import { kindOf, type Entry } from './entry.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

/** Tools that run longer than this have been given up by their callers. */
const HANDOVER_SECONDS = 3600;

/** The request whose work this one is part of, where the evidence is certain. */
export function callerOf(turn: TurnInput, state: PrincipalState): Entry | undefined {
  if (kindOf(turn) !== 'turn') return undefined;
  const { parentRunId, firstMessage } = turn.call ?? {};
  // Gateways give a request its run's id.
  const named = parentRunId === undefined || parentRunId === turn.id ? undefined : state.entry(parentRunId);
  if (named !== undefined) return named;
  if (firstMessage === undefined) return undefined;
  const caller = state.entries.findLast(({ turn: { call } }) => call?.toolInputs?.includes(firstMessage) ?? false);
  return caller !== undefined && turn.at - caller.turn.at <= HANDOVER_SECONDS ? caller : undefined;
}

/** The request as what it is: a step of its caller's turn. */
export function asStep(turn: TurnInput, caller: Entry): TurnInput {
  const parentRunId = turn.call?.parentRunId ?? (/^[0-9a-f]{32}$/.test(caller.turn.id) ? caller.turn.id : undefined);
  return { ...turn, call: { ...turn.call, kind: 'step', ...(parentRunId !== undefined && { parentRunId }) } };
}
