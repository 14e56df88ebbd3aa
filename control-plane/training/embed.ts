// Embeds every text of the data once, as serving does, and keeps the vectors for the other programs.
// usage: node control-plane/training/embed.ts --embeddings FILE [--tier static] [--data DIR]     writes FILE.json and FILE.bin, outside the repository
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbedder, openStaticEmbedder } from '../src/adapters/onnx/index.ts';
import { readLanguageExamples } from './background.ts';
import { dataFolder, embeddingsFile, readRows, textKey } from './corpus.ts';
import { readOwnPrompts } from './own-prompts.ts';

const BATCH = 64;
const FILES = ['threads_A', 'threads_B', 'threads_C', 'threads_real', 'intents'];

const texts = new Map<string, string>();
for (const file of FILES) {
  for (const { text, response } of readRows<{ text: string; response?: string }>(join(dataFolder(process.argv), `${file}.jsonl`))) {
    for (const one of [text, response ?? '']) if (one !== '') texts.set(textKey(one), one);
  }
}
for (const { text, before } of readOwnPrompts())
  for (const one of [text, before?.text ?? '', before?.answer ?? '']) if (one !== '') texts.set(textKey(one), one);
for (const { text } of readLanguageExamples()) texts.set(textKey(text), text);
// Texts of like length together: a batch is as slow as its longest.
const entries = [...texts].toSorted(([, a], [, b]) => a.length - b.length);
const embedder = process.argv.includes('static') ? openStaticEmbedder() : openEmbedder();
const vectors = new Float32Array(entries.length * embedder.dimensions);
for (let i = 0; i < entries.length; i += BATCH) {
  const batch = await embedder.embed(entries.slice(i, i + BATCH).map(([, text]) => text));
  batch.forEach((vector, k) => vectors.set(vector, (i + k) * embedder.dimensions));
}
await embedder.close();
const file = embeddingsFile(process.argv);
writeFileSync(`${file}.json`, JSON.stringify(entries.map(([key]) => key)));
writeFileSync(`${file}.bin`, Buffer.from(vectors.buffer));
console.error(`${entries.length} texts embedded by ${embedder.modelId}`);
