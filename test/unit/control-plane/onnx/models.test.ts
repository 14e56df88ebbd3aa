import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import nouns from '../../../../control-plane/src/topics/weights/nouns.json' with { type: 'json' };
import {
  checkModels,
  MODELS_FOLDER,
  openEmbedder,
  openNameFinder,
  readManifest,
  withShippedWords,
  type OnnxEmbedder,
  type OnnxNameFinder,
} from '../../../../control-plane/src/adapters/onnx/index.ts';

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('the shipped models', () => {
  it('are what the manifest says', () => {
    expect(checkModels()).toEqual([]);
    expect(
      readManifest()
        .map((model) => model.kind)
        .sort(),
    ).toEqual(['embedding', 'ner', 'static']);
  });

  it('are named with what is wrong when damaged, and are not used', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-models-'));
    try {
      cpSync(MODELS_FOLDER, folder, { recursive: true });
      const [embedding, ner] = [readManifest().find((m) => m.kind === 'embedding')!, readManifest().find((m) => m.kind === 'ner')!];
      truncateSync(path.join(folder, embedding.folder, 'model.onnx'), 1000);
      rmSync(path.join(folder, embedding.folder, 'vocab.txt'));
      const labels = path.join(folder, ner.folder, 'labels.json');
      writeFileSync(labels, ' '.repeat(ner.files['labels.json']!.bytes));
      expect(checkModels(folder)).toEqual(
        expect.arrayContaining([
          { file: `${embedding.folder}/model.onnx`, problem: 'wrong size' },
          { file: `${embedding.folder}/vocab.txt`, problem: 'missing' },
          { file: `${ner.folder}/labels.json`, problem: 'wrong SHA-256' },
        ]),
      );
      expect(() => openEmbedder({ folder })).toThrow(expect.objectContaining({ code: 'model_damaged' }));
      expect(() => openNameFinder({ folder })).toThrow(/labels\.json: wrong SHA-256/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the embedder', () => {
  let embedder: OnnxEmbedder;
  beforeAll(() => {
    embedder = openEmbedder();
  });
  afterAll(() => embedder.close());

  it('has the vectors of the plain nouns beside it, as it makes them itself', async () => {
    const words = nouns.words.split(' ');
    const none = () => Promise.reject(new Error('asked for: run control-plane/training/word-vectors.ts'));
    const shipped = await withShippedWords(embedder.modelId, none)(words);
    expect(shipped).toHaveLength(words.length);
    const some = words.map((_, i) => i).filter((i) => i % 97 === 0);
    const made = await embedder.embed(some.map((i) => words[i]!));
    // Not to the last bit: processors round sums of products differently.
    expect(Math.min(...some.map((i, at) => cosine(shipped[i]!, made[at]!)))).toBeGreaterThan(0.99);
  });

  it('is asked only for words whose vectors do not ship with it, in their order', async () => {
    const asked: (readonly string[])[] = [];
    const embed = (words: readonly string[]) => {
      asked.push(words);
      return Promise.resolve(words.map((word) => Float32Array.of(word.length)));
    };
    const vectors = await withShippedWords(embedder.modelId, embed)(['zyzzogeton', 'time', 'xq']);
    expect(asked).toEqual([['zyzzogeton', 'xq']]);
    expect([vectors[0], vectors[1]?.length, vectors[2]]).toEqual([Float32Array.of(10), 384, Float32Array.of(2)]);
    await withShippedWords('another-model@1', embed)(['time']);
    expect(asked[1]).toEqual(['time']);
  });

  it('puts like meaning near', async () => {
    const [a, b, c] = await embedder.embed([
      'How do I reset my password?',
      'I forgot my password, how can I change it',
      'The weather is nice',
    ]);
    // A length in steps has 17 bits.
    expect(cosine(a!, a!)).toBeCloseTo(1, 4);
    expect(cosine(a!, b!)).toBeGreaterThan(0.7);
    expect(cosine(a!, c!)).toBeLessThan(0.2);
  });

  it('gives a text the same vector whatever stands beside it', async () => {
    const text = 'Explain how a transformer attends to earlier tokens';
    const [alone] = await embedder.embed([text]);
    const among = await embedder.embed([
      'x',
      'A much longer sentence about something that has nothing to do with it at all, in many words.',
      text,
    ]);
    expect([...among[2]!]).toEqual([...alone!]);
  });

  it('answers empty and strange texts with vectors of the right size', async () => {
    for (const vector of await embedder.embed(['', '   ', '\u0000', '🙂'.repeat(400), 'ab '.repeat(5000)])) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(vector.every(Number.isFinite)).toBe(true);
    }
  });

  it('fails calls after it was closed instead of hanging', async () => {
    const other = openEmbedder();
    await other.close();
    await expect(other.embed(['x'])).rejects.toThrow(/closed/);
  });
});

describe('the name finder', () => {
  let finder: OnnxNameFinder;
  beforeAll(() => {
    finder = openNameFinder();
  });
  afterAll(() => finder.close());

  const cut = (text: string, spans: readonly { start: number; end: number; type: string }[]): string[] =>
    spans.map(({ start, end, type }) => `${type}=${text.slice(start, end)}`);

  it('finds a person and an address, whole words', async () => {
    const text = "Hi, I'm Maria Gonzalez-Pérez and I live at 12 Baker Street, London NW1 6XE.";
    const [spans] = await finder.find([text]);
    expect(cut(text, spans!)).toEqual(
      expect.arrayContaining(['PERSON=Maria Gonzalez-Pérez', 'STREET_ADDRESS=12 Baker Street', 'GPE=London']),
    );
  });

  it('leaves a town alone that belongs to no address', async () => {
    expect(await finder.find(['What is the weather in Paris this weekend?'])).toEqual([[]]);
  });

  it('finds names beyond the first window', async () => {
    const text = `${'The report was reviewed again and no changes were needed. '.repeat(20)}Please send it to Johanna Lindqvist tomorrow.`;
    const [spans] = await finder.find([text]);
    expect(cut(text, spans!)).toEqual(['PERSON=Johanna Lindqvist']);
  });
});
