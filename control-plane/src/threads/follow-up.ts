// How a request leans on the one it continues. Rules over cues, from the plainest to the faintest.
import type { Entry } from './state.ts';
import { describeText } from './text/traits.ts';
import type { FollowUp, TurnInput } from './types.ts';
import { cosine } from './vector.ts';

/** Prompts this close ask for the same thing again, in other words. */
const REPEATED = 0.92;
/** A text of so many words can lean on an earlier one without a word that says so. */
const ELLIPTIC_WORDS = 8;

export function followUpOf(turn: TurnInput, predecessor: Entry): FollowUp | undefined {
  if (turn.text === '') return undefined;
  const { cues } = describeText(turn.text);
  const words = Math.expm1(cues.logLength);
  if (turn.text === predecessor.turn.text || (cosine(turn.vector, predecessor.turn.vector) ?? 0) >= REPEATED) return 'repeat';
  if (cues.correction === 1) return 'correction';
  if (cues.refinement === 1 && words <= 25) return 'refinement';
  if (cues.elaboration === 1 && words <= 25) return 'elaboration';
  if (cues.pronouns > 0 && words <= 25) return 'pronoun';
  if (cues.connective === 1 || cues.shortAnswer === 1 || (words <= ELLIPTIC_WORDS && cues.imperative === 0)) return 'implicit_subject';
  return undefined;
}
