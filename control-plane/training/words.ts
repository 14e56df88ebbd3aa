// Writes the table of word rarities: in how many conversations' texts a word occurs. Only frequent words are kept, so that
// the table holds vocabulary, never something that one conversation said.
// usage: node control-plane/training/words.ts [--data DIR]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeText } from '../src/threads/text/traits.ts';
import { dataFolder, readRows, type Row } from './corpus.ts';

const MOST_WORDS = 4000;
const FEWEST_CONVERSATIONS = 4;

const rows = readRows<Row>(join(dataFolder(process.argv), 'threads_A.jsonl'));
const documents = new Map<string, number>();
const conversations = new Map<string, Set<string>>();
let count = 0;
for (const { text, response, conv } of rows) {
  for (const one of [text, response ?? '']) {
    if (one === '') continue;
    count++;
    for (const word of describeText(one).words) {
      if (!/^\p{Ll}+$/u.test(word)) continue;
      documents.set(word, (documents.get(word) ?? 0) + 1);
      conversations.set(word, (conversations.get(word) ?? new Set()).add(conv));
    }
  }
}
const rarity = [...documents]
  .filter(([word]) => (conversations.get(word)?.size ?? 0) >= FEWEST_CONVERSATIONS)
  .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  .slice(0, MOST_WORDS)
  .map(([word, n]) => [word, Math.round(100 * Math.log(count / n)) / 100] as const)
  .toSorted(([a], [b]) => (a < b ? -1 : 1));
const file = join(import.meta.dirname, '../src/threads/weights/words.json');
writeFileSync(file, `${JSON.stringify({ documents: count, rarity: Object.fromEntries(rarity) })}\n`);
console.error(`${rarity.length} words of ${count} texts`);
