import { Readable } from 'node:stream';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../../control-plane/src/http/index.ts';

const limits = { bodyBytes: 10_000, decompressedBytes: 50_000 };
const chunks = (bytes: Buffer, size: number): Readable =>
  Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));

describe('readBody', () => {
  it('gives back what was sent, compressed or not, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 1, max: 700 }), async (bytes, size) => {
        const body = Buffer.from(bytes);
        expect(await readBody(chunks(body, size), undefined, limits)).toEqual(body);
        expect(await readBody(chunks(gzipSync(body), size), 'gzip', limits)).toEqual(body);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses gzip that ends too early, wherever it is cut', async () => {
    const whole = gzipSync('some words that compress a little, little, little');
    for (let length = 0; length < whole.length; length += 1) {
      await expect(readBody(chunks(whole.subarray(0, length), 16), 'gzip', limits)).rejects.toMatchObject({ code: 'malformed_gzip' });
    }
  });

  it('refuses gzip with a wrong checksum', async () => {
    const bytes = gzipSync('some words');
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    await expect(readBody(chunks(bytes, 100), 'gzip', limits)).rejects.toMatchObject({ code: 'malformed_gzip' });
    await expect(readBody(chunks(deflateRawSync('x'), 100), 'gzip', limits)).rejects.toMatchObject({ code: 'malformed_gzip' });
  });

  it('stops a bomb early: it reads no more than it must', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (let start = 0; start < bomb.length; start += 512) {
          taken += 1;
          yield bomb.subarray(start, start + 512);
        }
      })(),
    );
    await expect(readBody(source, 'gzip', { bodyBytes: 10_000_000, decompressedBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'body_too_large',
    });
    expect(taken).toBeLessThan(bomb.length / 512 / 2);
  });

  it('counts what is sent as well', async () => {
    const noise = Buffer.alloc(10_001, 1);
    await expect(readBody(chunks(noise, 1_000), undefined, limits)).rejects.toMatchObject({ code: 'body_too_large' });
    await expect(readBody(chunks(noise, 1_000), 'zstd', limits)).rejects.toMatchObject({ code: 'invalid_encoding' });
  });
});
