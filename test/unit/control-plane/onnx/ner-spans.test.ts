import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneCase } from '../../../../control-plane/src/adapters/onnx/ner-candidates.ts';
import { peopleOf, withoutLoneDoubts } from '../../../../control-plane/src/adapters/onnx/ner-people.ts';
import { mergeSpans, spansOf, windowsOf } from '../../../../control-plane/src/adapters/onnx/ner-spans.ts';

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
  const PERSONS = ['GIVEN_NAME', 'SURNAME'];
  const classes = (...names: string[]): { name: string; score: number; person: number }[] =>
    names.map((name) => ({ name, score: 0.7, person: PERSONS.includes(name) ? 0.7 : 0 }));
  const bare = (text: string, encoding: ReturnType<typeof encode>, found: ReturnType<typeof classes>): unknown =>
    spansOf(text, encoding, found, isOneCase(text)).map(({ start, end, type }) => ({ start, end, type }));
  const people = (text: string, ...chances: number[]): string[] =>
    peopleOf(
      text,
      encode(text),
      chances.map((person) => ({ name: person > 0.5 ? 'SURNAME' : 'O', score: Math.max(person, 1 - person), person })),
      isOneCase(text),
    ).map(({ start, end }) => text.slice(start, end));
  const encode = (text: string): { ids: number[]; starts: number[]; ends: number[]; covered: number } => {
    const words = [...text.matchAll(/\w+|[^\s\w]/gu)];
    return {
      ids: words.map(() => 1),
      starts: words.map((w) => w.index),
      ends: words.map((w) => w.index + w[0].length),
      covered: text.length,
    };
  };

  it('join the parts of one name, also over its small words', () => {
    const text = 'ask Anna de Vries now';
    expect(bare(text, encode(text), classes('O', 'GIVEN_NAME', 'O', 'SURNAME', 'O'))).toEqual([{ start: 4, end: 17, type: 'PERSON' }]);
    expect(bare('ask Anna or Vries now', encode('ask Anna or Vries now'), classes('O', 'GIVEN_NAME', 'O', 'SURNAME', 'O'))).toEqual([
      { start: 4, end: 8, type: 'PERSON' },
      { start: 12, end: 17, type: 'PERSON' },
    ]);
  });

  it('take the whole word but not the possessive', () => {
    const text = "Anna's car";
    expect(bare(text, { ids: [1], starts: [0], ends: [2], covered: 10 }, classes('GIVEN_NAME'))).toEqual([
      { start: 0, end: 4, type: 'PERSON' },
    ]);
  });

  it('take a word with a capital beside a name when it is possibly one, and any behind an initial', () => {
    expect(people('Ask Anna Kolehmainen now', 0, 0.9, 0.1, 0)).toEqual(['Anna Kolehmainen']);
    expect(people('Ask Anna Kolehmainen now', 0, 0.9, 0, 0)).toEqual(['Anna']);
    expect(people('Ask Anna K Kolehmainen now', 0, 0.9, 0, 0, 0)).toEqual(['Anna K Kolehmainen']);
    expect(people('Ask Mauri Kolehmainen now', 0, 0.1, 0.9, 0)).toEqual(['Mauri Kolehmainen']);
  });

  it('want a capital of a name, or an introduction, where the text uses capitals', () => {
    expect(people('The role of slavery', 0, 0, 0, 0.95)).toEqual([]);
    expect(people('Well, my friend anna', 0, 0, 0, 0, 0.95)).toEqual(['anna']);
    expect(people('well, anna', 0, 0, 0.7)).toEqual(['anna']);
  });

  it('leave out a doubtful word that is alone in its text', () => {
    const span = (end: number, score: number): { start: number; end: number; type: string; score: number } => ({
      start: 0,
      end,
      type: 'PERSON',
      score,
    });
    expect(withoutLoneDoubts('Pelle plays', [span(5, 0.5)])).toEqual([]);
    expect(withoutLoneDoubts('Pelle plays', [span(5, 0.9)])).toHaveLength(1);
    expect(withoutLoneDoubts('Pelle Plon plays', [span(10, 0.5)])).toHaveLength(1);
    expect(withoutLoneDoubts('Pelle plays', [span(5, 0.5), span(11, 0.5)])).toHaveLength(2);
  });

  it('drop numbers without digits and findings without letters', () => {
    expect(spansOf('zip code', { ids: [1], starts: [0], ends: [3], covered: 8 }, classes('ZIP_CODE'), true)).toEqual([]);
    expect(spansOf('—', { ids: [1], starts: [0], ends: [1], covered: 1 }, classes('SURNAME'), true)).toEqual([]);
  });

  it('merge into ordered spans that do not overlap', () => {
    const span = fc.record({ start: fc.nat(100), length: fc.integer({ min: 1, max: 30 }), type: fc.constantFrom('PERSON', 'GPE') });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (raw) => {
        const spans = raw.map(({ start, length, type }) => ({ start, end: start + length, type, score: 0.9 }));
        const merged = mergeSpans(spans);
        merged.forEach((item, index) => expect(item.start).toBeGreaterThanOrEqual(merged[index - 1]?.end ?? 0));
        for (const { start, end } of spans) expect(merged.some((item) => item.start <= start && item.end >= end)).toBe(true);
      }),
    );
  });
});
