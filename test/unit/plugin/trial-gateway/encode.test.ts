import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLikeKong } from '../../../../plugin/trial-gateway/protocol/encode.ts';
import { FrameSplitter } from '../../../../plugin/trial-gateway/protocol/frame-splitter.ts';
import { Binary, LuaMap, type LuaValue } from '../../../../plugin/trial-gateway/protocol/lua-value.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

/** What a value is after a trip through Lua: empty tables are lists, nil members are gone. */
function throughLua(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(throughLua);
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return entries.length === 0 ? [] : Object.fromEntries(entries.map(([key, item]) => [key, throughLua(item)]));
}

/** Plain values with names that an object keeps in order. */
const values = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

describe('encodeLikeKong', () => {
  it('is read back as the same value by any reader', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encodeLikeKong(value as LuaValue))).toEqual(throughLua(value));
      }),
    );
  });

  it('reads back every integer and double', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true })), (n) => {
        expect(decode(encodeLikeKong(n)) === n).toBe(true);
      }),
    );
  });

  it('never uses the str8 form, which Kong does not write', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 32, maxLength: 255, unit: 'binary-ascii' }), (text) => {
        const bytes = encodeLikeKong(text);
        expect(bytes[0]).toBe(0xda);
        expect(bytes.length).toBe(3 + text.length);
      }),
    );
  });

  it('sends bytes as text, save those marked as binary', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0x41);
    expect(encodeLikeKong(bytes).toString('hex')).toBe('a3ff0041');
    expect(encodeLikeKong(new Binary(bytes)).toString('hex')).toBe('c403ff0041');
    expect(encodeLikeKong(new Binary(new Uint8Array(300)))[0]).toBe(0xc5);
    expect(encodeLikeKong(new Binary(new Uint8Array(70_000)))[0]).toBe(0xc6);
  });

  it('tells an empty table from an empty map', () => {
    expect(encodeLikeKong({}).toString('hex')).toBe('90');
    expect(encodeLikeKong({ gone: undefined }).toString('hex')).toBe('90');
    expect(encodeLikeKong(new LuaMap({})).toString('hex')).toBe('80');
  });

  it('writes long texts, lists and maps', () => {
    const long = 'ü'.repeat(50_000);
    const wide = Object.fromEntries(Array.from({ length: 70_000 }, (_, at) => [`k${at}`, at]));
    expect(decode(encodeLikeKong([long, Array.from({ length: 20 }, () => 1), wide]))).toEqual([
      long,
      Array.from({ length: 20 }, () => 1),
      wide,
    ]);
  });
});

describe('FrameSplitter', () => {
  it('finds the values of any writer, however the stream is cut', () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.oneof(values, fc.uint8Array({ maxLength: 300 })), { minLength: 1, maxLength: 6 }), cuts, (list, places) => {
        const frames = list.map((value) => Buffer.from(encode(value)));
        const stream = Buffer.concat(frames);
        const splitter = new FrameSplitter();
        const found: string[] = [];
        let at = 0;
        for (const place of [...places.toSorted((a, b) => a - b), stream.length]) {
          const end = Math.min(place, stream.length);
          found.push(...splitter.push(stream.subarray(at, Math.max(at, end))).map((frame) => frame.toString('hex')));
          at = Math.max(at, end);
        }
        expect(found).toEqual(frames.map((frame) => frame.toString('hex')));
      }),
    );
  });

  it('takes time in proportion to the bytes, byte by byte too', () => {
    const frame = Buffer.from(encode(Array.from({ length: 20_000 }, (_, at) => `value ${at}`)));
    const splitter = new FrameSplitter();
    const cpuMs = cpuTimer();
    let found = 0;
    for (let at = 0; at < frame.length; at += 1) found += splitter.push(frame.subarray(at, at + 1)).length;
    expect(found).toBe(1);
    // A scan from the start for each byte would take minutes.
    expect(cpuMs()).toBeLessThan(5_000);
  });

  it('refuses bytes that start no value', () => {
    expect(() => new FrameSplitter().push(Uint8Array.of(0xc1))).toThrow(/starts no MessagePack value/);
  });
});
