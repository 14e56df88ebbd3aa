import canonicalizeReference from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDigest, canonicalize, CanonicalError } from '../../../../plugin/src/contract/index.ts';
import { canonicalDifferences } from '../../../support/identity-load.ts';

// A second implementation, by other people: what RFC 8785 says must not depend on who reads it.
const reference: (value: unknown) => string | undefined = canonicalizeReference;

describe('canonical bytes', () => {
  it('agree with the second implementation on values of any depth, keys and texts of any script', () => {
    // A million of them: npm run bench -- --only identity
    expect(canonicalDifferences(10_000, 20_261_121)).toBe(0);
  });

  it('agree on numbers of every magnitude', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(canonicalize(value)).toBe(reference(value));
      }),
      { numRuns: 5000 },
    );
  });

  it('agree on keys of any script', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.integer()), (value) => {
        fc.pre(Object.keys(value).every((key) => key.isWellFormed()));
        expect(canonicalize(value)).toBe(reference(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 })), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        fc.pre(!Object.hasOwn(value, '__proto__') && JSON.stringify(value).isWellFormed());
        expect(canonicalDigest(turned)).toBe(canonicalDigest(value));
      }),
    );
  });

  it('are those of the examples of RFC 8785', () => {
    const sample = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalize(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(
      Object.keys(
        JSON.parse(canonicalize({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 })) as object,
      ),
    ).toEqual(['1', '\r', '\u0080', 'ö', '€', '😀', '\ufb33']);
  });

  it.each([
    ['not_finite', Number.NaN],
    ['not_finite', [Number.POSITIVE_INFINITY]],
    ['lone_surrogate', { a: '\ud800' }],
    ['lone_surrogate', { '\udfff': 1 }],
    ['not_json', { a: 1n }],
    ['not_json', { a: () => 1 }],
    ['not_json', { a: new Date(0) }],
    ['not_json', [undefined]],
  ])('refuse %s', (code, value) => {
    expect(() => canonicalize(value)).toThrow(expect.objectContaining({ name: 'CanonicalError', code }));
  });

  it('refuse what is nested too deep instead of overflowing the stack', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(() => canonicalize(value)).toThrow(CanonicalError);
  });

  it('never put the value into the error', () => {
    expect(() => canonicalize({ secretKey: { a: Number.NaN } })).toThrow(/^((?!secretKey).)*$/);
  });
});
