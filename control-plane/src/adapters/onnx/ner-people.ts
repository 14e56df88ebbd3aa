// Names of persons, judged word by word: half a name still tells who it was, and one piece of a plain word that the model
// takes for a name says little. Pure.
import { INTRODUCING } from './ner-candidates.ts';
import type { TokenClass } from './ner-classes.ts';
import type { Encoding } from './wordpiece.ts';

export interface ScoredSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  /** Probability of its likeliest part, 0 to 1. */
  readonly score: number;
}

interface Word {
  readonly start: number;
  readonly end: number;
  /** Of the likeliest of its tokens. */
  readonly person: number;
  /** True where the model takes it for part of an address. */
  readonly isElsewhere: boolean;
}

/** A soft hyphen stands inside a word. */
const WORD = /[\p{L}\p{N}\p{M}'’\u00ad]/u;
const CAPITAL = /^['’]?[\p{Lu}\p{Lt}\p{Lo}]/u;
/** What may stand between two parts of one name. */
const JOINT = /^(?:[ \u00a0]|[.’'-] ?|, ?)$/u;
/** Small words inside names of many countries. */
const PARTICLE =
  /^(?:[ \u00a0](?:d[aeiou]|de[lnrs]|dos|das|del?la|la|le|van|von|vom|zu|zum|zur|ten|ter|te|bin|bint|ibn|al|el|af|av|y|e|i)){1,3}[ \u00a0]$/iu;

/** From here on a word with a capital, or any word of a text that uses one case only, is a name. */
const NAME = 0.4;
/** A word without a capital in a text that uses them: beside a name, and where the words before it introduce someone. */
const LOWER_BESIDE = 0.95;
const LOWER_INTRODUCED = 0.9;
/** A word with a capital beside a name belongs to it already when the model deems it possible. */
const BESIDE = 0.05;

/**
 * @param classes what the model says of each token of the encoding
 * @param oneCase true where the whole text says nothing by capitals
 */
export function peopleOf(text: string, encoding: Encoding, classes: readonly TokenClass[], oneCase: boolean): ScoredSpan[] {
  const words = wordsOf(text, encoding, classes);
  const isCapital = (word: Word): boolean => oneCase || CAPITAL.test(text.slice(word.start, word.end));
  const named = words.map((word) => {
    if (isCapital(word)) return word.person >= NAME && hasLetter(text, word);
    return word.person >= LOWER_INTRODUCED && INTRODUCING.test(text.slice(Math.max(0, word.start - 20), word.start));
  });
  const joined = (left: number): boolean => {
    const [one, two] = [words[left], words[left + 1]];
    return one !== undefined && two !== undefined && JOINT.test(text.slice(one.end, two.start));
  };
  const isInitial = (index: number): boolean => {
    const word = words[index];
    return word !== undefined && word.end - word.start === 1 && isCapital(word) && hasLetter(text, word);
  };
  const belongs = (index: number, isBehindInitial: boolean): boolean => {
    const word = words[index];
    if (word === undefined || word.isElsewhere || !hasLetter(text, word)) return false;
    if (!isCapital(word)) return word.person >= LOWER_BESIDE;
    return isBehindInitial ? !oneCase : word.person >= BESIDE;
  };
  for (let index = 0; index < words.length; index += 1) {
    if (named[index] !== true || !joined(index)) continue;
    if (belongs(index + 1, isInitial(index))) named[index + 1] = true;
    else if (isInitial(index + 1) && joined(index + 1) && belongs(index + 2, true)) named[index + 1] = named[index + 2] = true;
  }
  for (let index = words.length - 1; index > 0; index -= 1)
    if (named[index] === true && joined(index - 1) && belongs(index - 1, false)) named[index - 1] = true;
  return spansOfWords(
    text,
    words.filter((_, index) => named[index] === true),
  );
}

function spansOfWords(text: string, words: readonly Word[]): ScoredSpan[] {
  const spans: ScoredSpan[] = [];
  for (const { start, end, person } of words) {
    const last = spans.at(-1);
    const between = last === undefined ? '' : text.slice(last.end, start);
    if (last !== undefined && between.length <= 16 && (JOINT.test(between) || PARTICLE.test(between)))
      spans[spans.length - 1] = { ...last, end, score: Math.max(last.score, person) };
    else spans.push({ start, end, type: 'PERSON', score: person });
  }
  return spans;
}

function hasLetter(text: string, { start, end }: Word): boolean {
  return /\p{L}/u.test(text.slice(start, end));
}

/** Tokens together that stand in one word; a possessive belongs to the sentence, what a hyphen joins to the name. */
function wordsOf(text: string, encoding: Encoding, classes: readonly TokenClass[]): Word[] {
  const words: Word[] = [];
  for (let token = 0; token < encoding.ids.length; token += 1) {
    const from = encoding.starts[token] ?? 0;
    if ((encoding.ends[token] ?? 0) <= from || !WORD.test(text[from] ?? '')) continue;
    const { name, score, person } = classes[token] ?? { name: 'O', score: 1, person: 0 };
    const isElsewhere = name !== 'O' && person < score;
    const last = words.at(-1);
    if (last !== undefined && from < last.end)
      words[words.length - 1] = { ...last, person: Math.max(last.person, person), isElsewhere: last.isElsewhere || isElsewhere };
    else words.push({ ...unquoted(text, wordAt(text, from)), person, isElsewhere });
  }
  return words.map((word) => {
    const possessive = /['’]s?$/u.exec(text.slice(word.start, word.end));
    const behindHyphen = /^-\p{Ll}[\p{L}\p{M}]+/u.exec(text.slice(word.end, word.end + 32));
    return { ...word, end: word.end - (possessive?.[0].length ?? 0) + (behindHyphen?.[0].length ?? 0) };
  });
}

/** An apostrophe before a word opens a quotation. */
function unquoted(text: string, { start, end }: { start: number; end: number }): { start: number; end: number } {
  const marks = /^['’]*/u.exec(text.slice(start, end))?.[0].length ?? 0;
  return { start: Math.min(start + marks, end - 1), end };
}

/** Bounds of the word around an offset. */
export function wordAt(text: string, offset: number): { start: number; end: number } {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start -= 1;
  while (end < text.length && WORD.test(text[end] ?? '')) end += 1;
  return { start, end };
}

/** One word that is hardly a name and the only finding of its text: "Does Bobby play?" */
const LONE = 0.65;

/** Leaves out a finding that nothing around it supports. */
export function withoutLoneDoubts(text: string, spans: readonly ScoredSpan[]): readonly ScoredSpan[] {
  const [only] = spans;
  if (spans.length !== 1 || only?.type !== 'PERSON' || only.score >= LONE) return spans;
  return /\s/u.test(text.slice(only.start, only.end)) ? spans : [];
}
