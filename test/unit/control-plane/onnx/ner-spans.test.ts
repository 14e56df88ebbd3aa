import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSpans, onlyWithAddress, spansOf, windowsOf } from '../../../../control-plane/src/adapters/onnx/ner-spans.ts';

describe('windows', () => {
  it('cover the text, overlap and end, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3000 }), fc.integer({ min: 20, max: 500 }), (text, size) => {
        const overlap = Math.floor(size / 8);
        const windows = windowsOf(text, size, overlap);
        let reached = 0;
        for (const { start, end } of windows) {
          expect(start).toBeLessThanOrEqual(reached);
          expect(end).toBeGreaterThan(reached);
          expect(end - start).toBeLessThanOrEqual(size);
          reached = end;
        }
        expect(reached).toBe(text.length);
      }),
    );
  });
});

describe('spans', () => {
  const classes = (...names: string[]): { name: string; score: number }[] => names.map((name) => ({ name, score: 0.7 }));
  const encode = (text: string): { ids: number[]; starts: number[]; ends: number[]; covered: number } => {
    const words = [...text.matchAll(/\w+|[^\s\w]/gu)];
    return {
      ids: words.map(() => 1),
      starts: words.map((w) => w.index),
      ends: words.map((w) => w.index + w[0].length),
      covered: text.length,
    };
  };

  it('join the parts of one name', () => {
    const text = 'ask Anna de Vries now';
    expect(spansOf(text, encode(text), classes('O', 'GIVEN_NAME', 'O', 'SURNAME', 'O'))).toEqual([
      { start: 4, end: 8, type: 'PERSON' },
      { start: 12, end: 17, type: 'PERSON' },
    ]);
    expect(spansOf(text, encode(text), classes('O', 'GIVEN_NAME', 'SURNAME', 'SURNAME', 'O'))).toEqual([
      { start: 4, end: 17, type: 'PERSON' },
    ]);
  });

  it('take the whole word but not the possessive', () => {
    const text = "Anna's car";
    expect(spansOf(text, { ids: [1], starts: [0], ends: [2], covered: 10 }, classes('GIVEN_NAME'))).toEqual([
      { start: 0, end: 4, type: 'PERSON' },
    ]);
  });

  it('want a capital of a name, or a sure model, where the text uses capitals', () => {
    const text = 'Ok, nice';
    const at = [
      { name: 'O', score: 1 },
      { name: 'O', score: 1 },
      { name: 'GIVEN_NAME', score: 0.7 },
    ];
    expect(spansOf(text, encode(text), at)).toEqual([]);
    expect(spansOf(text, encode(text), [...at.slice(0, 2), { name: 'GIVEN_NAME', score: 0.9 }])).toHaveLength(1);
    expect(spansOf('ok, anna', encode('ok, anna'), at)).toHaveLength(1);
  });

  it('drop numbers without digits and findings without letters', () => {
    expect(spansOf('zip code', { ids: [1], starts: [0], ends: [3], covered: 8 }, classes('ZIP_CODE'))).toEqual([]);
    expect(spansOf('—', { ids: [1], starts: [0], ends: [1], covered: 1 }, classes('SURNAME'))).toEqual([]);
  });

  it('keep places only near an address', () => {
    const street = { start: 0, end: 10, type: 'STREET_ADDRESS' };
    const near = { start: 12, end: 18, type: 'GPE' };
    const far = { start: 200, end: 206, type: 'GPE' };
    expect(onlyWithAddress([street, near, far])).toEqual([street, near]);
    expect(onlyWithAddress([near, far])).toEqual([]);
  });

  it('merge into ordered spans that do not overlap', () => {
    const span = fc.record({ start: fc.nat(100), length: fc.integer({ min: 1, max: 30 }), type: fc.constantFrom('PERSON', 'GPE') });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (raw) => {
        const spans = raw.map(({ start, length, type }) => ({ start, end: start + length, type }));
        const merged = mergeSpans(spans);
        merged.forEach((item, index) => expect(item.start).toBeGreaterThanOrEqual(merged[index - 1]?.end ?? 0));
        for (const { start, end } of spans) expect(merged.some((item) => item.start <= start && item.end >= end)).toBe(true);
      }),
    );
  });
});
