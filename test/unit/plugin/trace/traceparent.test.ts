import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from '../../../../plugin/src/trace/traceparent.ts';
import { hex, nonZeroHex } from './arbitraries.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  it('reads every header of version 00', () => {
    fc.assert(
      fc.property(nonZeroHex(32), nonZeroHex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, flags) => {
        const header = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
        expect(parseTraceparent(header)).toEqual({ traceId, spanId, sampled: (flags & 1) === 1, random: (flags & 2) === 2 });
      }),
    );
  });

  it('writes what it can read again, with unknown flags zero', () => {
    fc.assert(
      fc.property(nonZeroHex(32), nonZeroHex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, flags) => {
        const context = parseTraceparent(`00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`)!;
        const written = formatTraceparent(context);
        expect(written).toHaveLength(55);
        expect(Number.parseInt(written.slice(53), 16)).toBe(flags & 0x03);
        expect(parseTraceparent(written)).toEqual(context);
      }),
    );
  });

  it('reads later versions as far as version 00 goes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 254 }),
        nonZeroHex(32),
        fc.constantFrom('', '-', '-what', '-00-ff'),
        (version, traceId, rest) => {
          const header = `${version.toString(16).padStart(2, '0')}-${traceId}-${SPAN}-01${rest}`;
          expect(parseTraceparent(header)).toEqual({ traceId, spanId: SPAN, sampled: true, random: false });
        },
      ),
    );
  });

  it('accepts nothing with an upper-case digit', () => {
    fc.assert(
      fc.property(nonZeroHex(32), nonZeroHex(16), fc.nat({ max: 54 }), (traceId, spanId, at) => {
        const header = `00-${traceId}-${spanId}-0a`;
        const changed = header.slice(0, at) + header.charAt(at).toUpperCase() + header.slice(at + 1);
        if (changed !== header) expect(parseTraceparent(changed)).toBeUndefined();
        else expect(parseTraceparent(changed)).toBeDefined();
      }),
    );
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['all-zero trace id', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['all-zero parent id', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['version 00 with more', `00-${TRACE}-${SPAN}-01-what`],
    ['version 00 with a trailing dash', `00-${TRACE}-${SPAN}-01-`],
    ['later version without a dash before the rest', `cc-${TRACE}-${SPAN}-01.what`],
    ['too short', `00-${TRACE}-${SPAN}-1`],
    ['wrong separators', `00_${TRACE}_${SPAN}_01`],
    ['one digit version', `0-${TRACE}-${SPAN}-01`],
    ['not hex', `00-${TRACE.replace('0', 'g')}-${SPAN}-01`],
    ['two headers', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ])('restarts on %s', (_name, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('takes blanks around the value', () => {
    expect(parseTraceparent(`\t 00-${TRACE}-${SPAN}-01 `)).toMatchObject({ traceId: TRACE });
  });

  it('never throws and never accepts random text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), hex(55)), (text) => {
        expect(parseTraceparent(text)).toBeUndefined();
      }),
    );
  });
});
