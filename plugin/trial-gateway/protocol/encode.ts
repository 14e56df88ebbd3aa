import { Binary, LuaMap, type LuaValue } from './lua-value.ts';

// Kong packs with lua-MessagePack in its string-compatible mode. Unlike other encoders it never writes str8, writes an
// empty table as an empty array and drops nil members of a map. A plugin server that copes with another encoder's
// choices has not been shown to cope with Kong's, hence an encoder of our own.

const INITIAL_BYTES = 1024;

class Writer {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  #reserve(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, at + bytes));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = at + bytes;
    return at;
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** Tag and unsigned big-endian integer of 1, 2 or 4 bytes. */
  tagged(tag: number, value: number, width: 1 | 2 | 4): void {
    const at = this.#reserve(1 + width);
    this.#buffer[at] = tag;
    this.#buffer.writeUIntBE(value, at + 1, width);
  }

  big(tag: number, value: bigint): void {
    const at = this.#reserve(9);
    this.#buffer[at] = tag;
    this.#buffer.writeBigInt64BE(BigInt.asIntN(64, value), at + 1);
  }

  double(value: number): void {
    const at = this.#reserve(9);
    this.#buffer[at] = 0xcb;
    this.#buffer.writeDoubleBE(value, at + 1);
  }

  text(value: string, bytes: number): void {
    const at = this.#reserve(bytes);
    this.#buffer.write(value, at, bytes, 'utf8');
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Writes the header of a thing with a length: the fixed form below `fixedLimit`, else 16 or 32 bits. */
function header(out: Writer, length: number, fixedTag: number, fixedLimit: number, tag16: number, tag32: number): void {
  if (length < fixedLimit) out.byte(fixedTag | length);
  else if (length < 0x10000) out.tagged(tag16, length, 2);
  else out.tagged(tag32, length, 4);
}

function writeNumber(out: Writer, value: number): void {
  if (!Number.isSafeInteger(value)) out.double(value);
  else if (value >= 0) {
    if (value < 0x80) out.byte(value);
    else if (value < 0x100) out.tagged(0xcc, value, 1);
    else if (value < 0x10000) out.tagged(0xcd, value, 2);
    else if (value < 0x1_0000_0000) out.tagged(0xce, value, 4);
    else out.big(0xcf, BigInt(value));
  } else if (value >= -0x20) out.byte(value & 0xff);
  else if (value >= -0x80) out.tagged(0xd0, value & 0xff, 1);
  else if (value >= -0x8000) out.tagged(0xd1, value & 0xffff, 2);
  else if (value >= -0x8000_0000) out.tagged(0xd2, value >>> 0, 4);
  else out.big(0xd3, BigInt(value));
}

function writeBinary(out: Writer, bytes: Uint8Array): void {
  if (bytes.length < 0x100) out.tagged(0xc4, bytes.length, 1);
  else if (bytes.length < 0x10000) out.tagged(0xc5, bytes.length, 2);
  else out.tagged(0xc6, bytes.length, 4);
  out.bytes(bytes);
}

function writeText(out: Writer, value: string): void {
  const bytes = Buffer.byteLength(value);
  header(out, bytes, 0xa0, 32, 0xda, 0xdb);
  out.text(value, bytes);
}

function writeArray(out: Writer, items: readonly LuaValue[]): void {
  header(out, items.length, 0x90, 16, 0xdc, 0xdd);
  for (const item of items) write(out, item);
}

function writeMap(out: Writer, table: object): void {
  const entries = Object.entries(table as Readonly<Record<string, LuaValue>>).filter(([, value]) => value !== undefined && value !== null);
  header(out, entries.length, 0x80, 16, 0xde, 0xdf);
  for (const [key, value] of entries) {
    writeText(out, key);
    write(out, value);
  }
}

const isEmpty = (table: object): boolean => Object.values(table).every((value) => value === undefined || value === null);

function write(out: Writer, value: LuaValue): void {
  if (value === undefined || value === null) out.byte(0xc0);
  else if (typeof value === 'boolean') out.byte(value ? 0xc3 : 0xc2);
  else if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value === 'string') writeText(out, value);
  else if (value instanceof Binary) writeBinary(out, value.bytes);
  else if (value instanceof LuaMap) writeMap(out, value.entries);
  else if (value instanceof Uint8Array) {
    header(out, value.length, 0xa0, 32, 0xda, 0xdb);
    out.bytes(value);
  } else if (Array.isArray(value)) writeArray(out, value as readonly LuaValue[]);
  else if (isEmpty(value)) out.byte(0x90);
  else writeMap(out, value);
}

/** One value in the bytes that Kong would send for it (order of members as given). */
export function encodeLikeKong(value: LuaValue): Buffer {
  const out = new Writer();
  write(out, value);
  return out.finish();
}
