import type { FollowUp, TurnInput } from './types.ts';
import type { Entry } from './state.ts';

/** How a request leans on the one it continues. */
export function followUpOf(turn: TurnInput, predecessor: Entry): FollowUp | undefined {
  return turn.text !== '' && turn.text === predecessor.turn.text ? 'repeat' : undefined;
}
