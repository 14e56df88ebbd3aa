// Whom and what a request speaks of, and how it is put, beside the same of a thread.
import type { TurnRecord, Words } from '../record.ts';
import { coverage } from '../text/rarity.ts';
import type { TextTraits } from '../text/traits.ts';
import { CLASSES, type ThreadFacts } from './facts.ts';

/** Index of him and her among the classes of referents. */
const HE = 0;
const SHE = 1;
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

export const NO_MANNER: Manner = {
  referentInPrompts: 0,
  referentInAnswers: 0,
  referentInLast: 0,
  sameGender: 0,
  noPerson: 0,
  knownNames: 0,
  unknownNames: 0,
  sharedWithAnswers: 0,
  statesToQuestion: 0,
  asksToQuestion: 0,
  shortWithoutQuestion: 0,
  afterClosing: 0,
  sameForm: 0,
  sameVoice: 0,
  sameStart: 0,
  sameEnding: 0,
  unanswered: 0,
};

type Draft = { -readonly [Name in keyof Manner]: number };

export function measureManner(into: Draft, traits: TextTraits, words: Words, facts: ThreadFacts): void {
  const { manners, last } = facts;
  const { answer } = last;
  const { cues, referents } = traits;
  const turns = manners.length;
  const known = knownAmong(referents.names, manners);
  measureReferents(into, traits, facts);
  into.knownNames = Math.min(3, known);
  into.unknownNames = Math.min(3, referents.names.size - known);
  into.sharedWithAnswers = coverage(words, (word) => answeredWith(manners, word));
  into.statesToQuestion = answer?.asks === true ? 1 - cues.question : 0;
  into.asksToQuestion = answer?.asks === true ? cues.question : 0;
  into.shortWithoutQuestion = answer?.asks === false ? cues.shortAnswer : 0;
  into.afterClosing = answer?.referents.closes === true ? 1 : 0;
  into.sameForm = (facts.questions.get(cues.question) ?? 0) / turns;
  into.sameVoice = (referents.firstPerson ? facts.firstPerson : turns - facts.firstPerson) / turns;
  into.sameStart = (facts.lowerCase.get(cues.lowerCase) ?? 0) / turns;
  into.sameEnding = (facts.endings.get(referents.ending) ?? 0) / turns;
  into.unanswered = facts.unanswered / turns;
}

function answeredWith(manners: readonly TurnRecord[], word: string): boolean {
  for (let i = manners.length - 1; i >= 0; i--) if (manners[i]?.answer?.words.has(word) === true) return true;
  return false;
}

/** How many of the names occur in the thread's prompts and answers. */
function knownAmong(names: ReadonlySet<string>, manners: readonly TurnRecord[]): number {
  let count = 0;
  for (const name of names) if (manners.some(({ prompt, answer }) => prompt.words.has(name) || answer?.words.has(name) === true)) count++;
  return count;
}

function measureReferents(into: Draft, { referents: { mentions } }: TextTraits, { inPrompts, inAnswers, inLast }: ThreadFacts): void {
  // Most requests mention nobody: then all of these are 0, as they stand.
  if (!mentions.some((count) => count > 0)) return;
  const he = (inPrompts[HE] ?? 0) + (inAnswers[HE] ?? 0);
  const she = (inPrompts[SHE] ?? 0) + (inAnswers[SHE] ?? 0);
  const asked = Number((mentions[HE] ?? 0) > 0) - Number((mentions[SHE] ?? 0) > 0);
  into.referentInPrompts = agreement(mentions, inPrompts);
  into.referentInAnswers = agreement(mentions, inAnswers);
  into.referentInLast = agreement(mentions, inLast);
  if (asked !== 0) into.sameGender = Math.max(-2, Math.min(2, asked * Math.log((he + 0.5) / (she + 0.5))));
  into.noPerson = asked !== 0 && he + she === 0 ? 1 : 0;
}

/** Mean over the classes that the request mentions of the log of their share in the thread, over chance; smoothed. */
function agreement(mentions: readonly number[], counts: readonly number[]): number {
  let [sum, classes, total] = [0, 0, 0];
  for (const count of counts) total += count;
  for (let i = 0; i < mentions.length; i++) {
    if (mentions[i] === 0) continue;
    sum += Math.log(((counts[i] ?? 0) + 0.5) / (total + 0.5 * CLASSES)) - BY_CHANCE;
    classes++;
  }
  return classes === 0 ? 0 : sum / classes;
}
