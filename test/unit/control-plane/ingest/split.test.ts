import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../../../control-plane/src/ingest/split.ts';

const NDJSON = 'application/x-ndjson';
const items = (body: string | Buffer, type?: string) => [...splitBody(Buffer.from(body), type)];

describe('splitBody', () => {
  it('gives the same items for an array and for lines', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 20 }), (values) => {
        // JSON has no negative zero.
        const plain = JSON.parse(JSON.stringify(values)) as unknown[];
        const expected = plain.map((value, index) => ({ index, value }));
        expect(items(JSON.stringify(plain), 'application/json')).toEqual(expected);
        expect(items(plain.map((value) => JSON.stringify(value)).join('\r\n'), NDJSON)).toEqual(expected);
      }),
    );
  });

  it('never throws anything but its own errors, and never quotes the body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(NDJSON, 'application/json', undefined), (bytes, type) => {
        try {
          for (const item of splitBody(Buffer.from(bytes), type)) expect(item.index).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect((error as { code?: unknown }).code).toMatch(/^(malformed_json|invalid_encoding)$/);
        }
      }),
    );
  });

  it('takes lines that call themselves application/json', () => {
    expect(items('{"a":1}\n{"a":', 'application/json')).toEqual([
      { index: 0, value: { a: 1 } },
      { index: 1, code: 'malformed_json', message: 'the line is not valid JSON' },
    ]);
  });

  it('passes over a byte order mark and empty lines', () => {
    expect(items('\ufeff\n{"a":1}\n\n \n{"a":2}\n', NDJSON).map((item) => item.index)).toEqual([0, 1]);
  });

  it('costs a bad line that line only', () => {
    const body = Buffer.concat([Buffer.from('{}\n'), Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('{}')]);
    expect(items(body, NDJSON)).toEqual([
      { index: 0, value: {} },
      { index: 1, code: 'invalid_encoding', message: 'the line is not UTF-8' },
      { index: 2, value: {} },
    ]);
  });
});
