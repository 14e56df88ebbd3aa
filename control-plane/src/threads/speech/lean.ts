// How a request stands to the one before it in its thread: what it shares with that prompt and with its answer.
import { cosine } from '../vector.ts';
import { ordersWork, wordCount, type Signs } from './signs.ts';

/** A request or the one before it, as far as kinds of follow-ups look at them. */
export interface Said {
  readonly text: string;
  readonly vector?: Float32Array | undefined;
}

export interface Before extends Said {
  readonly answer?: string | undefined;
  readonly answerVector?: Float32Array | undefined;
}

export const LEAN_NAMES = [
  'sharedWithPrompt',
  'sharedWithAnswer',
  'onlyInAnswer',
  'unshared',
  'sameWords',
  'likePrompt',
  'likeAnswer',
  'answerAsks',
  'answersShortly',
  'statesAnswer',
  'noAnswer',
  'answerRegrets',
  'logRatio',
  'previousWasWork',
] as const;
type Leaning = Readonly<Record<(typeof LEAN_NAMES)[number], number>>;

const UNITS_READ = 4000;
const REGRETS =
  /\b(?:apologi[sz]e|sorry|unfortunately|i don't know|i do not have|désolé|entschuldigung|tut mir leid|lo siento|mi dispiace|desculpe|het spijt me)\b|抱歉|对不起|申し訳/iu;
/** Words that any two texts share. */
const COMMON = new Set(
  'the and for you your are was were what how who why when where which can could would will does did has have had not but with from that this these those there they them their its she him his her about into than then please tell some any all more one two also just like get make want need'.split(
    ' ',
  ),
);

export function leaningOf(said: Said, signs: Signs, before: Before): Leaning {
  const [own, prompt, answer] = [wordsOf(said.text), wordsOf(before.text), wordsOf(before.answer ?? '')];
  const all = Math.max(1, own.size);
  const inPrompt = sharedBy(own, prompt);
  const flag = (condition: boolean): number => (condition ? 1 : 0);
  const answerAsks = flag(/[?？]\s*$/.test((before.answer ?? '').slice(-40)));
  const union = own.size + prompt.size - inPrompt;
  return {
    sharedWithPrompt: inPrompt / all,
    sharedWithAnswer: sharedBy(own, answer) / all,
    onlyInAnswer: [...own].filter((word) => answer.has(word) && !prompt.has(word)).length / all,
    unshared: Math.min(1, [...own].filter((word) => !answer.has(word) && !prompt.has(word)).length / 6),
    sameWords: union === 0 ? 0 : inPrompt / union,
    likePrompt: cosine(said.vector, before.vector) ?? 0,
    likeAnswer: cosine(said.vector, before.answerVector) ?? 0,
    answerAsks,
    answersShortly: flag(answerAsks === 1 && wordCount(said.text) <= 12 && signs.endsAsking === 0),
    statesAnswer: flag(answerAsks === 1 && signs.endsAsking === 0 && signs.ask === 0 && signs.orderNotAsking === 0),
    noAnswer: flag((before.answer ?? '') === ''),
    answerRegrets: flag(REGRETS.test((before.answer ?? '').slice(0, 200))),
    logRatio: Math.max(-3, Math.min(3, Math.log1p(wordCount(said.text)) - Math.log1p(wordCount(before.text)))),
    previousWasWork: flag(ordersWork(before.text)),
  };
}

function wordsOf(text: string): ReadonlySet<string> {
  const words =
    text
      .slice(0, UNITS_READ)
      .toLowerCase()
      .match(/[\p{L}\p{N}]{3,40}/gu) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)));
}

const sharedBy = (own: ReadonlySet<string>, others: ReadonlySet<string>): number => [...own].filter((word) => others.has(word)).length;
