// Makes the vectors of the plain nouns that topics may be called by, which ship with the embedding model, and enters them in
// the manifest. To be run after nouns.ts and whenever the model changes.
//
// usage: node control-plane/training/word-vectors.ts
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MODELS_FOLDER, openEmbedder, shippedWords, WORD_VECTORS_FILE, WORDS_FILE } from '../src/adapters/onnx/index.ts';
import { stepsOf } from '../src/kernel/index.ts';
import nouns from '../src/topics/weights/nouns.json' with { type: 'json' };

interface Entry {
  readonly kind: string;
  readonly folder: string;
  readonly files: Record<string, { bytes: number; sha256: string }>;
}

const manifestFile = path.join(MODELS_FOLDER, 'manifest.json');
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { readonly models: readonly Entry[] };
const model = manifest.models.find(({ kind }) => kind === 'embedding');
if (!model) throw new Error('manifest.json lists no embedding model');

const words = nouns.words.split(' ').sort();
const embedder = openEmbedder();
const made = shippedWords(words, (await embedder.embed(words)).map(stepsOf));
await embedder.close();

const put = (name: string, content: Uint8Array): void => {
  writeFileSync(path.join(MODELS_FOLDER, model.folder, name), content);
  model.files[name] = { bytes: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') };
};
put(WORDS_FILE, Buffer.from(made.words));
put(WORD_VECTORS_FILE, made.vectors);
writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
