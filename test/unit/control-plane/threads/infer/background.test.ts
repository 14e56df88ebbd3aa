import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fair, type Background } from '../../../../../control-plane/src/threads/infer/background.ts';
import { describeText } from '../../../../../control-plane/src/threads/text/traits.ts';
import { LANGUAGES } from '../../../../../control-plane/src/threads/text/language.ts';

const USUAL: Background = {
  en: 0.08,
  de: 0.34,
  nl: 0.43,
  fr: 0.43,
  es: 0.48,
  it: 0.44,
  pt: 0.44,
  cyrillic: 0.55,
  chinese: 0.52,
  japanese: 0.51,
};
const language = fc.constantFrom(undefined, ...LANGUAGES);

describe('fair', () => {
  it('brings what is usual in a language to what is usual in English, and leaves the same text the same', () => {
    expect(fair(0.43, 'nl', 'nl', USUAL)).toBeCloseTo(0.08, 10);
    expect(fair(1, 'nl', 'nl', USUAL)).toBe(1);
    expect(fair(0.6, 'nl', undefined, USUAL)).toBe(fair(0.6, 'nl', 'nl', USUAL));
  });

  it('changes nothing beside English, where no language is known, or without a table', () => {
    for (const [own, other] of [
      ['en', 'en'],
      ['en', 'de'],
      [undefined, undefined],
    ] as const)
      expect(fair(0.4, own, other, USUAL)).toBe(0.4);
    expect(fair(0.4, 'de', 'de', undefined)).toBe(0.4);
  });

  it('never makes texts closer, keeps their order, and is the same both ways', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        language,
        language,
        (a, b, own, other) => {
          expect(fair(a, own, other, USUAL)).toBeLessThanOrEqual(a);
          expect(fair(a, own, other, USUAL)).toBe(fair(a, other, own, USUAL));
          expect(Math.sign(fair(a, own, other, USUAL) - fair(b, own, other, USUAL)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('languageOf', () => {
  it.for([
    ['How do I get wine stains out of a sofa?', 'en'],
    ['Wie bekomme ich Rotwein aus dem Sofa?', 'de'],
    ['Hoe krijg ik wijnvlekken uit de bank?', 'nl'],
    ['Comment enlever une tache de vin du canapé ?', 'fr'],
    ['¿Cómo quito una mancha de vino del sofá?', 'es'],
    ['Come si toglie una macchia di vino dal divano?', 'it'],
    ['Como é que tiro uma nódoa de vinho do sofá? Não sai com água', 'pt'],
    ['Как вывести пятно от вина с дивана?', 'cyrillic'],
    ['沙发上的红酒渍怎么去掉？', 'chinese'],
    ['ソファのワインのしみはどうやって落としますか？', 'japanese'],
    ['42', undefined],
  ] as const)('reads %s as %s', ([text, expected]) => {
    expect(describeText(text).language).toBe(expected);
  });
});
