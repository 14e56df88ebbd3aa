// One question, several requests: a client library that got an error sends the same again, and clients that compare models
// or answers send it to several at once. The user asked once, so all but the first are steps of that turn.
import type { Call } from '#contract';
import { chainOf, sameMessages } from './chain.ts';
import { inOneSession } from './declared.ts';
import { kindOf, type Entry } from './entry.ts';
import type { Link } from './link.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

/** Client libraries give up within minutes; one that says that it tries again is believed longer than one that does not. */
const UNSAID_SECONDS = 60;
const SAID_SECONDS = 900;

interface Attempt {
  readonly of: Entry;
  readonly link: Link;
}

/**
 * The request of which this one is another attempt, and what that makes of it.
 * @param ahead newer requests that came before it: the quicker of two answers is known first, though it was asked for second
 */
export function attemptOf(turn: TurnInput, state: PrincipalState, ahead: readonly Entry[] = []): Attempt | undefined {
  if (kindOf(turn) !== 'turn' || turn.history === undefined) return undefined;
  const atOnce = ahead.filter((entry) => entry.turn.at === turn.at);
  const again = [...state.entries, ...atOnce].findLast((entry) => entry.kind !== 'auxiliary' && isRetry(turn, entry));
  if (again !== undefined) return attempt(again, 'retry', 'It sends an earlier request again that got no answer.');
  const beside = [...state.entries, ...ahead].find((entry) => entry.kind === 'turn' && isParallel(turn, entry));
  return beside === undefined ? undefined : attempt(beside, 'parallel', 'It asks the same as a request that was still being answered.');
}

/** The request as what it is: a step of the turn. Its words are the user's, not those of one agent to another. */
export function asAttempt(turn: TurnInput, { of }: Attempt): TurnInput {
  const call = Object.fromEntries(Object.entries(turn.call ?? {}).filter(([name]) => name !== 'firstMessage')) as Call;
  const parentRunId = call.parentRunId ?? (/^[0-9a-f]{32}$/.test(of.turn.id) ? of.turn.id : undefined);
  const attempt = call.attempt ?? Math.min(100, (of.turn.call?.attempt ?? 1) + 1);
  return { ...turn, call: { ...call, kind: 'step', attempt, ...(parentRunId !== undefined && { parentRunId }) } };
}

function isRetry(turn: TurnInput, { chain, turn: earlier }: Entry): boolean {
  const own = chainOf(turn.history);
  if (own === undefined || chain === undefined || !sameMessages(own, chain)) return false;
  const seconds = turn.at - earlier.at;
  // A number that grows is the client's word that it gave the answer up, even where the gateway saw one.
  if ((turn.call?.attempt ?? 1) > (earlier.call?.attempt ?? 1)) return seconds <= SAID_SECONDS;
  // Among many people behind one principal two may ask the same.
  return turn.inferable && chain.answer === undefined && seconds <= UNSAID_SECONDS;
}

/**
 * Two chats can begin with the same words at the same moment: what begins a conversation is only taken for one question
 * where the client declares one session.
 */
function isParallel(turn: TurnInput, { chain, turn: other }: Entry): boolean {
  const own = chainOf(turn.history);
  if (own === undefined || chain === undefined || !(beganDuring(turn, other) || beganDuring(other, turn))) return false;
  return sameMessages(own, chain) && (own.messages.length > 1 || inOneSession(turn, other));
}

const beganDuring = (turn: TurnInput, other: TurnInput): boolean =>
  other.endedAt !== undefined && turn.at >= other.at && turn.at < other.endedAt;

const attempt = (of: Entry, code: string, text: string): Attempt => ({
  of,
  link: { threadId: of.threadId, predecessor: of, method: 'history', confidence: 1, reasons: [{ code, text }] },
});
