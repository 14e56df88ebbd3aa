// The order of hits, from their own texts alone. The index weighs a word by how rare it is among all rows, those of other
// tenants and people too: with two texts of one's own, that order would tell which of two words others use more.
import { indexable } from './indexable.ts';

/** Characters of a text of common length: longer ones need more matches for the same score. */
const COMMON_LENGTH = 400;
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
const PROMPT_WEIGHT = 2;

const folded = (text: string): string => indexable(text).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Higher is better. Each word counts alike: a hit holds all of them. Prompts count twice, they are what people remember. */
export function localScore(words: readonly string[], prompt: string | null, answer: string | null): number {
  const wanted = words.map(folded).filter((word) => word !== '');
  return PROMPT_WEIGHT * scoreOf(wanted, prompt) + scoreOf(wanted, answer);
}

function scoreOf(words: readonly string[], text: string | null): number {
  if (text === null || text === '') return 0;
  const where = folded(text);
  const long = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * where.length) / COMMON_LENGTH);
  return words.reduce((sum, word) => {
    const count = occurrences(where, word);
    return sum + (count * (SATURATION + 1)) / (count + long);
  }, 0);
}

function occurrences(where: string, word: string): number {
  let count = 0;
  for (let at = where.indexOf(word); at !== -1; at = where.indexOf(word, at + word.length)) count += 1;
  return count;
}
