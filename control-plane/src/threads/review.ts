// Looking back: what inference would have said of requests whose place is known by now.
import { kindOf } from './entry.ts';
import type { Verdict } from './judged.ts';
import type { LinkingOptions } from './options.ts';
import { inOrder } from './order.ts';
import { settingsOf } from './settings.ts';
import { PrincipalState } from './state.ts';
import type { PlacedTurn } from './types.ts';
import { guessOn, verdictOf } from './verdict.ts';

/**
 * Goes through one principal's requests in order of time and judges the guess on each that is wanted, among the threads as
 * they are known to be by now. Auxiliary calls and steps are no guesses.
 */
export function review(
  past: readonly PlacedTurn[],
  options: LinkingOptions,
  isWanted: (placed: PlacedTurn) => boolean,
): readonly Verdict[] {
  const settings = { ...settingsOf(options), judge: true };
  const state = new PrincipalState();
  const verdicts: Verdict[] = [];
  for (const placed of inOrder(past)) {
    const { turn, threadId } = placed;
    if (turn.inferable && kindOf(turn) === 'turn' && isWanted(placed)) {
      const guess = guessOn(turn, state, settings);
      const goesOn = (state.threads.get(threadId)?.turns.length ?? 0) > 0;
      if (guess !== undefined) verdicts.push(verdictOf(turn, 'person', guess, goesOn, (candidate) => candidate.threadId === threadId));
    }
    state.add({ ...placed, placement: undefined });
  }
  return verdicts;
}
