// What a text stands for by pronouns, names and voice: a thread about a woman is not gone on with by "his".
import * as cue from './cues.ts';

/** Longer texts are judged by their beginning. */
const UNITS_READ = 2000;
const MOST_MENTIONS = 6;
const ENDING_UNITS = 200;

export interface Referents {
  /** How often a text speaks of him, her, it and them, each capped: the classes of `cue.REFERENTS`. */
  readonly mentions: readonly number[];
  readonly firstPerson: boolean;
  /** Capitalised words inside sentences, in lower case. */
  readonly names: ReadonlySet<string>;
  /** The mark that the text ends with: '?', '.', '!' or none. */
  readonly ending: string;
  /** The text says goodbye or asks for nothing more, as answers at the end of a matter do. */
  readonly closes: boolean;
}

/** `beginning` is what is read of the text `whole`, with plain apostrophes. */
export function referentsOf(beginning: string, whole: string): Referents {
  const text = beginning.slice(0, UNITS_READ);
  return {
    ...mentionsOf(beginning, whole),
    firstPerson: cue.FIRST_PERSON.test(text),
    names: new Set(Array.from(text.slice(1).matchAll(cue.NAME), ([name]) => name.toLowerCase())),
    ending: /[?.!]$/.exec(whole.slice(-ENDING_UNITS).trimEnd())?.[0] ?? '',
  };
}

export function mentionsOf(beginning: string, whole: string): Pick<Referents, 'mentions' | 'closes'> {
  const text = beginning.slice(0, UNITS_READ);
  return {
    mentions: cue.REFERENTS.map((pattern) => Math.min(MOST_MENTIONS, text.match(pattern)?.length ?? 0)),
    closes: cue.CLOSING.test(whole.slice(-ENDING_UNITS)),
  };
}
