// MessagePack values as the plugin sees them. Kong writes Lua strings as MessagePack text whatever bytes they hold (a
// gzipped answer, a header in Latin-1), so text is taken as bytes first: what is UTF-8 becomes a string, the rest stays
// bytes and nothing is lost.
import { isUtf8 } from 'node:buffer';
import { Decoder, Encoder } from '@msgpack/msgpack';

const decoder = new Decoder({ rawStrings: true });
const encoder = new Encoder();

/** Throws on anything that is not one whole MessagePack value. Texts with `bytesFrom` bytes or more stay bytes. */
export function decodeMessage(frame: Uint8Array, bytesFrom = Number.POSITIVE_INFINITY): unknown {
  return toText(decoder.decode(frame), bytesFrom);
}

export function encodeMessage(value: unknown): Uint8Array {
  return encoder.encode(value);
}

function toText(value: unknown, bytesFrom: number): unknown {
  if (value instanceof Uint8Array) {
    if (value.length >= bytesFrom || !isUtf8(value)) return value;
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  }
  if (Array.isArray(value)) return value.map((item) => toText(item, bytesFrom));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) record[key] = toText(record[key], bytesFrom);
  return record;
}
