// How a request's words stand to those of a thread.
import type { TurnRecord, Words } from '../record.ts';
import type { Thread } from '../state.ts';
import { coverage } from '../text/rarity.ts';
import type { TextTraits } from '../text/traits.ts';

const TAIL = 12;
const TAIL_FOR_LENGTH = 5;

/** Shares of the request's rare words, counts capped at 3, and yes or no as 1 or 0. */
export interface Wording {
  readonly sharedWithPrompt: number;
  readonly sharedWithThread: number;
  readonly sharedWithAnswer: number;
  readonly sharedNumbers: number;
  readonly sharedIdentifiers: number;
  readonly answersQuestion: number;
  readonly afterFarewell: number;
  readonly lengthChange: number;
}

export function wordingOf(traits: TextTraits, { words, rarity }: Words, thread: Thread, last: TurnRecord): Wording {
  const { prompt, answer } = last;
  const tail = thread.turns.slice(-TAIL);
  const lengths = tail.slice(-TAIL_FOR_LENGTH).map((record) => record.prompt.cues.logLength);
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const shared = (pick: (traits: TextTraits) => ReadonlySet<string>): number =>
    Math.min(3, [...pick(traits)].filter((one) => pick(prompt).has(one) || (answer !== undefined && pick(answer).has(one))).length);
  return {
    sharedWithPrompt: coverage(words, rarity, prompt.words),
    sharedWithThread: coverage(words, rarity, { has: (word) => tail.some((record) => record.prompt.words.has(word)) }),
    sharedWithAnswer: answer === undefined ? 0 : coverage(words, rarity, answer.words),
    sharedNumbers: shared((one) => one.numbers),
    sharedIdentifiers: shared((one) => one.identifiers),
    answersQuestion: answer?.asks === true ? traits.cues.shortAnswer : 0,
    afterFarewell: prompt.cues.farewell,
    lengthChange: Math.abs(traits.cues.logLength - meanLength),
  };
}
