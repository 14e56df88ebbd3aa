import type { Entry } from './entry.ts';
import type { PrincipalState } from './state.ts';
import type { TurnInput } from './types.ts';

/** What the user had before them when they went on. */
export type Seen = Pick<TurnInput, 'text' | 'vector' | 'answer' | 'answerVector'>;

/** The user's turn that the entry is, or is a step of, with the newest answer to it: steps between are the agent's own. */
export function seenBefore(entry: Entry, state: PrincipalState): Seen {
  const turns = state.threads.get(entry.threadId)?.turns ?? [];
  const index = turns.findLastIndex(({ entry: turn }) => turn === entry || turn.turn.at <= entry.turn.at);
  const record = turns[index];
  if (record === undefined) return entry.turn;
  const { text, vector } = record.entry.turn;
  // A fork goes on from the turn as it was then.
  const { answer, answerVector } = entry === record.entry && index < turns.length - 1 ? entry.turn : record.seen;
  return { text, vector, answer, answerVector };
}
