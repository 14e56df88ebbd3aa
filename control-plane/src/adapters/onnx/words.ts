// Vectors of single words that ship with the embedding model, so that a new control plane need not spend its first
// seconds on making them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ClewError, vectorOf } from '../../kernel/index.ts';
import { MODELS_FOLDER, readManifest } from './models.ts';

/** Vectors of single words, unit length, in the order of the words. */
type EmbedWords = (words: readonly string[]) => Promise<readonly Float32Array[]>;

/** One word a line, by letter. */
export const WORDS_FILE = 'words.txt';
/** For each word a float32, the worth of one step, then their numbers, a signed byte each. */
export const WORD_VECTORS_FILE = 'word-vectors.bin';

/**
 * As `embed`, which is asked only for words whose vectors do not ship with the model. Throws `model_damaged` where
 * the two files do not belong together.
 */
export function withShippedWords(modelId: string, embed: EmbedWords, folder: string = MODELS_FOLDER): EmbedWords {
  let shipped: ReadonlyMap<string, Float32Array> | undefined;
  return async (words) => {
    shipped ??= readShipped(modelId, folder);
    const vectors = words.map((word) => shipped?.get(word));
    const unknown = words.filter((_, i) => vectors[i] === undefined);
    const made = (unknown.length === 0 ? [] : await embed(unknown)).values();
    return vectors.map((vector) => {
      if (vector) return vector;
      const next = made.next();
      if (next.done === true) throw new Error('The embedder answered fewer vectors than words');
      return next.value;
    });
  };
}

function readShipped(modelId: string, folder: string): ReadonlyMap<string, Float32Array> {
  // Whoever opened the model has checked its files.
  const model = readManifest(folder).find(({ id }) => id === modelId);
  if (model?.files[WORDS_FILE] === undefined) return new Map();
  const words = readFileSync(path.join(folder, model.folder, WORDS_FILE), 'utf8')
    .trimEnd()
    .split('\n');
  const file = readFileSync(path.join(folder, model.folder, WORD_VECTORS_FILE));
  const dimensions = file.byteLength / words.length - 4;
  if (dimensions !== model.dimensions) throw new ClewError('model_damaged', `${WORD_VECTORS_FILE} does not fit ${WORDS_FILE}`);
  const numbers = new Int8Array(file.buffer, file.byteOffset + 4 * words.length, words.length * dimensions);
  return new Map(
    words.map((word, i) => {
      const counts = numbers.subarray(i * dimensions, (i + 1) * dimensions);
      return [word, vectorOf({ worth: file.readFloatLE(4 * i), counts })];
    }),
  );
}

/** The two files' contents. @param vectors in steps, as the embedder answers */
export function shippedWords(
  words: readonly string[],
  steps: readonly { readonly worth: number; readonly counts: Int8Array }[],
): { readonly words: string; readonly vectors: Uint8Array } {
  const dimensions = steps[0]?.counts.length ?? 0;
  const file = Buffer.alloc(words.length * (4 + dimensions));
  steps.forEach(({ worth, counts }, i) => {
    file.writeFloatLE(worth, 4 * i);
    file.set(new Uint8Array(counts.buffer, counts.byteOffset, dimensions), 4 * words.length + i * dimensions);
  });
  return { words: `${words.join('\n')}\n`, vectors: file };
}
