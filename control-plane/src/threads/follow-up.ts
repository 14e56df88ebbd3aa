// How a request leans on the one it continues: a small model over the signs of its wording and what it shares with that
// prompt and its answer. Only asking for the same thing again is a rule.
import { leaningOf, type Before, type Said } from './speech/lean.ts';
import { bestOf, scoresOf, type SpeechModel } from './speech/model.ts';
import { signsOf, type Signs } from './speech/signs.ts';
import type { FollowUp } from './types.ts';
import shipped from './weights/follow-up.json' with { type: 'json' };

export const FOLLOW_UPS = [
  'pronoun',
  'implicit_subject',
  'elaboration',
  'correction',
  'refinement',
  'repeat',
] as const satisfies readonly FollowUp[];

/** Prompts this close, of nearly the same words and the same numbers, ask for the same thing again. */
const REPEATED = 0.9;
const SAME_WORDS = 0.8;

/** `before`: the prompt it goes on from, with the newest answer to it. Undefined where the text can be understood alone. `signs` are the text's own. */
export function followUpOf(
  said: Said,
  before: Before,
  model: SpeechModel = shipped,
  signs: Signs = signsOf(said.text),
): FollowUp | undefined {
  if (said.text === '') return undefined;
  const leaning = leaningOf(said, signs, before);
  const isRepeat =
    plain(said.text) === plain(before.text) ||
    (leaning.sameWords >= SAME_WORDS && leaning.likePrompt >= REPEATED && numbers(said.text) === numbers(before.text));
  if (isRepeat) return 'repeat';
  const label = bestOf(model, scoresOf(model, { ...signs, ...leaning }));
  return label === 'none' ? undefined : (label as FollowUp);
}

const UNITS_COMPARED = 6000;
const plain = (text: string): string =>
  text
    .slice(0, UNITS_COMPARED)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
const numbers = (text: string): string => (text.slice(0, UNITS_COMPARED).match(/\d+/g) ?? []).join(' ');
