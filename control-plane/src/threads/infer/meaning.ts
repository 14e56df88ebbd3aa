// How close a request's embedding lies to those of a thread.
import type { TurnInput } from '../types.ts';
import type { Language } from '../text/language.ts';
import { cosine, dot } from '../vector.ts';
import { besides, fair, type Background } from './background.ts';
import type { ThreadFacts } from './facts.ts';

/** Answers of a thread that are looked at. */
const ANSWERS = 4;

/** Cosines, 0 where a vector is missing. */
export interface Meaning {
  readonly toPrompt: number;
  readonly toBestPrompt: number;
  readonly toCentroid: number;
  readonly toAnswer: number;
  readonly toBestAnswer: number;
  readonly toPromptAndAnswer: number;
  /** 1 where the thread's last answer is known. */
  readonly answered: number;
}

export const NO_MEANING: Meaning = {
  toPrompt: 0,
  toBestPrompt: 0,
  toCentroid: 0,
  toAnswer: 0,
  toBestAnswer: 0,
  toPromptAndAnswer: 0,
  answered: 0,
};

export function measureMeaning(
  into: { -readonly [Name in keyof Meaning]: number },
  { vector }: TurnInput,
  language: Language | undefined,
  { tail, last, centroid, centroidLength, promptToAnswer }: ThreadFacts,
  background: Background | undefined,
): void {
  if (vector === undefined) return;
  const usual = besides(language, background);
  into.toBestPrompt = -Infinity;
  for (const record of tail) {
    const toPrompt = cosine(vector, record.vector);
    into.toPrompt = toPrompt === undefined ? 0 : fair(toPrompt, language, usual && record.prompt.language, usual);
    if (into.toPrompt > into.toBestPrompt) into.toBestPrompt = into.toPrompt;
  }
  if (centroidLength > 0 && centroid.length === vector.length) {
    into.toCentroid = fair(dot(vector, centroid) / centroidLength, language, last.prompt.language, usual);
  }
  let toAnswer: number | undefined;
  for (let i = Math.max(0, tail.length - ANSWERS); i < tail.length; i++) {
    const record = tail[i];
    toAnswer = cosine(vector, record?.answerVector);
    if (toAnswer !== undefined) toAnswer = fair(toAnswer, language, usual && record?.answer?.language, usual);
    into.toBestAnswer = Math.max(into.toBestAnswer, toAnswer ?? 0);
  }
  into.toAnswer = toAnswer ?? 0;
  into.toPromptAndAnswer =
    toAnswer === undefined
      ? into.toPrompt
      : (toAnswer + into.toPrompt) / Math.sqrt(2 + 2 * fair(promptToAnswer, last.prompt.language, last.answer?.language, background));
  into.answered = toAnswer === undefined ? 0 : 1;
}
