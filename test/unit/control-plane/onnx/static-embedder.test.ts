// Word vectors: near what the model says that they come from, the same every time, and safe against any text.
import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODELS_FOLDER, openEmbedder, openStaticEmbedder, type OnnxEmbedder } from '../../../../control-plane/src/adapters/onnx/index.ts';
import { createStaticTable, staticTableOf } from '../../../../control-plane/src/adapters/onnx/static-table.ts';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('the static embedder', () => {
  let embedder: OnnxEmbedder;
  beforeAll(() => {
    embedder = openStaticEmbedder();
  });
  afterAll(() => embedder.close());

  it('puts like meaning near', async () => {
    const [a, b, c] = (await embedder.embed([
      'How do I reset my password?',
      'I forgot my login credentials',
      'What is the weather in Lisbon tomorrow?',
    ])) as [Float32Array, Float32Array, Float32Array];
    expect(a).toHaveLength(256);
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.15);
  });

  it('orders pairs of texts as the model does that it comes from', async () => {
    const texts = [
      'The train to Berlin is late again',
      'Which platform does the express leave from?',
      'Bake the bread for forty minutes',
      'My dough does not rise, what can I do?',
      'The function returns undefined when the list is empty',
      'How do I fix a null pointer in this method?',
      'The invoice was paid twice',
      'Please refund the second payment',
    ];
    const model = openEmbedder();
    const [ours, theirs] = [await embedder.embed(texts), await model.embed(texts)];
    await model.close();
    const pairs = texts.flatMap((_, i) => texts.slice(i + 1).map((__, k) => [i, i + 1 + k] as const));
    const of = (vectors: readonly Float32Array[]): number[] =>
      pairs.map(([i, j]) => dot(vectors[i] as Float32Array, vectors[j] as Float32Array));
    expect(correlation(of(ours), of(theirs))).toBeGreaterThan(0.6);
  });

  it('gives any text a vector of length one, or none of meaning all zeros, whatever stands beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 4 }), async (texts) => {
        const vectors = await embedder.embed(texts);
        expect(vectors).toHaveLength(texts.length);
        for (const [at, vector] of vectors.entries()) {
          const square = dot(vector, vector);
          expect(square === 0 || Math.abs(square - 1) < 1e-4).toBe(true);
          expect((await embedder.embed([texts[at] ?? '']))[0]).toEqual(vector);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is not used when its files are damaged', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clew-static-'));
    try {
      cpSync(MODELS_FOLDER, folder, { recursive: true });
      truncateSync(path.join(folder, 'minilm-static', 'vectors.bin'), 5_000);
      expect(() => openStaticEmbedder({ folder })).toThrow(expect.objectContaining({ code: 'model_damaged' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  const cross = (x: readonly number[], mx: number, y: readonly number[], my: number): number =>
    x.reduce((sum, value, at) => sum + (value - mx) * ((y[at] ?? 0) - my), 0);
  return cross(a, ma, b, mb) / Math.sqrt(cross(a, ma, a, ma) * cross(b, mb, b, mb));
}

describe('the file of word vectors', () => {
  it('keeps every number to half a step', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 8, maxLength: 8 }), (numbers) => {
        const vectors = Float32Array.from([...numbers, 0, 0, 0, 0]);
        const table = createStaticTable(staticTableOf(vectors, 4), 4);
        for (let token = 0; token < 3; token += 1) {
          const wanted = vectors.subarray(token * 4, token * 4 + 4);
          const norm = Math.sqrt(dot(wanted, wanted));
          const most = Math.max(...wanted.map(Math.abs));
          const found = table.embed([token]);
          if (norm === 0) expect(Math.max(...found)).toBe(0);
          else wanted.forEach((value, d) => expect(Math.abs((found[d] ?? 0) * norm - value)).toBeLessThan(most * 0.02 + 1e-6));
        }
        expect(table.embed([99])).toEqual(new Float32Array(4));
      }),
    );
  });

  it('refuses a file of another size', () => {
    expect(() => createStaticTable(new Uint8Array(13), 4)).toThrow(/does not fit/);
  });
});
