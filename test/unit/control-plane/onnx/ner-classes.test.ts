import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../../../control-plane/src/adapters/onnx/ner-classes.ts';

const LABELS = ['O', 'B-GIVEN_NAME', 'I-GIVEN_NAME', 'B-SURNAME', 'I-SURNAME', 'B-CITY', 'I-CITY'];
const decode = createDecoder(LABELS, new Set(['GIVEN_NAME', 'SURNAME']));

/** Softmax over all labels, the marks of one class added up: the definition. */
function byDefinition(logits: readonly number[]): { shares: Map<string, number>; score: number; person: number } {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const shares = new Map<string, number>();
  logits.forEach((logit, index) => {
    const name = LABELS[index]!.replace(/^[BI]-/, '');
    shares.set(name, (shares.get(name) ?? 0) + Math.exp(logit) / total);
  });
  return { shares, score: Math.max(...shares.values()), person: (shares.get('GIVEN_NAME') ?? 0) + (shares.get('SURNAME') ?? 0) };
}

describe('decoder', () => {
  const logit = fc.double({ min: -12, max: 12, noNaN: true });

  it('gives the class that the definition gives, and its chances where they matter', () => {
    fc.assert(
      fc.property(fc.array(fc.array(logit, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 4 }), (tokens) => {
        const found = decode(Float32Array.from(tokens.flat()), tokens.length);
        expect(found).toHaveLength(tokens.length);
        tokens.forEach((logits, index) => {
          const expected = byDefinition(Array.from(Float32Array.from(logits)));
          const { name, score, person } = found[index]!;
          // Of classes that are as likely, either may be named.
          expect(expected.shares.get(name)).toBeCloseTo(expected.score, 9);
          expect(Math.abs(score - expected.score)).toBeLessThan(0.12);
          expect(Math.abs(person - expected.person)).toBeLessThan(0.08);
          if (name !== 'O') expect(score).toBeCloseTo(expected.score, 9);
        });
      }),
      { numRuns: 500 },
    );
  });
});
