import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordPiece } from '../../../../control-plane/src/adapters/onnx/wordpiece.ts';
import { MODELS_FOLDER } from '../../../../control-plane/src/adapters/onnx/index.ts';

const lines = readFileSync(`${MODELS_FOLDER}minilm-l6-v2/vocab.txt`, 'utf8').trimEnd().split('\n');
const tokenizer = new WordPiece(lines);
const tokens = (text: string): string[] => tokenizer.encode(text, 256).ids.map((id) => lines[id] ?? '?');

describe('WordPiece', () => {
  it.each([
    ['Hello, World!', ['hello', ',', 'world', '!']],
    ['unaffable', ['una', '##ffa', '##ble']],
    ['Crème brûlée', ['cr', '##eme', 'br', '##ule', '##e']],
    ['日本語', ['日', '本', '語']],
    ['a\u0000b\ufffdc', ['abc']],
    ['can\u2019t', ['can', '\u2019', 't']],
    ['', []],
  ])('splits %j', (text, expected) => {
    expect(tokens(text)).toEqual(['[CLS]', ...expected, '[SEP]']);
  });

  it('gives a word of more than 100 letters the unknown token', () => {
    expect(tokens('x'.repeat(101))).toEqual(['[CLS]', '[UNK]', '[SEP]']);
  });

  it('keeps to the limit and says how far it read', () => {
    const encoding = tokenizer.encode('one two three four five', 5);
    expect(encoding.ids).toHaveLength(5);
    expect(encoding.covered).toBe('one two three'.length);
  });

  it('gives ordered ranges within the text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const { ids, starts, ends } = tokenizer.encode(text, 64);
        expect(starts).toHaveLength(ids.length);
        expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < lines.length)).toBe(true);
        for (let token = 1; token < ids.length - 1; token += 1) {
          expect(ends[token]!).toBeGreaterThan(starts[token]!);
          expect(ends[token]!).toBeLessThanOrEqual(text.length);
          expect(starts[token]!).toBeGreaterThanOrEqual(starts[token - 1]!);
        }
      }),
      { numRuns: 500 },
    );
  });
});
