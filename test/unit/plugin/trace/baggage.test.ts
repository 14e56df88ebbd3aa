import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, formatBaggage, parseBaggage } from '../../../../plugin/src/trace/baggage.ts';
import { baggageKey } from './arbitraries.ts';

const member = fc.tuple(baggageKey, fc.string({ unit: 'binary', maxLength: 60 }));

describe('baggage', () => {
  it('encodes any text into octets that a header allows, and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // A percent sign that is already there is taken for an encoding, so it is encoded first.
        const encoded = encodeValue(text.replaceAll('%', '%25'));
        expect(encoded).toMatch(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/);
        expect(decodeValue(encoded)).toBe(text.toWellFormed());
      }),
    );
  });

  it('reads invalid UTF-8 as replacement characters', () => {
    expect(decodeValue('a%FF%FEb')).toBe('a\uFFFD\uFFFDb');
    expect(decodeValue('%E2%82')).toBe('\uFFFD');
    expect(decodeValue('100%')).toBe('100%');
  });

  it('passes on all members within 64 and 8192 bytes, whole and in order', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 90 }), (list) => {
        const header = list.map(([key, value]) => `${key}=${encodeValue(value.replaceAll('%', '%25'))};p=1`).join(',');
        const read = parseBaggage(header);
        expect(read.map((one) => [one.key, one.value])).toEqual(list.map(([key, value]) => [key, value.toWellFormed()]));
        const written = formatBaggage(read) ?? '';
        expect(Buffer.byteLength(written)).toBeLessThanOrEqual(8192);
        const again = parseBaggage(written);
        expect(again.length).toBeLessThanOrEqual(64);
        expect(again).toEqual(read.slice(0, again.length));
        if (list.length <= 64 && header.length <= 8192) expect(written).toBe(header);
      }),
      { numRuns: 60 },
    );
  });

  it('stops before the member that would be cut', () => {
    const list = parseBaggage(`a=${'1'.repeat(8000)},b=${'2'.repeat(300)},c=3`);
    expect(formatBaggage(list)).toBe(`a=${'1'.repeat(8000)}`);
  });

  it('keeps properties, encodes what a header does not allow, leaves out what is no member', () => {
    const read = parseBaggage('user = Zoë ;prop;k = v , =none, no-equals, sp ace=1, ok=2');
    expect(read.map((one) => one.text)).toEqual(['user=Zo%C3%AB;prop;k=v', 'ok=2']);
    expect(read[0]?.value).toBe('Zoë');
  });
});
