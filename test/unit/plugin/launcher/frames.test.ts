import { encode, decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../../../plugin/src/launcher/frames.ts';
import { cpuTimer } from '../../../support/cpu-time.ts';

const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('node'), { maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('node'), { maxKeys: 20 }),
  ),
})).node;

/** Cuts bytes at the given places, taken modulo their number. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length]
    .map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
    .filter((part) => part.length > 0);
}

describe('cutting a stream into messages', () => {
  it('gives back every message, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, places) => {
        const frames = messages.map((message) => encode(message));
        const splitter = new FrameSplitter(10_000_000);
        const found = cut(Buffer.concat(frames), places).flatMap((chunk) => splitter.push(chunk));
        expect(found.map((frame) => Buffer.from(frame).toString('hex'))).toEqual(frames.map((frame) => Buffer.from(frame).toString('hex')));
        expect(splitter.heldBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('knows every header of the format', () => {
    // One of each: fix types by value, then bin, ext, float, uint, int, fixext, str, array and map with each length.
    const headers = [
      [0x00],
      [0x7f],
      [0xe0],
      [0xff],
      [0x80],
      [0x81, 1, 2],
      [0x90],
      [0x92, 1, 2],
      [0xa0],
      [0xa2, 65, 66],
      [0xc0],
      [0xc2],
      [0xc3],
      [0xc4, 1, 9],
      [0xc5, 0, 1, 9],
      [0xc6, 0, 0, 0, 1, 9],
      [0xc7, 1, 5, 9],
      [0xc8, 0, 1, 5, 9],
      [0xc9, 0, 0, 0, 1, 5, 9],
      [0xca, 1, 2, 3, 4],
      [0xcb, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xcc, 1],
      [0xcd, 1, 2],
      [0xce, 1, 2, 3, 4],
      [0xcf, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xd0, 1],
      [0xd1, 1, 2],
      [0xd2, 1, 2, 3, 4],
      [0xd3, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xd4, 5, 1],
      [0xd5, 5, 1, 2],
      [0xd6, 5, 1, 2, 3, 4],
      [0xd7, 5, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xd8, 5, ...Array<number>(16).fill(1)],
      [0xd9, 1, 65],
      [0xda, 0, 1, 65],
      [0xdb, 0, 0, 0, 1, 65],
      [0xdc, 0, 1, 1],
      [0xdd, 0, 0, 0, 1, 1],
      [0xde, 0, 1, 1, 1],
      [0xdf, 0, 0, 0, 1, 1, 1],
      [0xc4, 0],
      [0xd9, 0],
      [0xdc, 0, 0],
      [0xde, 0, 0],
    ].map((bytes) => Uint8Array.from(bytes));
    const splitter = new FrameSplitter(1000);
    expect(splitter.push(Buffer.concat(headers)).map((frame) => [...frame])).toEqual(headers.map((bytes) => [...bytes]));
    const byByte = new FrameSplitter(1000);
    const found = [...Buffer.concat(headers)].flatMap((byte) => byByte.push(Uint8Array.of(byte)));
    expect(found.map((frame) => [...frame])).toEqual(headers.map((bytes) => [...bytes]));
  });

  it('reads a message of megabytes in time that grows with its size only', () => {
    const frame = encode([0, 1, 'plugin.Step', [{ Data: 'x'.repeat(16_000_000) }]]);
    const splitter = new FrameSplitter(32_000_000);
    const cpuMs = cpuTimer();
    let found: Uint8Array[] = [];
    for (let at = 0; at < frame.length; at += 4096) found = found.concat(splitter.push(frame.subarray(at, at + 4096)));
    // 4,000 pieces; copying all that is held at each piece would move 32 GB.
    expect(cpuMs()).toBeLessThan(2000);
    expect(found).toHaveLength(1);
    expect((decode(found[0]!) as unknown[])[2]).toBe('plugin.Step');
  });

  it('refuses what is no MessagePack and what is too large, before holding it', () => {
    expect(() => new FrameSplitter(1000).push(Uint8Array.of(0xc1))).toThrow(expect.objectContaining({ code: 'not_msgpack' }) as Error);
    expect(() => new FrameSplitter(1000).push(Uint8Array.of(0xc6, 0x7f, 0xff, 0xff, 0xff, 1))).toThrow(
      expect.objectContaining({ code: 'too_large' }) as Error,
    );
    const many = new FrameSplitter(1000);
    expect(() => {
      for (let n = 0; n < 2000; n += 1) many.push(Uint8Array.of(0xdd, 0, 0, 0, 1));
    }).toThrow(expect.objectContaining({ code: 'too_large' }) as Error);
  });
});
