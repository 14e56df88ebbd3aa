// How a request's words stand to those of a thread.
import type { TurnRecord, Words } from '../record.ts';
import { coverage } from '../text/rarity.ts';
import type { TextTraits } from '../text/traits.ts';
import type { ThreadFacts } from './facts.ts';

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

export const NO_WORDING: Wording = {
  sharedWithPrompt: 0,
  sharedWithThread: 0,
  sharedWithAnswer: 0,
  sharedNumbers: 0,
  sharedIdentifiers: 0,
  answersQuestion: 0,
  afterFarewell: 0,
  lengthChange: 0,
};

export function measureWording(
  into: { -readonly [Name in keyof Wording]: number },
  traits: TextTraits,
  words: Words,
  { tail, last, meanLength }: ThreadFacts,
): void {
  const { prompt, answer } = last;
  into.sharedWithPrompt = coverage(words, (word) => prompt.words.has(word));
  into.sharedWithThread = coverage(words, (word) => saidIn(tail, word));
  if (answer !== undefined) into.sharedWithAnswer = coverage(words, (word) => answer.words.has(word));
  into.sharedNumbers = shared(traits.numbers, prompt.numbers, answer?.numbers);
  into.sharedIdentifiers = shared(traits.identifiers, prompt.identifiers, answer?.identifiers);
  if (answer?.asks === true) into.answersQuestion = traits.cues.shortAnswer;
  into.afterFarewell = prompt.cues.farewell;
  into.lengthChange = Math.abs(traits.cues.logLength - meanLength);
}

function saidIn(tail: readonly TurnRecord[], word: string): boolean {
  for (let i = tail.length - 1; i >= 0; i--) if (tail[i]?.prompt.words.has(word) === true) return true;
  return false;
}

function shared(own: ReadonlySet<string>, prompt: ReadonlySet<string>, answer: ReadonlySet<string> | undefined): number {
  let count = 0;
  for (const one of own) if (prompt.has(one) || answer?.has(one) === true) count++;
  return Math.min(3, count);
}
