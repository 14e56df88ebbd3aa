// What the linker reads from a text, once: words for overlap, and cues for whether it leans on something said before.
import * as cue from './cues.ts';
import { languageOf, type Language } from './language.ts';
import { mentionsOf, referentsOf, type Referents } from './referents.ts';

/** Longer texts are judged by their beginning (and farewells by their end): pasted documents say little about links. */
const UNITS_READ = 6000;
const WORDS_FOR_PRONOUNS = 25;

export interface TextTraits {
  /** Lower-case words of three or more letters. */
  readonly words: ReadonlySet<string>;
  /** Numbers of two or more digits, and names that look like code. */
  readonly numbers: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  readonly asks: boolean;
  readonly language: Language | undefined;
  readonly referents: Referents;
  readonly cues: Cues;
}

/** Numbers rather than booleans: they are terms of the linker's sums. */
export interface Cues {
  readonly pronouns: number;
  readonly shortPronoun: number;
  readonly connective: number;
  readonly elaboration: number;
  readonly correction: number;
  readonly greeting: number;
  readonly imperative: number;
  readonly logLength: number;
  readonly short: number;
  readonly veryShort: number;
  readonly capitalised: number;
  readonly question: number;
  readonly lines: number;
  readonly long: number;
  readonly veryLong: number;
  readonly code: number;
  readonly error: number;
  readonly lowerCase: number;
  readonly shortAnswer: number;
  readonly farewell: number;
  readonly selfContained: number;
}

export const CUE_NAMES = [
  'pronouns',
  'shortPronoun',
  'connective',
  'elaboration',
  'correction',
  'greeting',
  'imperative',
  'logLength',
  'short',
  'veryShort',
  'capitalised',
  'question',
  'lines',
  'long',
  'veryLong',
  'code',
  'error',
  'lowerCase',
  'shortAnswer',
  'farewell',
  'selfContained',
] as const satisfies readonly (keyof Cues)[];

/** What is read of an answer: what a request may take up, and whether it asks or says goodbye. */
export interface AnswerTraits extends Pick<TextTraits, 'words' | 'numbers' | 'identifiers' | 'asks' | 'language'> {
  readonly referents: Pick<Referents, 'mentions' | 'closes'>;
  readonly cues: Pick<Cues, 'logLength'>;
}

export function describeAnswer(whole: string): AnswerTraits {
  const text = readOf(whole);
  return { ...vocabularyOf(text, whole), referents: mentionsOf(text, whole), cues: { logLength: Math.log1p(piecesOf(text).length) } };
}

const known = new WeakMap<{ readonly text: string }, TextTraits>();

/** Traits of a request's text, read once however often they are asked for. */
export function traitsOf(turn: { readonly text: string }): TextTraits {
  let traits = known.get(turn);
  if (traits === undefined) {
    traits = describeText(turn.text);
    known.set(turn, traits);
  }
  return traits;
}

export function describeText(whole: string): TextTraits {
  const text = readOf(whole);
  return { ...vocabularyOf(text, whole), referents: referentsOf(text, whole), cues: cuesOf(text, whole) };
}

const readOf = (whole: string): string => whole.slice(0, UNITS_READ).replaceAll('’', "'");
const piecesOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

function vocabularyOf(text: string, whole: string): Pick<TextTraits, 'words' | 'numbers' | 'identifiers' | 'asks' | 'language'> {
  const lowered = text.toLowerCase();
  const words = new Set(lowered.match(/[\p{L}\p{N}]{3,40}/gu));
  return {
    words,
    numbers: new Set(text.match(/\d{2,20}/g)),
    identifiers: new Set(text.match(/[A-Za-z_][A-Za-z0-9]{0,40}[_A-Z0-9.][A-Za-z0-9_.]{1,60}/g)),
    asks: whole.trimEnd().endsWith('?'),
    language: languageOf(lowered, words),
  };
}

function cuesOf(text: string, whole: string): Cues {
  const pieces = piecesOf(text);
  const count = pieces.length;
  const head = pieces.slice(0, WORDS_FOR_PRONOUNS).join(' ');
  const pronouns = Math.min(4, countOf(head, cue.PRONOUNS));
  const connective = cue.CONNECTIVES.test(text);
  const flag = (condition: boolean): number => (condition ? 1 : 0);
  return {
    pronouns,
    shortPronoun: flag(pronouns > 0 && count <= 12),
    connective: flag(connective),
    elaboration: flag(count <= 40 && countOf(head, cue.ELABORATION) > 0),
    correction: flag(countOf(head, cue.CORRECTION) > 0),
    greeting: flag(cue.GREETING.test(text)),
    imperative: flag(cue.IMPERATIVE.test(text)),
    logLength: Math.log1p(count),
    short: flag(count <= 6),
    veryShort: flag(count <= 3),
    capitalised: Math.min(6, pieces.slice(1).filter((word) => /^\p{Lu}/u.test(word)).length),
    question: flag(text.includes('?')),
    lines: Math.min(10, text.split('\n').length - 1),
    long: flag(count >= 60),
    veryLong: flag(count >= 150),
    code: flag(cue.CODE.test(text)),
    error: flag(cue.ERROR_REPORT.test(text.slice(0, 600))),
    lowerCase: flag(/^\p{Ll}/u.test(text)),
    shortAnswer: flag(cue.SHORT_ANSWER.test(text)),
    farewell: flag(countOf(whole.slice(-120).replaceAll('’', "'"), cue.FAREWELL) > 0),
    selfContained: flag(pronouns === 0 && !connective && count >= 9),
  };
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
