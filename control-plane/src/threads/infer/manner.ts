// Whom and what a request speaks of, and how it is put, beside the same of a thread.
import type { TurnRecord, Words } from '../record.ts';
import type { Thread } from '../state.ts';
import { coverage } from '../text/rarity.ts';
import type { TextTraits } from '../text/traits.ts';

const TAIL = 6;
/** Index of him and her among the classes of referents. */
const HE = 0;
const SHE = 1;
const CLASSES = 4;
/** Log of one in four: what each class would get by chance. */
const BY_CHANCE = -Math.log(CLASSES);

export interface Manner {
  /** Log of how much more often than by chance the thread speaks of what the request's pronouns stand for; 0 without pronouns. */
  readonly referentInPrompts: number;
  readonly referentInAnswers: number;
  readonly referentInLast: number;
  /** Log-odds that the thread's person is of the request's "he" or "she", −2…2. */
  readonly sameGender: number;
  /** The request says "he" or "she", the thread neither. */
  readonly noPerson: number;
  /** Names of the request that the thread knows or does not, each capped at 3. */
  readonly knownNames: number;
  readonly unknownNames: number;
  readonly sharedWithAnswers: number;
  /** The assistant put a question, and the request is a statement or a question; a short answer to no question. */
  readonly statesToQuestion: number;
  readonly asksToQuestion: number;
  readonly shortWithoutQuestion: number;
  readonly afterClosing: number;
  /** Shares of the thread's prompts that are like the request: a question, in the first person, in lower case, ending alike. */
  readonly sameForm: number;
  readonly sameVoice: number;
  readonly sameStart: number;
  readonly sameEnding: number;
  /** Share of the thread's prompts without a known answer. */
  readonly unanswered: number;
}

export function mannerOf(traits: TextTraits, { words, rarity }: Words, thread: Thread, last: TurnRecord): Manner {
  const tail = thread.turns.slice(-TAIL);
  const { answer } = last;
  const { cues, referents } = traits;
  const share = (like: (record: TurnRecord) => boolean): number => tail.filter(like).length / tail.length;
  const names = [...referents.names];
  const known = names.filter((name) => tail.some((record) => record.prompt.words.has(name) || record.answer?.words.has(name) === true));
  return {
    ...referring(traits, tail, last),
    knownNames: Math.min(3, known.length),
    unknownNames: Math.min(3, names.length - known.length),
    sharedWithAnswers: coverage(words, rarity, { has: (word) => tail.some((record) => record.answer?.words.has(word) === true) }),
    statesToQuestion: answer?.asks === true ? 1 - cues.question : 0,
    asksToQuestion: answer?.asks === true ? cues.question : 0,
    shortWithoutQuestion: answer?.asks === false ? cues.shortAnswer : 0,
    afterClosing: answer?.referents.closes === true ? 1 : 0,
    sameForm: share(({ prompt }) => prompt.cues.question === cues.question),
    sameVoice: share(({ prompt }) => prompt.referents.firstPerson === referents.firstPerson),
    sameStart: share(({ prompt }) => prompt.cues.lowerCase === cues.lowerCase),
    sameEnding: share(({ prompt }) => prompt.referents.ending === referents.ending),
    unanswered: share((record) => record.answer === undefined),
  };
}

type Referring = Pick<Manner, 'referentInPrompts' | 'referentInAnswers' | 'referentInLast' | 'sameGender' | 'noPerson'>;

function referring({ referents: { mentions } }: TextTraits, tail: readonly TurnRecord[], last: TurnRecord): Referring {
  const inPrompts = added(tail.map(({ prompt }) => prompt));
  const inAnswers = added(tail.flatMap(({ answer }) => answer ?? []));
  const he = (inPrompts[HE] ?? 0) + (inAnswers[HE] ?? 0);
  const she = (inPrompts[SHE] ?? 0) + (inAnswers[SHE] ?? 0);
  const asked = Number((mentions[HE] ?? 0) > 0) - Number((mentions[SHE] ?? 0) > 0);
  return {
    referentInPrompts: agreement(mentions, inPrompts),
    referentInAnswers: agreement(mentions, inAnswers),
    referentInLast: agreement(mentions, added(last.answer === undefined ? [last.prompt] : [last.prompt, last.answer])),
    sameGender: Math.max(-2, Math.min(2, asked * Math.log((he + 0.5) / (she + 0.5)))),
    noPerson: asked !== 0 && he + she === 0 ? 1 : 0,
  };
}

const added = (texts: readonly TextTraits[]): number[] =>
  Array.from({ length: CLASSES }, (_, i) => texts.reduce((sum, { referents: { mentions } }) => sum + (mentions[i] ?? 0), 0));

/** Mean over the classes that the request mentions of the log of their share in the thread, over chance; smoothed. */
function agreement(mentions: readonly number[], counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const logs = mentions.flatMap((mentioned, i) =>
    mentioned === 0 ? [] : [Math.log(((counts[i] ?? 0) + 0.5) / (total + 0.5 * CLASSES)) - BY_CHANCE],
  );
  return logs.length === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / logs.length;
}
