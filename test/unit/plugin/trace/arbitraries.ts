import fc from 'fast-check';

export const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });

export const nonZeroHex = (length: number): fc.Arbitrary<string> => hex(length).filter((text) => !/^0*$/.test(text));

/** A tracestate value: printable ASCII without comma and equals sign, not ending in a space. */
export const stateValue = (maxLength = 256): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...'abcXYZ019 !#$%&()*+-./:;<>?@[]^_`{|}~"'.split('')), minLength: 1, maxLength })
    .map((text) => text.trim())
    .filter((text) => text !== '');

export const stateKey: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...'abcxyz019'.split('')), fc.string({ unit: fc.constantFrom(...'abcxyz019_-*/@'.split('')), maxLength: 40 }))
  .map((parts) => parts.join(''))
  .filter((key) => key !== 'clew');

export const baggageKey: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019!#$%&*+-.^_`|~'.split('')), minLength: 1, maxLength: 30 })
  .filter((key) => !/^clew\./i.test(key));
